package io.assent.benchmarks.kinds;

import static io.assent.benchmarks.figures.Tables.number;

import io.assent.benchmarks.figures.Tables;
import io.assent.benchmarks.figures.Tables.Figure;
import java.util.List;
import java.util.Locale;

/** The report for people. */
final class KindsTable {

    private static final Figure<KindResult> NAME = new Figure<>("kind", KindResult::kind);

    private static final List<Figure<KindResult>> FIGURES = List.of(
            new Figure<>("rate", result -> number(result.rateToFloor(), "%.2f")),
            new Figure<>("p50", result -> number(result.p50ToFloor(), "%.2f")),
            new Figure<>("p99", result -> number(result.p99ToFloor(), "%.2f")),
            new Figure<>("spread", result -> number(100 * result.spread(), "%.0f %%")),
            new Figure<>("service ms", result -> number(result.cpuMillis().service(), "%.2f")),
            new Figure<>("coord. ms", result -> number(result.cpuMillis().coordinator(), "%.2f")),
            new Figure<>("stores ms", result -> number(result.cpuMillis().stores(), "%.2f")),
            new Figure<>("flushes", result -> number(result.flushes().service(), "%.2f")),
            new Figure<>("in log", result -> number(result.flushes().log(), "%.2f")),
            new Figure<>("WAL bytes", result -> number(result.walBytes().service(), "%.0f")),
            new Figure<>("in log", result -> number(result.walBytes().log(), "%.0f")),
            new Figure<>("failed", result -> Long.toString(result.failed())));

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
            text.append(heading(clients, rows))
                    .append('\n')
                    .append(Tables.text(NAME, FIGURES, rows))
                    .append("\n\n");
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
        return text.append(Tables.surroundings(
                        report.options().rounds(), report.options().seconds(), report.machine(), report.disturbance()))
                .toString();
    }

    private static String heading(int clients, List<KindResult> rows) {
        KindResult floor = rows.stream()
                .filter(result -> result.kind().equals(Kinds.FLOOR.name()))
                .findFirst()
                .orElseThrow();
        return String.format(
                Locale.ROOT,
                "%s. The floor, %s: %.0f transactions/s, p50 %.1f ms, p99 %.1f ms.",
                Tables.clients(clients),
                floor.kind(),
                floor.perSecond(),
                floor.p50Millis(),
                floor.p99Millis());
    }
}
