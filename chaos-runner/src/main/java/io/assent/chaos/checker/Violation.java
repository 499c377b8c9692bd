package io.assent.chaos.checker;

/**
 * Something that must not be.
 *
 * @param invariant which
 * @param subject the transaction, or what else it is about
 * @param evidence what was found, for people
 */
public record Violation(Invariant invariant, String subject, String evidence) {

    @Override
    public String toString() {
        return invariant + " (" + invariant.text() + ") " + subject + ": " + evidence;
    }
}
