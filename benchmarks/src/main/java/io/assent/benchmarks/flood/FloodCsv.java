package io.assent.benchmarks.flood;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Every flood of every round for a spreadsheet. What is not known is left empty. */
final class FloodCsv {

    private static final String HEADINGS =
            "flood,round,p50_to_quiet,p99_to_quiet,p50_ms,p99_ms,quiet_before_p50_ms,quiet_before_p99_ms,"
                    + "quiet_after_p50_ms,quiet_after_p99_ms,coordinator_processors,quiet_coordinator_processors,"
                    + "flood_per_second,committed,failed\n";

    private FloodCsv() {}

    static String text(FloodReport report) {
        StringBuilder text = new StringBuilder(HEADINGS);
        for (FloodResult result : report.results()) {
            for (int number = 0; number < result.rounds().size(); number++) {
                FloodResult.Round round = result.rounds().get(number);
                List<Double> figures = List.of(
                        round.toQuiet(FloodResult.Part::p50),
                        round.toQuiet(FloodResult.Part::p99),
                        round.flooded().p50(),
                        round.flooded().p99(),
                        round.before().p50(),
                        round.before().p99(),
                        round.after().p50(),
                        round.after().p99(),
                        round.flooded().processors(),
                        round.quiet(FloodResult.Part::processors),
                        round.floodPerSecond());
                text.append(result.flood())
                        .append(',')
                        .append(number + 1)
                        .append(',')
                        .append(figures.stream()
                                .map(value -> Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "")
                                .collect(Collectors.joining(",")))
                        .append(',')
                        .append(round.committed())
                        .append(',')
                        .append(round.flooded().failed())
                        .append('\n');
            }
        }
        return text.toString();
    }
}
