package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I5;

/** No branch stays in doubt. */
final class TimeRules implements Rule {

    private static final long LIMIT_MILLIS = 30_000;
    private static final long P99_LIMIT_MILLIS = 10_000;

    @Override
    public void check(Evidence evidence, Findings findings) {
        History history = evidence.history();
        for (DoubtSpell spell : history.doubts()) {
            long late = DoubtTimes.end(spell, history) - DoubtTimes.excusedUntil(spell, history);
            if (late > LIMIT_MILLIS) {
                findings.add(
                        I5,
                        spell.ref(),
                        "was in doubt for " + late + " ms after the later of last healing and deadline: " + spell);
            }
        }
        DoubtTimes times = DoubtTimes.of(history);
        if (times.p99AfterHealing() > P99_LIMIT_MILLIS) {
            findings.add(
                    I5,
                    "all branches",
                    "one in a hundred is in doubt for longer than " + P99_LIMIT_MILLIS
                            + " ms after the later of last healing and deadline: " + times);
        }
    }
}
