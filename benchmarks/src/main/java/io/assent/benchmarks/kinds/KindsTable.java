package io.assent.benchmarks.kinds;

import com.github.freva.asciitable.AsciiTable;
import com.github.freva.asciitable.Column;
import com.github.freva.asciitable.HorizontalAlign;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** The report for people. */
final class KindsTable {

    private record Figure(String heading, Function<KindResult, String> text) {}

    private static final List<Figure> FIGURES = List.of(
            new Figure("rate", result -> number(result.rateToFloor(), "%.2f")),
            new Figure("p50", result -> number(result.p50ToFloor(), "%.2f")),
            new Figure("p99", result -> number(result.p99ToFloor(), "%.2f")),
            new Figure("spread", result -> number(100 * result.spread(), "%.0f %%")),
            new Figure("service ms", result -> number(result.cpuMillis().service(), "%.2f")),
            new Figure("coord. ms", result -> number(result.cpuMillis().coordinator(), "%.2f")),
            new Figure("stores ms", result -> number(result.cpuMillis().stores(), "%.2f")),
            new Figure("flushes", result -> number(result.flushes().service(), "%.2f")),
            new Figure("in log", result -> number(result.flushes().log(), "%.2f")),
            new Figure("WAL bytes", result -> number(result.walBytes().service(), "%.0f")),
            new Figure("in log", result -> number(result.walBytes().log(), "%.0f")),
            new Figure("failed", result -> Long.toString(result.failed())));

    private static final String LEGEND = """
            rate, p50, p99: against the floor. spread: how far the middle half of the rounds lies apart. The rest is for one
            transaction: CPU time in milliseconds of the service, of the coordinator, and of PostgreSQL and the broker; flushes and
            bytes of write-ahead log in the server of the service's databases and in that of the decision log.
            """;

    private KindsTable() {}

    static String text(KindsReport report) {
        StringBuilder text = new StringBuilder();
        for (int clients : report.options().clients()) {
            List<KindResult> rows = report.results().stream()
                    .filter(result -> result.clients() == clients)
                    .toList();
            text.append(heading(clients, rows)).append('\n').append(table(rows)).append("\n\n");
        }
        text.append(LEGEND);
        for (Kind kind : Kinds.named(report.options().kinds())) {
            String reason = report.leftOut().get(kind.name());
            text.append("  ")
                    .append(kind.name())
                    .append(": ")
                    .append(reason == null ? kind.description() : "left out: " + reason)
                    .append('\n');
        }
        return text.append(surroundings(report)).toString();
    }

    private static String heading(int clients, List<KindResult> rows) {
        KindResult floor = rows.stream()
                .filter(result -> result.kind().equals(Kinds.FLOOR.name()))
                .findFirst()
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "%d client%s. The floor, %s: %.0f transactions/s, p50 %.1f ms, p99 %.1f ms.",
                clients,
                clients == 1 ? "" : "s",
                floor.kind(),
                floor.perSecond(),
                floor.p50Millis(),
                floor.p99Millis());
    }

    private static String table(List<KindResult> rows) {
        List<Column> columns = new ArrayList<>();
        List<String[]> cells = new ArrayList<>();
        columns.add(
                new Column().header("kind").headerAlign(HorizontalAlign.LEFT).dataAlign(HorizontalAlign.LEFT));
        for (Figure figure : FIGURES) {
            columns.add(new Column().header(figure.heading()).dataAlign(HorizontalAlign.RIGHT));
        }
        for (KindResult row : rows) {
            List<String> cell = new ArrayList<>(List.of(row.kind()));
            FIGURES.forEach(figure -> cell.add(figure.text().apply(row)));
            cells.add(cell.toArray(String[]::new));
        }
        return AsciiTable.getTable(
                AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS,
                columns.toArray(Column[]::new),
                cells.toArray(String[][]::new));
    }

    private static String surroundings(KindsReport report) {
        Disturbance disturbance = report.disturbance();
        return String.format(
                Locale.ROOT,
                "Rounds: %d, of %d s for each. %d processors, PostgreSQL %s with fsync, Java %s with%n  %s.%n"
                        + "Load average %s before and %s after; other programs kept %s processors busy; steal %s.%n",
                report.options().rounds(),
                report.options().seconds(),
                report.machine().processors(),
                report.machine().postgres(),
                report.machine().java(),
                String.join(" ", report.machine().jvmOptions()),
                number(disturbance.loadBefore(), "%.1f"),
                number(disturbance.loadAfter(), "%.1f"),
                number(disturbance.otherProcessors(), "%.1f"),
                number(disturbance.stealPercent(), "%.1f %%"));
    }

    private static String number(double value, String format) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "-";
    }
}
