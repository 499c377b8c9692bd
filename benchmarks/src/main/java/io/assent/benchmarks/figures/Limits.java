package io.assent.benchmarks.figures;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Beyond these, figures say more about the machine than about what is measured.
 *
 * @param spreadPercent of a ratio over the rounds
 * @param stealPercent of the processors' time
 */
public record Limits(double spreadPercent, double stealPercent) {

    private static final int FEWEST_ROUNDS = 3;
    private static final double FAILED_PERCENT = 1;

    /** What is looked at of one thing that is measured. */
    public interface Judged {

        /** Its name and the number of clients, for people. */
        String who();

        /** How far its rounds lie apart, see {@link Figures#spread}. */
        double spread();

        /** In all rounds. */
        long committed();

        /** In all rounds. */
        long failed();

        List<? extends Round> rounds();
    }

    /** One of its rounds. */
    public interface Round {

        long committed();

        /** What a transaction that failed was answered; null: none failed. */
        @Nullable
        String failure();
    }

    /** Why the figures are of no use, in a sentence each; empty: they are. */
    public List<String> exceeded(List<? extends Judged> results, Disturbance disturbance) {
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
        for (Judged result : results) {
            String who = result.who();
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

    private static String example(Judged result) {
        return result.rounds().stream()
                .map(Round::failure)
                .filter(Objects::nonNull)
                .findFirst()
                .map(failure -> ", such as: " + failure)
                .orElse("");
    }
}
