package io.assent.benchmarks.kinds;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.FlushCounter;
import io.assent.benchmarks.figures.Flushes;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Rotation;
import io.assent.benchmarks.figures.Sample;
import io.assent.benchmarks.figures.WalCounters;
import io.assent.benchmarks.figures.Watch;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Measures kinds by turns, in one system, on one machine. */
final class KindsRun {

    private final BenchSystem system;
    private final Initiator initiator;
    private final Load load = new Load();
    private final KindsReport.Options options;
    private final Limits limits;
    private final Consumer<String> progress;
    private final Map<Kind, Subject> subjects = new LinkedHashMap<>();
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    /** One kind with one number of clients. */
    private record Cell(Kind kind, int clients) {}

    /** @param progress is told, in a sentence each, what happens */
    KindsRun(
            BenchSystem system,
            Initiator initiator,
            KindsReport.Options options,
            Limits limits,
            Consumer<String> progress) {
        this.system = system;
        this.initiator = initiator;
        this.options = options;
        this.limits = limits;
        this.progress = progress;
    }

    /**
     * @param loadBefore the load average before anything was started; NaN: not known
     * @throws IllegalStateException if a kind does not work at all; the message says what it answered
     */
    KindsReport measure(double loadBefore) throws InterruptedException {
        open();
        warmUp();
        Watch watch = new Watch(loadBefore, system.cpu());
        Map<Cell, List<Sample>> samples = rounds();
        Machine machine =
                Machine.describe(system.jvmOptions(), system.serviceServer().version(), system.dataFileSystem());
        Disturbance disturbance = watch.disturbance(machine.processors());
        Map<Cell, Flushes> flushes = countFlushes();
        List<KindResult> results = new ArrayList<>();
        for (int clients : options.clients()) {
            List<Sample> floor = of(samples, new Cell(Kinds.FLOOR, clients));
            for (Kind kind : subjects.keySet()) {
                Cell cell = new Cell(kind, clients);
                results.add(KindResult.of(kind, clients, of(samples, cell), floor, of(flushes, cell)));
            }
        }
        return new KindsReport(
                "kinds",
                watch.started(),
                options,
                machine,
                disturbance,
                limits.exceeded(results, disturbance),
                leftOut,
                results);
    }

    private void open() {
        for (Kind kind : Kinds.named(options.kinds())) {
            try {
                subjects.put(kind, kind.open(system));
            } catch (UnavailableException e) {
                leftOut.put(kind.name(), String.valueOf(e.getMessage()));
                progress.accept(kind.name() + " is left out: " + e.getMessage());
            }
        }
        system.awaitReady();
    }

    private void warmUp() throws InterruptedException {
        progress.accept("Warming up ...");
        int most = Collections.max(options.clients());
        for (Map.Entry<Kind, Subject> each : subjects.entrySet()) {
            Duration length = Duration.ofSeconds(options.warmupSeconds());
            Slice slice = run(each.getValue(), most, length);
            if (!length.isZero() && slice.committed() == 0) {
                throw new IllegalStateException(
                        "No transaction of " + each.getKey().name() + " has committed: " + slice.failure()
                                + ". The logs are in " + system.logs() + ".");
            }
        }
    }

    private Map<Cell, List<Sample>> rounds() throws InterruptedException {
        Map<Cell, List<Sample>> samples = new LinkedHashMap<>();
        for (int round = 0; round < options.rounds(); round++) {
            for (int clients : options.clients()) {
                Map<Kind, Sample> ofRound = new LinkedHashMap<>();
                for (Kind kind : Rotation.order(List.copyOf(subjects.keySet()), round)) {
                    Sample sample = sample(subject(kind), clients);
                    ofRound.put(kind, sample);
                    samples.computeIfAbsent(new Cell(kind, clients), cell -> new ArrayList<>())
                            .add(sample);
                }
                progress.accept(line(round, clients, ofRound));
            }
        }
        return samples;
    }

    private Sample sample(Subject subject, int clients) throws InterruptedException {
        WalCounters walBefore = WalCounters.of(system);
        Sample.Cpu before = cpu(subject);
        Slice slice = run(subject, clients, Duration.ofSeconds(options.seconds()));
        Sample.Cpu cpu = cpu(subject).minus(before);
        return Sample.of(slice, cpu, WalCounters.of(system).minus(walBefore));
    }

    private Sample.Cpu cpu(Subject subject) {
        return new Sample.Cpu(
                subject.service().millis(),
                system.coordinator().cpu().millis(),
                system.serviceServer()
                        .cpu()
                        .and(system.logServer().cpu())
                        .and(subject.stores())
                        .millis(),
                CpuMeter.of(ProcessHandle.current().pid()).millis(),
                subject.service().and(system.coordinator().cpu()).compilerMillis());
    }

    private String line(int round, int clients, Map<Kind, Sample> samples) {
        return subjects.keySet().stream()
                .map(kind -> String.format(
                        Locale.ROOT,
                        "%s %.0f",
                        kind.name(),
                        Objects.requireNonNull(samples.get(kind)).perSecond()))
                .collect(Collectors.joining(
                        ", ",
                        "Round " + (round + 1) + " of " + options.rounds() + ", " + clients
                                + (clients == 1 ? " client" : " clients") + ", transactions/s: ",
                        ""));
    }

    private Map<Cell, Flushes> countFlushes() throws InterruptedException {
        progress.accept("Counting flushes ...");
        FlushCounter counter =
                new FlushCounter(() -> WalCounters.of(system), Duration.ofSeconds(options.settleSeconds()));
        Map<Cell, Flushes> costs = new LinkedHashMap<>();
        for (int clients : options.clients()) {
            for (Map.Entry<Kind, Subject> each : subjects.entrySet()) {
                costs.put(
                        new Cell(each.getKey(), clients),
                        counter.count(() -> run(each.getValue(), clients, Duration.ofSeconds(options.seconds()))));
            }
        }
        return costs;
    }

    private Slice run(Subject subject, int clients, Duration length) throws InterruptedException {
        return load.run(initiator.operation(subject.flow(), subject.work()), clients, length);
    }

    private Subject subject(Kind kind) {
        return of(subjects, kind);
    }

    private static <K, V> V of(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key), key::toString);
    }
}
