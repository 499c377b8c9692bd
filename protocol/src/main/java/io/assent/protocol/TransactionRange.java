package io.assent.protocol;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * A range in the order of transaction ids, which is the order of the times at which they were made. A bound need not be an
 * id: one that stands for an instant comes before every id made then.
 *
 * @param after exclusive
 * @param before exclusive
 */
public record TransactionRange(UUID after, UUID before) {

    /** Every id. */
    public static final TransactionRange ALL = new TransactionRange(new UUID(0, 0), new UUID(-1, -1));

    /** Ids hold 48 bits of milliseconds. */
    private static final long END_OF_TIME_SECONDS = (1L << 48) / 1_000;

    private static final Pattern UUID_FORM = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");

    /** The ids made at {@code from} or later, and before {@code until}. */
    public static TransactionRange between(Instant from, Instant until) {
        return new TransactionRange(bound(from), bound(until));
    }

    /** One id alone. */
    public static TransactionRange only(TransactionId id) {
        long low = id.value().getLeastSignificantBits();
        long high = id.value().getMostSignificantBits();
        // An id's variant keeps its lower half away from both ends.
        return new TransactionRange(new UUID(high, low - 1), new UUID(high, low + 1));
    }

    /** The same, beginning after an id or another bound. */
    public TransactionRange after(UUID bound) {
        return new TransactionRange(bound, before);
    }

    /** The same, ending before an id or another bound. */
    public TransactionRange before(UUID bound) {
        return new TransactionRange(after, bound);
    }

    public boolean contains(TransactionId id) {
        return TransactionId.UNSIGNED.compare(after, id.value()) < 0
                && TransactionId.UNSIGNED.compare(id.value(), before) < 0;
    }

    /**
     * Reads a bound: an id (any UUID in lower case), or an RFC 3339 instant.
     *
     * @throws IllegalArgumentException for anything else
     */
    public static UUID parse(String text) {
        if (UUID_FORM.matcher(text).matches()) {
            return UUID.fromString(text);
        }
        try {
            return bound(Instant.parse(text));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("expected a transaction id or an RFC 3339 instant in UTC", e);
        }
    }

    /** Between the ids made before the instant and the others. Ids have whole milliseconds, so a part of one is rounded up. */
    private static UUID bound(Instant instant) {
        if (instant.isBefore(Instant.EPOCH)) {
            return ALL.after();
        }
        if (instant.getEpochSecond() >= END_OF_TIME_SECONDS) {
            return ALL.before();
        }
        long millis = instant.plusNanos(999_999).toEpochMilli();
        return new UUID(millis << 16, 0);
    }
}
