package io.assent.benchmarks.micro;

import static io.assent.benchmarks.figures.Tables.number;

import io.assent.benchmarks.figures.Tables;
import io.assent.benchmarks.figures.Tables.Figure;
import java.util.List;
import java.util.Locale;

/** The report for people. */
final class MicroTable {

    private static final Figure<CodeResult> CODE = new Figure<>("code", CodeResult::name);

    private static final List<Figure<CodeResult>> CODE_FIGURES = List.of(
            new Figure<>("ns", result -> number(result.nanos(), "%.0f")),
            new Figure<>("+/-", result -> number(result.error(), "%.0f")),
            new Figure<>("bytes", result -> number(result.bytes(), "%.0f")));

    private static final String CODE_LEGEND = """
            For one operation: time, half of its 99.9 % confidence interval, and what is allocated.
            """;

    private static final Figure<LogResult> BATCH =
            new Figure<>("max. batch", result -> Integer.toString(result.maxBatch()));

    private static final List<Figure<LogResult>> LOG_FIGURES = List.of(
            new Figure<>("batch", result -> number(result.batch(), "%.1f")),
            new Figure<>("decisions/s", result -> number(result.perSecond(), "%.0f")),
            new Figure<>("to floor", result -> number(result.rateToFloor(), "%.2f")),
            new Figure<>("spread", result -> number(100 * result.spread(), "%.0f %%")),
            new Figure<>("CPU us", result -> number(result.cpuMicros(), "%.0f")),
            new Figure<>("to floor", result -> number(result.cpuToFloor(), "%.2f")),
            new Figure<>("flushes", result -> number(result.flushes(), "%.3f")),
            new Figure<>("WAL bytes", result -> number(result.walBytes(), "%.0f")),
            new Figure<>("failed", result -> Long.toString(result.failed())));

    private static final String LOG_LEGEND = """
            max. batch: the most decisions in one statement; batch: how many there were on average. to floor: against a row inserted
            by itself, just before and just after. spread: how far the middle half of the rounds lies apart. The rest is for one
            decision: PostgreSQL's CPU time in microseconds, flushes and bytes of its write-ahead log.
            """;

    private MicroTable() {}

    static String text(MicroReport report) {
        StringBuilder text = new StringBuilder();
        if (!report.code().isEmpty()) {
            text.append(Tables.text(CODE, CODE_FIGURES, report.code()))
                    .append('\n')
                    .append(CODE_LEGEND)
                    .append('\n');
        }
        for (FloorResult floor : report.floors()) {
            List<LogResult> rows = report.log().stream()
                    .filter(result -> result.writers() == floor.connections())
                    .toList();
            text.append(heading(floor))
                    .append('\n')
                    .append(Tables.text(BATCH, LOG_FIGURES, rows))
                    .append("\n\n");
        }
        if (!report.floors().isEmpty()) {
            text.append(LOG_LEGEND);
        }
        return text.append(Tables.surroundings(
                        report.options().rounds(), report.options().seconds(), report.machine(), report.disturbance()))
                .toString();
    }

    static String writers(int number) {
        return number + (number == 1 ? " writer" : " writers");
    }

    private static String heading(FloorResult floor) {
        return String.format(
                Locale.ROOT,
                "%s. The floor, rows inserted over %d %s: %.0f a second, %s us of CPU time, %.2f flushes and %.0f bytes for each.",
                writers(floor.connections()),
                floor.connections(),
                floor.connections() == 1 ? "connection" : "connections",
                floor.perSecond(),
                number(floor.cpuMicros(), "%.0f"),
                floor.flushes(),
                floor.walBytes());
    }
}
