package io.assent.benchmarks.checkout;

import io.assent.benchmarks.figures.Latencies;
import io.assent.benchmarks.figures.Sample;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Every slice for a spreadsheet: one line for each system, number of clients and round. What is not known is left empty. */
final class CheckoutCsv {

    private static final String HEADINGS = "system,floor,clients,branches,rows,log,offered_per_second,round,per_second,"
            + "rate_to_floor,p50_to_floor,p99_to_floor,cpu_to_floor,settled_cpu_to_floor,services_cpu_ms,coordinator_cpu_ms,stores_cpu_ms,"
            + "client_cpu_ms,compilers_cpu_ms,services_wal_bytes,log_wal_bytes,committed,failed";

    private CheckoutCsv() {}

    static String text(CheckoutReport report) {
        StringBuilder text = new StringBuilder(HEADINGS);
        Latencies.PERCENTILES.forEach(percentile -> text.append(",p")
                .append(String.format(Locale.ROOT, "%s_ms", percentile).replace(".0_", "_")));
        text.append('\n');
        for (CheckoutResult result : report.results()) {
            for (int round = 0; round < result.rounds().size(); round++) {
                text.append(line(report.options(), result, round)).append('\n');
            }
        }
        return text.toString();
    }

    private static String line(CheckoutReport.Options options, CheckoutResult result, int round) {
        Sample sample = result.rounds().get(round);
        CheckoutResult.Ratios ratios = result.ratios().get(round);
        // Names of systems are made of letters, digits and hyphens: nothing has to be quoted.
        List<String> values = new ArrayList<>(List.of(
                result.system(),
                result.floor(),
                Integer.toString(result.clients()),
                Integer.toString(options.workload().branches()),
                options.workload().rows(),
                options.log(),
                number(options.offeredPerSecond()),
                Integer.toString(round + 1),
                number(sample.perSecond()),
                number(ratios.rate()),
                number(ratios.p50()),
                number(ratios.p99()),
                number(ratios.cpu()),
                number(ratios.settledCpu()),
                number(sample.cpu().service()),
                number(sample.cpu().coordinator()),
                number(sample.cpu().stores()),
                number(sample.cpu().client()),
                number(sample.cpu().compilers()),
                number(sample.walBytes().service()),
                number(sample.walBytes().log()),
                Long.toString(sample.committed()),
                Long.toString(sample.failed())));
        sample.latencies().millis().forEach(millis -> values.add(number(millis)));
        return String.join(",", values);
    }

    private static String number(double value) {
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "";
    }
}
