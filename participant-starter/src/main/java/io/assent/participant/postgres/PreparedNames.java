package io.assent.participant.postgres;

import io.assent.protocol.BranchRef;

/**
 * How the prepared transactions of one database are named. Names are unique in a whole cluster, so a branch that is prepared
 * in two databases needs two. The main database's is the ref itself; another's has the resource's name in its first part:
 * {@code assent/ledger:<participant>:…}. So whoever looks for branches in the main database never meets one of these, even if
 * both are in the same database.
 *
 * @param scheme {@code assent} or {@code assent/<resource>}
 */
public record PreparedNames(String scheme) {

    /** What a resource may be called: with the longest ref, the name still fits into PostgreSQL's 199 bytes. */
    public static final String RESOURCE_FORM = "[a-z][a-z0-9-]{0,10}";

    /** Of the main database. */
    public static final PreparedNames MAIN = new PreparedNames("assent");

    private static final int REF_SCHEME = BranchRef.PREFIX.length() - 1;

    /**
     * Of another database.
     *
     * @param resource in {@link #RESOURCE_FORM}
     */
    public static PreparedNames of(String resource) {
        if (!resource.matches(RESOURCE_FORM)) {
            throw new IllegalArgumentException("a resource's name is 1 to 11 lower-case letters, digits and hyphens and"
                    + " begins with a letter, not " + resource);
        }
        return new PreparedNames(MAIN.scheme + "/" + resource);
    }

    /** The name under which {@code ref} is prepared here. It may stand in SQL text as it is. */
    public String name(BranchRef ref) {
        return name(ref.value());
    }

    String name(String refOrPrefix) {
        return scheme + refOrPrefix.substring(REF_SCHEME);
    }

    /** The ref, given a name that begins with this scheme. */
    String ref(String name) {
        return MAIN.scheme + name.substring(scheme.length());
    }
}
