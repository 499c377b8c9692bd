package io.assent.conformance;

/**
 * One thing that must hold.
 *
 * @param id its name, in lower case with hyphens
 * @param rule the rule or invariant of the protocol
 * @param title what must hold, as a sentence for people
 * @param body tries it
 * @param <S> what it is tried on
 */
public record ConformanceCase<S>(String id, String rule, String title, Body<S> body) {

    /** Tries one thing; throws a {@code CaseFailedException} if it does not hold, a {@code CaseSkippedException} if it cannot be tried. */
    @FunctionalInterface
    public interface Body<S> {
        void check(S subject) throws Exception;
    }
}
