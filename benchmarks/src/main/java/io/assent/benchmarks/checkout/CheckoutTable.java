package io.assent.benchmarks.checkout;

import static io.assent.benchmarks.figures.Tables.number;

import io.assent.benchmarks.figures.Tables;
import io.assent.benchmarks.figures.Tables.Figure;
import java.util.List;
import java.util.Locale;

/** The report for people. */
final class CheckoutTable {

    private static final Figure<CheckoutResult> NAME = new Figure<>("system", CheckoutResult::system);

    private static final List<Figure<CheckoutResult>> FIGURES = List.of(
            new Figure<>("floor", result -> result.floor().equals(result.system()) ? "-" : result.floor()),
            new Figure<>("rate/s", result -> number(result.perSecond(), "%.0f")),
            new Figure<>("to floor", result -> number(result.rateToFloor(), "%.2f")),
            new Figure<>("spread", result -> number(100 * result.spread(), "%.0f %%")),
            new Figure<>("p50 ms", result -> number(result.p50Millis(), "%.1f")),
            new Figure<>("p99 ms", result -> number(result.p99Millis(), "%.1f")),
            new Figure<>("CPU ms", result -> number(result.cpuMillis().measured(), "%.2f")),
            new Figure<>("to floor", result -> number(result.cpuToFloor(), "%.2f")),
            new Figure<>("settled", result -> number(result.settledCpuToFloor(), "%.2f")),
            new Figure<>("compilers", result -> number(result.cpuMillis().compilers(), "%.2f")),
            new Figure<>("services", result -> number(result.cpuMillis().service(), "%.2f")),
            new Figure<>("coord.", result -> number(result.cpuMillis().coordinator(), "%.2f")),
            new Figure<>("stores", result -> number(result.cpuMillis().stores(), "%.2f")),
            new Figure<>("client", result -> number(result.cpuMillis().client(), "%.2f")),
            new Figure<>("flushes", result -> number(result.flushes().service(), "%.2f")),
            new Figure<>("in log", result -> number(result.flushes().log(), "%.2f")),
            new Figure<>("requests", result -> number(result.requests(), "%.2f")),
            new Figure<>("failed", result -> Long.toString(result.failed())));

    private static final String LEGEND = """
            rate and CPU to floor: medians of comparisons with the floor just before and just after. spread: how far the middle half
            of them lies apart. settled: CPU to floor, without what the compilers of the JVMs still took. The rest is for one
            transaction: CPU ms of all processes but the client's, of this the compilers', then of each kind; flushes of write-ahead
            log in the server of the services' databases and in that of the decision log; HTTP requests served.
            """;

    private CheckoutTable() {}

    static String text(CheckoutReport report) {
        StringBuilder text = new StringBuilder();
        CheckoutReport.Options options = report.options();
        text.append(options.described()).append("\n\n");
        for (int clients : options.clients()) {
            List<CheckoutResult> rows = report.results().stream()
                    .filter(result -> result.clients() == clients)
                    .toList();
            text.append(Tables.clients(clients))
                    .append(
                            options.offeredPerSecond() > 0
                                    ? String.format(
                                            Locale.ROOT, ", %.0f transactions offered/s", options.offeredPerSecond())
                                    : "")
                    .append('\n')
                    .append(Tables.text(NAME, FIGURES, rows))
                    .append("\n\n");
        }
        text.append(LEGEND);
        for (CheckoutSystem system : CheckoutSystems.named(options.systems())) {
            text.append("  ")
                    .append(system.name())
                    .append(": ")
                    .append(system.description())
                    .append(system.floor().equals(system.name()) ? " (a floor)" : "; its floor: " + system.floor())
                    .append('\n');
        }
        return text.append(Tables.surroundings(
                        options.rounds(), options.seconds(), report.machine(), report.disturbance()))
                .toString();
    }
}
