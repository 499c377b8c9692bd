package io.assent.protocol;

/**
 * Some of the ASCII characters. Ids are checked whenever they are read, many times for each transaction; regular expressions took
 * 7 % of a coordinator's time there. Immutable.
 */
final class AsciiSet {

    private static final int HALF = 64;

    private final long low;
    private final long high;

    /** @param members each of them once or more, ASCII only */
    AsciiSet(String members) {
        long first = 0;
        long second = 0;
        for (char member : members.toCharArray()) {
            if (member >= 2 * HALF) {
                throw new IllegalArgumentException("not an ASCII character: " + (int) member);
            }
            if (member < HALF) {
                first |= 1L << member;
            } else {
                second |= 1L << (member - HALF);
            }
        }
        low = first;
        high = second;
    }

    boolean has(char character) {
        if (character >= 2 * HALF) {
            return false;
        }
        return character < HALF ? (low >>> character & 1) == 1 : (high >>> (character - HALF) & 1) == 1;
    }

    /** Whether all of the text from this position on are members. */
    boolean hasAll(String text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (!has(text.charAt(i))) {
                return false;
            }
        }
        return true;
    }
}
