package io.assent.benchmarks.scale;

import static io.assent.benchmarks.figures.Tables.number;

import io.assent.benchmarks.checkout.InsertSystem;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Tables;
import io.assent.benchmarks.figures.Tables.Figure;
import java.util.List;
import java.util.Locale;

/** The report for people. */
final class ScaleTable {

    private static final double MEGABYTE = 1024.0 * 1024;

    private static final Figure<ThroughputResult> NAME = new Figure<>("", ThroughputResult::name);

    private static final List<Figure<ThroughputResult>> FIGURES = List.of(
            new Figure<>("clients", result -> Integer.toString(result.clients())),
            new Figure<>("rate/s", result -> number(result.perSecond(), "%.0f")),
            new Figure<>("rate to", result -> number(result.rateToBaseline(), "%.2f")),
            new Figure<>("p99 to", result -> number(result.p99ToBaseline(), "%.2f")),
            new Figure<>("spread", result -> number(100 * result.spread(), "%.0f %%")),
            new Figure<>("p50 ms", result -> number(result.p50Millis(), "%.1f")),
            new Figure<>("p99 ms", result -> number(result.p99Millis(), "%.1f")),
            new Figure<>("coord. CPU ms", result -> number(result.coordinatorCpuMillis(), "%.2f")),
            new Figure<>("log CPU ms", result -> number(result.storesCpuMillis(), "%.2f")),
            new Figure<>("batch", result -> number(result.batch(), "%.1f")),
            new Figure<>("failed", result -> Long.toString(result.failed())));

    private static final List<Figure<MemoryPart.State>> MEMORY = List.of(
            new Figure<>("open", state -> Long.toString(state.open())),
            new Figure<>("heap MB", state -> number(state.heapBytes() / MEGABYTE, "%.1f")),
            new Figure<>("log MB", state -> number(state.logBytes() / MEGABYTE, "%.1f")));

    private static final List<Figure<InDoubtPart.State>> IN_DOUBT = List.of(
            new Figure<>("not complete", state -> Long.toString(state.unfinished())),
            new Figure<>("heap MB", state -> number(state.heapBytes() / MEGABYTE, "%.1f")),
            new Figure<>("coord. CPU", state -> number(state.coordinatorProcessors(), "%.2f")),
            new Figure<>("log CPU", state -> number(state.storesProcessors(), "%.2f")),
            new Figure<>("taken over/s", state -> number(state.takenOverPerSecond(), "%.0f")));

    private static final List<Figure<Asked>> LOOKS = List.of(
            new Figure<>("when", Asked::when),
            new Figure<>("ms", asked -> number(asked.look().millis(), "%.1f")),
            new Figure<>("longest", asked -> number(asked.look().longestMillis(), "%.1f")),
            new Figure<>(
                    "failure",
                    asked -> asked.look().failure() == null ? "-" : asked.look().failure()));

    private record Asked(String when, InDoubtPart.Look look) {}

    private ScaleTable() {}

    static String text(ScaleReport report) {
        StringBuilder text = new StringBuilder();
        for (ThroughputPart part : report.throughput()) {
            text.append(heading(part))
                    .append(Tables.text(NAME, FIGURES, part.results()))
                    .append(System.lineSeparator())
                    .append(surroundings(report, part.disturbance()));
        }
        if (report.memory() != null) {
            text.append(memory(report.memory()))
                    .append(surroundings(report, report.memory().disturbance()));
        }
        if (report.inDoubt() != null) {
            text.append(inDoubt(report.inDoubt()))
                    .append(surroundings(report, report.inDoubt().disturbance()));
        }
        return text.append("rate to, p99 to: against insert, 1 coordinator, 1 log, or before. CPU ms: for one"
                        + " transaction; CPU: processors that\nare kept busy while nobody asks for anything. batch: decisions in"
                        + " one statement.\n")
                .toString();
    }

    private static String heading(ThroughputPart part) {
        return switch (Part.of(part.part())) {
            case CLIENTS ->
                "More clients at one coordinator, against " + InsertSystem.NAME
                        + ": rows inserted one by one into the same PostgreSQL.\n";
            case COORDINATORS -> "More coordinators at one log, clients spread over them.\n";
            case SHARDS -> "One coordinator with more logs, each in a PostgreSQL server of its own.\n";
            case MEMORY, IN_DOUBT -> throw new IllegalArgumentException(part.part());
        };
    }

    private static String memory(MemoryPart memory) {
        return String.format(
                Locale.ROOT,
                "Transactions that are begun and stay open.%n%s%nFor each of the %d: %s bytes of the coordinator's heap, %s bytes"
                        + " in the log. Begun at %s/s, rolled back at %s/s.%n",
                Tables.text(new Figure<>("", MemoryPart.State::when), MEMORY, memory.states()),
                memory.transactions(),
                number(memory.heapBytes(), "%.0f"),
                number(memory.logBytes(), "%.0f"),
                number(memory.begunPerSecond(), "%.0f"),
                number(memory.rolledBackPerSecond(), "%.0f"));
    }

    private static String inDoubt(InDoubtPart part) {
        List<Asked> asked = part.states().stream()
                .flatMap(state -> state.looks().stream().map(look -> new Asked(state.when(), look)))
                .toList();
        return String.format(
                Locale.ROOT,
                "Transactions that are decided, while their participant answers 503 to every order.%n%s%n%nCommits of another"
                        + " participant:%n%s%n%nWhat an operator asks for:%n%s%n%d were decided in %s s (%s/s), refused %d times and asked"
                        + " for again. When the participant answered again,%nall were complete within %s s (%s/s).%n",
                Tables.text(new Figure<>("", InDoubtPart.State::when), IN_DOUBT, part.states()),
                Tables.text(NAME, FIGURES, part.results()),
                Tables.text(new Figure<>("GET", each -> each.look().path()), LOOKS, asked),
                part.transactions(),
                number(part.decidedSeconds(), "%.1f"),
                number(part.transactions() / part.decidedSeconds(), "%.0f"),
                part.refused(),
                number(part.completedSeconds(), "%.1f"),
                number(part.transactions() / part.completedSeconds(), "%.0f"));
    }

    private static String surroundings(ScaleReport report, Disturbance disturbance) {
        return Tables.surroundings(report.options().rounds(), report.options().seconds(), report.machine(), disturbance)
                + System.lineSeparator();
    }
}
