package io.assent.benchmarks.scale;

import io.assent.benchmarks.figures.Sample;
import java.util.Locale;

/** One figure in each line, for a spreadsheet. What is not known is left empty. Figures of rounds have the number of the round. */
final class ScaleCsv {

    private static final String HEADINGS = "part,subject,clients,round,figure,value\n";

    private final StringBuilder text = new StringBuilder(HEADINGS);

    private ScaleCsv() {}

    static String text(ScaleReport report) {
        ScaleCsv csv = new ScaleCsv();
        report.throughput().forEach(part -> part.results().forEach(result -> csv.rounds(part.part(), result)));
        if (report.memory() != null) {
            csv.memory(report.memory());
        }
        if (report.inDoubt() != null) {
            csv.inDoubt(report.inDoubt());
        }
        return csv.text.toString();
    }

    private void rounds(String part, ThroughputResult result) {
        for (int number = 0; number < result.rounds().size(); number++) {
            ThroughputResult.Round round = result.rounds().get(number);
            String row = part + "," + result.name() + "," + result.clients() + "," + (number + 1);
            line(row, "per_second", round.sample().perSecond());
            line(row, "rate_to_baseline", round.toBaseline(Sample::perSecond));
            line(row, "p50_ms", round.sample().p50());
            line(row, "p99_ms", round.sample().p99());
            line(row, "coordinator_cpu_ms", round.sample().cpu().coordinator());
            line(row, "log_cpu_ms", round.sample().cpu().stores());
            line(row, "batch", round.batch());
            line(row, "committed", round.sample().committed());
            line(row, "failed", round.sample().failed());
        }
    }

    private void memory(MemoryPart memory) {
        String part = Part.MEMORY.text() + ",";
        line(part + ",,", "begun_per_second", memory.begunPerSecond());
        line(part + ",,", "rolled_back_per_second", memory.rolledBackPerSecond());
        line(part + ",,", "heap_bytes_per_transaction", memory.heapBytes());
        line(part + ",,", "log_bytes_per_transaction", memory.logBytes());
        for (MemoryPart.State state : memory.states()) {
            line(part + state.when() + ",,", "open", state.open());
            line(part + state.when() + ",,", "heap_bytes", state.heapBytes());
            line(part + state.when() + ",,", "log_bytes", state.logBytes());
        }
    }

    private void inDoubt(InDoubtPart inDoubt) {
        String part = Part.IN_DOUBT.text() + ",";
        line(part + ",,", "decided_seconds", inDoubt.decidedSeconds());
        line(part + ",,", "refused", inDoubt.refused());
        line(part + ",,", "completed_seconds", inDoubt.completedSeconds());
        for (InDoubtPart.State state : inDoubt.states()) {
            String row = part + state.when() + ",,";
            line(row, "not_complete", state.unfinished());
            line(row, "heap_bytes", state.heapBytes());
            line(row, "coordinator_processors", state.coordinatorProcessors());
            line(row, "log_processors", state.storesProcessors());
            line(row, "taken_over_per_second", state.takenOverPerSecond());
            state.looks().forEach(look -> line(row, "ms of " + look.path(), look.millis()));
        }
        inDoubt.results().forEach(result -> rounds(Part.IN_DOUBT.text(), result));
    }

    private void line(String row, String figure, double value) {
        text.append(row)
                .append(',')
                .append(figure)
                .append(',')
                .append(Double.isFinite(value) ? String.format(Locale.ROOT, "%.4f", value) : "")
                .append('\n');
    }
}
