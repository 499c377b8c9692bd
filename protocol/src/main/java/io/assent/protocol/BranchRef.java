package io.assent.protocol;

import java.util.Base64;
import java.util.random.RandomGenerator;

/**
 * Names one execution of a branch (R6). New for every execution, unique in a whole PostgreSQL cluster, and at the same
 * time the name of the prepared transaction there.
 *
 * @param value {@code assent:} and then, in all, at most {@value #MAX_LENGTH} characters of {@code [A-Za-z0-9_.:-]}
 */
public record BranchRef(String value) {

    /** Below PostgreSQL's limit of 199 bytes for the name of a prepared transaction. */
    public static final int MAX_LENGTH = 190;

    /** What every ref starts with; a sweep looks only at prepared transactions of this name. */
    public static final String PREFIX = "assent:";

    private static final AsciiSet ALLOWED =
            new AsciiSet("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-");

    /** @throws IllegalArgumentException if {@code value} has another form; so it may stand in SQL text as it is */
    public BranchRef {
        boolean named = value.length() > PREFIX.length() && value.startsWith(PREFIX);
        if (value.length() > MAX_LENGTH || !named || !ALLOWED.hasAll(value, PREFIX.length())) {
            throw new IllegalArgumentException(
                    "not a branch ref: expected assent: and then, in all, at most 190 characters of [A-Za-z0-9_.:-]");
        }
    }

    /** Makes the ref of a new execution; 120 random bits tell it from every other execution of the same branch. */
    public static BranchRef create(
            ParticipantName participant, TransactionId transaction, BranchId branch, RandomGenerator random) {
        byte[] nonce = new byte[15];
        random.nextBytes(nonce);
        return new BranchRef(prefix(participant) + transaction + ":" + branch + ":"
                + Base64.getUrlEncoder().withoutPadding().encodeToString(nonce));
    }

    /** What the refs of one participant start with. */
    public static String prefix(ParticipantName participant) {
        return PREFIX + participant + ":";
    }

    @Override
    public String toString() {
        return value;
    }
}
