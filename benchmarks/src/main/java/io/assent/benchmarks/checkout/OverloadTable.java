package io.assent.benchmarks.checkout;

import static io.assent.benchmarks.figures.Tables.number;

import io.assent.benchmarks.figures.Tables;
import io.assent.benchmarks.figures.Tables.Figure;
import java.util.List;
import java.util.Locale;

/** The report of {@code --overload} for people. */
final class OverloadTable {

    private static final Figure<OverloadResult> NAME = new Figure<>("system", OverloadResult::system);

    private static final List<Figure<OverloadResult>> FIGURES = List.of(
            new Figure<>("peak/s", result -> number(result.peakPerSecond(), "%.0f")),
            new Figure<>("offered/s", result -> number(result.offeredPerSecond(), "%.0f")),
            new Figure<>("goodput/s", result -> number(result.goodputPerSecond(), "%.0f")),
            new Figure<>("to peak", result -> number(result.goodputToPeak(), "%.2f")),
            new Figure<>("spread", result -> number(100 * result.spread(), "%.0f %%")),
            new Figure<>("p99 ms", result -> number(result.p99Millis(), "%.0f")),
            new Figure<>("committed", result -> Long.toString(result.committed())),
            new Figure<>("refused", result -> Long.toString(result.refused())),
            new Figure<>("failed", result -> Long.toString(result.failedOtherwise())),
            new Figure<>("not begun", result -> Long.toString(result.notBegun())));

    private OverloadTable() {}

    static String text(OverloadReport report) {
        CheckoutReport.Options options = report.options();
        return String.format(
                        Locale.ROOT,
                        "%s%n%n%s%n%npeak: the best closed loop of %s clients. goodput: what committed in an open loop"
                                + " that offers %d times that, until the last%nanswer, with at most %d calls under way;"
                                + " p99 is theirs, from when they should have begun. refused: answered 429 or 503.%n"
                                + "failed: answered anything else, or nothing. not begun: all callers were waiting.%n",
                        options.described(),
                        Tables.text(NAME, FIGURES, report.results()),
                        String.join(
                                ", ",
                                options.clients().stream().map(String::valueOf).toList()),
                        OverloadRun.TIMES,
                        report.callers())
                + Tables.surroundings(options.rounds(), options.seconds(), report.machine(), report.disturbance());
    }
}
