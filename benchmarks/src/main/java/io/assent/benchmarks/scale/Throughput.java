package io.assent.benchmarks.scale;

import io.assent.benchmarks.checkout.Subject;
import io.assent.benchmarks.figures.Rotation;
import io.assent.benchmarks.figures.Sample;
import io.assent.benchmarks.figures.Tables;
import io.assent.benchmarks.figures.WalCounters;
import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.scale.ThroughputResult.Round;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Loads candidates, each between two slices of what it is compared with. For one thread. */
final class Throughput {

    private final BenchSystem system;
    private final ScaleReport.Options options;
    private final Load load;
    private final Consumer<String> progress;
    private final CpuMeter self = CpuMeter.of(ProcessHandle.current().pid());

    /** Candidates with what they are compared with. */
    record Group(Candidate baseline, List<Candidate> candidates) {

        Group {
            candidates = List.copyOf(candidates);
        }
    }

    /** One slice. */
    record Measured(Sample sample, double batch) {}

    /** @param progress is told, in a sentence each, what happens */
    Throughput(BenchSystem system, ScaleReport.Options options, Load load, Consumer<String> progress) {
        this.system = system;
        this.options = options;
        this.load = load;
        this.progress = progress;
    }

    /**
     * By turns, in each round.
     *
     * @return in the order of the groups, the baseline of each first
     * @throws IllegalStateException if something was not done as it was answered
     */
    List<ThroughputResult> measure(List<Group> groups) throws InterruptedException {
        Map<Candidate, List<Round>> rounds = new IdentityHashMap<>();
        for (int number = 0; number < options.rounds(); number++) {
            for (Group group : Rotation.order(groups, number)) {
                List<String> line = new ArrayList<>();
                around(group, number, rounds, line);
                progress.accept("Round " + (number + 1) + " of " + options.rounds() + ", transactions/s: "
                        + String.join(", ", line));
            }
        }
        List<ThroughputResult> results = new ArrayList<>();
        for (Group group : groups) {
            String baseline = group.baseline().name();
            results.add(result(group.baseline(), baseline, rounds));
            group.candidates().forEach(candidate -> results.add(result(candidate, baseline, rounds)));
        }
        return results;
    }

    private static ThroughputResult result(Candidate candidate, String baseline, Map<Candidate, List<Round>> rounds) {
        return ThroughputResult.of(
                candidate.name(), candidate.clients(), baseline, rounds.getOrDefault(candidate, List.of()));
    }

    private void around(Group group, int number, Map<Candidate, List<Round>> rounds, List<String> line)
            throws InterruptedException {
        Measured before = slice(group.baseline(), line);
        add(rounds, group.baseline(), Round.alone(before.sample(), before.batch()));
        for (Candidate candidate : Rotation.order(group.candidates(), number)) {
            Measured measured = slice(candidate, line);
            Measured after = slice(group.baseline(), line);
            add(rounds, group.baseline(), Round.alone(after.sample(), after.batch()));
            add(rounds, candidate, new Round(measured.sample(), measured.batch(), before.sample(), after.sample()));
            before = after;
        }
    }

    private static void add(Map<Candidate, List<Round>> rounds, Candidate candidate, Round round) {
        rounds.computeIfAbsent(candidate, any -> new ArrayList<>()).add(round);
    }

    private Measured slice(Candidate candidate, List<String> line) throws InterruptedException {
        Measured measured = slice(candidate);
        line.add(String.format(
                Locale.ROOT,
                "%s (%s) %.0f",
                candidate.name(),
                Tables.clients(candidate.clients()),
                measured.sample().perSecond()));
        return measured;
    }

    /** @throws IllegalStateException if something was not done as it was answered */
    Measured slice(Candidate candidate) throws InterruptedException {
        Subject subject = candidate.subject();
        Batches batches = Batches.of(subject.counting());
        WalCounters wal = WalCounters.of(system);
        Sample.Cpu cpu = cpu(subject);
        Slice slice = load.run(subject.operation(), candidate.clients(), Duration.ofSeconds(options.seconds()));
        Sample sample =
                Sample.of(slice, cpu(subject).minus(cpu), WalCounters.of(system).minus(wal));
        subject.audit().settle();
        subject.audit().verify(slice);
        return new Measured(
                sample, Batches.of(subject.counting()).minus(batches).size());
    }

    private Sample.Cpu cpu(Subject subject) {
        return new Sample.Cpu(
                subject.services().millis(),
                subject.coordinator().millis(),
                system.serviceServer().cpu().and(system.logServer().cpu()).millis(),
                self.millis(),
                subject.services().and(subject.coordinator()).compilerMillis());
    }
}
