package io.assent.protocol;

import java.time.Instant;
import java.util.Comparator;
import java.util.UUID;
import java.util.random.RandomGenerator;

/**
 * Names a global transaction: a UUID of version 7 (RFC 9562), whose first 48 bits are the time at which it was made.
 * The time bounds how long the id is accepted (R9); it never decides anything (R10).
 *
 * @param value a UUID of version 7 and variant 2
 */
public record TransactionId(UUID value) implements Comparable<TransactionId> {

    private static final int LENGTH = 36;

    private static final AsciiSet DIGITS = new AsciiSet("0123456789abcdef");

    /** PostgreSQL compares uuid as unsigned bytes; {@link UUID#compareTo} does not. Both sides must sort alike. */
    static final Comparator<UUID> UNSIGNED = (a, b) -> {
        int high = Long.compareUnsigned(a.getMostSignificantBits(), b.getMostSignificantBits());
        return high != 0 ? high : Long.compareUnsigned(a.getLeastSignificantBits(), b.getLeastSignificantBits());
    };

    public TransactionId {
        if (value.version() != 7 || value.variant() != 2) {
            throw new IllegalArgumentException("not a UUID of version 7: " + value);
        }
    }

    /** Makes a new id. Thread-safe if {@code random} is; the 74 random bits make ids of equal time distinct. */
    public static TransactionId create(Instant now, RandomGenerator random) {
        long millis = now.toEpochMilli();
        if (millis < 0 || millis >>> 48 != 0) {
            throw new IllegalArgumentException("time outside the range of a UUID of version 7: " + now);
        }
        long high = (millis << 16) | 0x7000L | (random.nextLong() & 0x0fffL);
        long low = 0x8000_0000_0000_0000L | (random.nextLong() >>> 2);
        return new TransactionId(new UUID(high, low));
    }

    /**
     * Reads the canonical form: 36 characters in lower case.
     *
     * @throws IllegalArgumentException for anything else, upper case included: one id has one spelling
     */
    public static TransactionId parse(String text) {
        if (!canonical(text)) {
            throw new IllegalArgumentException("not a UUID of version 7 in lower case");
        }
        return new TransactionId(UUID.fromString(text));
    }

    /** {@link UUID#fromString} is more lenient: it takes capitals and groups of other lengths. */
    private static boolean canonical(String text) {
        if (text.length() != LENGTH) {
            return false;
        }
        for (int i = 0; i < LENGTH; i++) {
            char character = text.charAt(i);
            boolean right = switch (i) {
                case 8, 13, 18, 23 -> character == '-';
                case 14 -> character == '7';
                case 19 -> character == '8' || character == '9' || character == 'a' || character == 'b';
                default -> DIGITS.has(character);
            };
            if (!right) {
                return false;
            }
        }
        return true;
    }

    /** The time at which the id was made, by its maker's clock, in whole milliseconds. */
    public Instant timestamp() {
        return Instant.ofEpochMilli(value.getMostSignificantBits() >>> 16);
    }

    @Override
    public int compareTo(TransactionId other) {
        return UNSIGNED.compare(value, other.value);
    }

    @Override
    public String toString() {
        return value.toString();
    }
}
