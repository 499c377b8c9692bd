package io.assent.benchmarks.flood;

import static io.assent.benchmarks.figures.Tables.number;

import io.assent.benchmarks.figures.Tables;
import io.assent.benchmarks.figures.Tables.Figure;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The report for people. */
final class FloodTable {

    private static final Figure<FloodResult> NAME = new Figure<>("flood", FloodResult::flood);

    private static final List<Figure<FloodResult>> FIGURES = List.of(
            new Figure<>("p50", result -> number(result.p50ToQuiet(), "%.2f")),
            new Figure<>("p99", result -> number(result.p99ToQuiet(), "%.2f")),
            new Figure<>("spread", result -> number(100 * result.spread(), "%.0f %%")),
            new Figure<>("p50 ms", result -> number(result.p50Millis(), "%.1f")),
            new Figure<>("quiet", result -> number(result.quietP50Millis(), "%.1f")),
            new Figure<>("p99 ms", result -> number(result.p99Millis(), "%.1f")),
            new Figure<>("quiet", result -> number(result.quietP99Millis(), "%.1f")),
            new Figure<>("coord. CPU", result -> number(result.coordinatorProcessors(), "%.2f")),
            new Figure<>("quiet", result -> number(result.quietCoordinatorProcessors(), "%.2f")),
            new Figure<>("committed", result -> Long.toString(result.committed())),
            new Figure<>("failed", result -> Long.toString(result.failed())),
            new Figure<>("flood/s", result -> number(result.floodPerSecond(), "%.0f")),
            new Figure<>("answers", result -> answers(result.answers())));

    private FloodTable() {}

    static String text(FloodReport report) {
        FloodReport.Options options = report.options();
        return String.format(
                        Locale.ROOT,
                        "A service commits %.0f transactions of two branches a second, at most %d of them at once, while"
                                + " another one floods the coordinator.%n%n%s%n%np50, p99, spread: against the quiet seconds"
                                + " before and after. Latency counts from when a transaction should have begun.%n"
                                + "coord. CPU: processors that the coordinator keeps busy. flood/s: requests of the flooder"
                                + " that were answered or cut off, at most %.0f a second%n(huge bodies: %.0f; slow bodies: as"
                                + " often as 100 connections end), when nobody else wants a processor. answers: status x number; 0: none."
                                + "%n%s%n%n",
                        options.offeredPerSecond(),
                        options.clients(),
                        Tables.text(NAME, FIGURES, report.results()),
                        options.floodPerSecond(),
                        Flood.HUGE.perSecond(options.floodPerSecond()),
                        options.kinds().stream()
                                .map(flood -> flood.text() + ": " + flood.description() + ".")
                                .collect(Collectors.joining(System.lineSeparator())))
                + Tables.surroundings(options.rounds(), options.seconds(), report.machine(), report.disturbance());
    }

    private static String answers(Map<Integer, Long> answers) {
        return answers.isEmpty()
                ? "-"
                : answers.entrySet().stream()
                        .map(each -> each.getKey() + " x " + each.getValue())
                        .collect(Collectors.joining(", "));
    }
}
