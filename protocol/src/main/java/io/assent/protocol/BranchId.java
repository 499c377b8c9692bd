package io.assent.protocol;

import java.util.regex.Pattern;

/**
 * Names a branch within its transaction: a path of decimal numbers given by the caller. {@code "0"} is the initiator's
 * own branch, {@code "1"} its first call, {@code "1.2"} the second call that branch 1 made.
 *
 * @param value at most {@value #MAX_DEPTH} numbers of 0 to 9999, without leading zeros, joined by dots
 */
public record BranchId(String value) {

    /** How deep calls may nest. */
    public static final int MAX_DEPTH = 8;

    /** The largest number in a path. */
    public static final int MAX_NUMBER = 9_999;

    /** Before the first constant: it is checked against this. */
    private static final Pattern PATH = Pattern.compile("(0|[1-9][0-9]{0,3})(\\.(0|[1-9][0-9]{0,3})){0,7}");

    /** The initiator's own branch. */
    public static final BranchId INITIATOR = new BranchId("0");

    /** @throws IllegalArgumentException if {@code value} is not such a path */
    public BranchId {
        // Most are one digit, which is told faster without a regular expression.
        boolean digit = value.length() == 1 && value.charAt(0) >= '0' && value.charAt(0) <= '9';
        if (!digit && !PATH.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "not a branch: expected up to 8 numbers of 0 to 9999 joined by dots, such as 1 or 1.2");
        }
    }

    /**
     * The branch of the {@code number}-th call made from this one; the initiator's own branch is left out of its
     * callees' paths ({@code "1"}, not {@code "0.1"}).
     *
     * @throws IllegalArgumentException if the path grows deeper than {@value #MAX_DEPTH} or the number is out of range
     */
    public BranchId child(int number) {
        return new BranchId(equals(INITIATOR) ? Integer.toString(number) : value + "." + number);
    }

    /** Whether it is of a call that was made, directly or not, within the work of {@code other}. */
    public boolean isBelow(BranchId other) {
        return other.equals(INITIATOR) ? !equals(INITIATOR) : value.startsWith(other.value + ".");
    }

    @Override
    public String toString() {
        return value;
    }
}
