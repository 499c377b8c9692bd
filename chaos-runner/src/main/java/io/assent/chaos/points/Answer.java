package io.assent.chaos.points;

/**
 * What a client was told of its transfer.
 *
 * @param detail status and text, for people
 */
public record Answer(Claim claim, String detail) {

    /** What the answer says about the outcome. */
    public enum Claim {
        COMMITTED,
        ROLLED_BACK,
        /** Nothing: no answer, or one that says that nobody knows. */
        UNKNOWN
    }

    @Override
    public String toString() {
        return claim + " (" + detail + ")";
    }
}
