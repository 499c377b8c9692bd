package io.assent.benchmarks.kinds;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Beyond these, figures say more about the machine than about the kinds.
 *
 * @param spreadPercent of a kind's ratio over the rounds
 * @param stealPercent of the processors' time
 */
record Limits(double spreadPercent, double stealPercent) {

    private static final int FEWEST_ROUNDS = 3;
    private static final double FAILED_PERCENT = 1;

    /** Why the figures are of no use, in a sentence each; empty: they are. */
    List<String> exceeded(List<KindResult> results, Disturbance disturbance) {
        List<String> reasons = new ArrayList<>();
        if (disturbance.stealPercent() > stealPercent) {
            reasons.add(String.format(
                    Locale.ROOT,
                    "Other virtual machines took %.1f %% of the processors' time (limit: %.1f %%, --max-steal).",
                    disturbance.stealPercent(),
                    stealPercent));
        }
        boolean fewRounds = results.stream().anyMatch(result -> result.rounds().size() < FEWEST_ROUNDS);
        if (fewRounds) {
            reasons.add("Fewer than " + FEWEST_ROUNDS + " rounds say nothing about how far they lie apart (--rounds).");
        }
        for (KindResult result : results) {
            String who = result.kind() + " with " + result.clients() + (result.clients() == 1 ? " client" : " clients");
            long all = result.committed() + result.failed();
            if (result.rounds().stream().anyMatch(sample -> sample.committed() == 0)) {
                reasons.add("There is a round in which nothing of " + who + " has committed" + example(result) + ".");
            } else if (100.0 * result.failed() / all > FAILED_PERCENT) {
                reasons.add(String.format(
                        Locale.ROOT,
                        "%d of %d transactions of %s failed%s.",
                        result.failed(),
                        all,
                        who,
                        example(result)));
            }
            // Written so that a spread that is not known exceeds the limit, too.
            if (!fewRounds && !(100 * result.spread() <= spreadPercent)) {
                reasons.add(String.format(
                        Locale.ROOT,
                        "The rounds of %s lie %.0f %% apart (limit: %.0f %%, --max-spread).",
                        who,
                        100 * result.spread(),
                        spreadPercent));
            }
        }
        return reasons;
    }

    private static String example(KindResult result) {
        return result.rounds().stream()
                .map(Sample::failure)
                .filter(failure -> failure != null)
                .findFirst()
                .map(failure -> ", such as: " + failure)
                .orElse("");
    }
}
