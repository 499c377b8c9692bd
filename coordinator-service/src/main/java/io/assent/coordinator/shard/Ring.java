package io.assent.coordinator.shard;

import io.assent.protocol.TransactionId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which decision log a transaction is in: a function of its id and of this list alone, so that every instance, at any time,
 * finds the same one.
 *
 * <p>Rendezvous hashing (Thaler and Ravishankar, <i>A Name-Based Mapping Scheme for Rendezvous</i>, 1996): each log that
 * takes part draws a number from its name and the id, and the highest wins. A log that is added takes its share evenly from
 * all others and moves nothing between them. A log takes part in ids that were made from its {@code since} on, by the time
 * in the id, so one that is added moves no transaction that there is.
 *
 * <p>The number is the first eight bytes, unsigned, of SHA-256 over the sixteen bytes of the id and the name in ASCII.
 *
 * @param members 1 to {@value #MOST}, at least one of them without {@code since}
 */
public record Ring(List<Member> members) {

    /** What a log is called when it is the only one. */
    public static final String MAIN = "main";

    static final int MOST = 64;

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9]{0,30}");

    /**
     * One of the logs.
     *
     * @param name lower-case letters and digits, at most 31, beginning with a letter: fit for an environment variable
     * @param since ids made from then on may be in it, in whole milliseconds; null: all ids
     */
    public record Member(String name, @Nullable Instant since) {

        /** @throws IllegalArgumentException if the name or the time is not of that form */
        public Member {
            if (!NAME.matcher(name).matches()) {
                throw new IllegalArgumentException("the log's name '" + name
                        + "' must be 1 to 31 lower-case letters and digits, the first one a letter");
            }
            if (since != null && (since.isBefore(Instant.EPOCH) || since.getNano() % 1_000_000 != 0)) {
                throw new IllegalArgumentException(
                        "since of log " + name + " is " + since + "; it must be after 1970, in whole milliseconds");
            }
        }

        boolean takes(Instant made) {
            return since == null || !made.isBefore(since);
        }
    }

    /** @throws IllegalArgumentException if there are too few or too many, two of one name, or all have {@code since} */
    public Ring {
        members = List.copyOf(members);
        Set<String> names = new HashSet<>();
        for (Member member : members) {
            if (!names.add(member.name())) {
                throw new IllegalArgumentException("two logs are called " + member.name());
            }
        }
        if (members.isEmpty() || members.size() > MOST) {
            throw new IllegalArgumentException(members.size() + " logs; allowed are 1 to " + MOST);
        }
        if (members.stream().noneMatch(member -> member.since() == null)) {
            throw new IllegalArgumentException("every log has a since: the one that was first must have none");
        }
    }

    /** The log on its own. */
    public static Ring alone() {
        return new Ring(List.of(new Member(MAIN, null)));
    }

    /** The name of the log that the transaction is in, whether it exists or not. */
    public String logOf(TransactionId id) {
        if (members.size() == 1) {
            return members.get(0).name();
        }
        MessageDigest digest = sha256();
        Instant made = id.timestamp();
        @Nullable String winner = null;
        long highest = 0;
        for (Member member : members) {
            if (member.takes(made)) {
                long drawn = draw(digest, id, member.name());
                int compared = winner == null ? 1 : Long.compareUnsigned(drawn, highest);
                if (winner == null
                        || compared > 0
                        || (compared == 0 && member.name().compareTo(winner) < 0)) {
                    winner = member.name();
                    highest = drawn;
                }
            }
        }
        if (winner == null) {
            throw new IllegalStateException("no log takes " + id + " although one has no since: " + members);
        }
        return winner;
    }

    /** In the order in which they were configured. */
    public List<String> names() {
        return members.stream().map(Member::name).toList();
    }

    private static long draw(MessageDigest digest, TransactionId id, String name) {
        digest.reset();
        digest.update(ByteBuffer.allocate(16)
                .putLong(id.value().getMostSignificantBits())
                .putLong(id.value().getLeastSignificantBits())
                .flip());
        digest.update(name.getBytes(StandardCharsets.US_ASCII));
        return ByteBuffer.wrap(digest.digest()).getLong();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
