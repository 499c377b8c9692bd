package io.assent.benchmarks.kinds;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.MachineClock;
import java.time.Duration;
import java.time.Instant;
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
    private final Load load;
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
        this.load = new Load(initiator);
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
        CpuMeter own = system.cpu().and(CpuMeter.of(ProcessHandle.current().pid()));
        Instant started = Instant.now();
        MachineClock clock = MachineClock.now();
        double ownBefore = own.millis();
        long begun = System.nanoTime();
        Map<Cell, List<Sample>> samples = rounds();
        double ownProcessors = (own.millis() - ownBefore) * 1e6 / (System.nanoTime() - begun);
        MachineClock spent = MachineClock.now().minus(clock);
        Machine machine =
                Machine.describe(system.jvmOptions(), system.serviceServer().version());
        Disturbance disturbance = new Disturbance(
                loadBefore,
                MachineClock.loadAverage(),
                spent.stealPercent(),
                Math.max(0, spent.busyProcessors(machine.processors()) - ownProcessors));
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
                started,
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
                for (Kind kind : order(List.copyOf(subjects.keySet()), round)) {
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

    /** Another one begins in each round, so that what one leaves behind does not always hit the same next one. */
    static <T> List<T> order(List<T> all, int round) {
        List<T> order = new ArrayList<>(all);
        Collections.rotate(order, -round);
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }

    private Sample sample(Subject subject, int clients) throws InterruptedException {
        WalCounters walBefore = counters();
        Sample.Cpu before = cpu(subject);
        Slice slice = run(subject, clients, Duration.ofSeconds(options.seconds()));
        Sample.Cpu cpu = cpu(subject).minus(before);
        return Sample.of(slice, cpu, counters().minus(walBefore));
    }

    private Sample.Cpu cpu(Subject subject) {
        return new Sample.Cpu(
                subject.service().millis(),
                system.coordinator().cpu().millis(),
                system.serviceServer()
                        .cpu()
                        .and(system.logServer().cpu())
                        .and(subject.stores())
                        .millis());
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

    /**
     * In turns of its own. PostgreSQL's processes tell what they have flushed a moment later, and who came next in a round would
     * be charged for it.
     */
    private Map<Cell, Flushes> countFlushes() throws InterruptedException {
        progress.accept("Counting flushes ...");
        Duration settle = Duration.ofSeconds(options.settleSeconds());
        settle(settle);
        WalCounters first = counters();
        long idleSince = System.nanoTime();
        settle(settle);
        WalCounters idle = counters().minus(first);
        Duration idleWindow = Duration.ofNanos(System.nanoTime() - idleSince);
        Map<Cell, Flushes> costs = new LinkedHashMap<>();
        for (int clients : options.clients()) {
            for (Map.Entry<Kind, Subject> each : subjects.entrySet()) {
                WalCounters before = counters();
                long since = System.nanoTime();
                Slice slice = run(each.getValue(), clients, Duration.ofSeconds(options.seconds()));
                settle(settle);
                WalCounters written = counters().minus(before);
                Duration window = Duration.ofNanos(System.nanoTime() - since);
                costs.put(
                        new Cell(each.getKey(), clients),
                        Flushes.of(written, window, idle, idleWindow, slice.committed()));
            }
        }
        return costs;
    }

    private WalCounters counters() {
        return new WalCounters(system.serviceServer().wal(), system.logServer().wal());
    }

    private static void settle(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }

    private Slice run(Subject subject, int clients, Duration length) throws InterruptedException {
        return load.run(subject.flow(), subject.work(), clients, length);
    }

    private Subject subject(Kind kind) {
        return of(subjects, kind);
    }

    private static <K, V> V of(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key), key::toString);
    }
}
