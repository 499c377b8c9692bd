package io.assent.benchmarks.checkout;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.checkout.CheckoutResult.Between;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.FlushCounter;
import io.assent.benchmarks.figures.Flushes;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Rotation;
import io.assent.benchmarks.figures.Sample;
import io.assent.benchmarks.figures.Tables;
import io.assent.benchmarks.figures.WalCounters;
import io.assent.benchmarks.figures.Watch;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Measures systems by turns, each between two slices of its floor, on one machine. */
final class CheckoutRun {

    private final BenchSystem bench;
    private final CheckoutReport.Options options;
    private final Limits limits;
    private final Consumer<String> progress;
    private final OpenSystems systems;
    private final Load load = new Load();
    private final RequestCounts requests = new RequestCounts();
    private final CpuMeter self = CpuMeter.of(ProcessHandle.current().pid());

    /** One system with one number of clients. */
    private record Cell(CheckoutSystem system, int clients) {}

    /** What is not counted in the rounds. */
    private record Counted(Flushes flushes, double requests) {}

    /**
     * Opens the systems and warms them up.
     *
     * @param progress is told, in a sentence each, what happens
     * @throws IllegalStateException if a system does not work, or has not done what it said; the message says what
     */
    CheckoutRun(
            BenchSystem bench,
            Initiator client,
            CheckoutReport.Options options,
            Limits limits,
            Consumer<String> progress)
            throws InterruptedException {
        this.bench = bench;
        this.options = options;
        this.limits = limits;
        this.progress = progress;
        this.systems = new OpenSystems(bench, client, options, load, progress);
    }

    /**
     * @param loadBefore the load average before anything was started; NaN: not known
     * @throws IllegalStateException if a system has not done what it said; the message says what
     */
    CheckoutReport measure(double loadBefore) throws InterruptedException {
        Watch watch = new Watch(loadBefore, bench.cpu());
        Map<Cell, List<Between>> slices = rounds();
        Machine machine =
                Machine.describe(bench.jvmOptions(), bench.serviceServer().version(), bench.dataFileSystem());
        Disturbance disturbance = watch.disturbance(machine.processors());
        Map<Cell, Counted> counted = count();
        systems.conclude(progress);
        List<CheckoutResult> results = new ArrayList<>();
        for (int clients : options.clients()) {
            for (CheckoutSystem system : systems.systems()) {
                Cell cell = new Cell(system, clients);
                Counted counts = of(counted, cell);
                results.add(CheckoutResult.of(system, clients, of(slices, cell), counts.flushes(), counts.requests()));
            }
        }
        return new CheckoutReport(
                "checkout",
                watch.started(),
                options,
                machine,
                disturbance,
                limits.exceeded(results, disturbance),
                results);
    }

    private Map<Cell, List<Between>> rounds() throws InterruptedException {
        Map<Cell, List<Between>> slices = new LinkedHashMap<>();
        for (int round = 0; round < options.rounds(); round++) {
            for (int clients : options.clients()) {
                List<String> line = new ArrayList<>();
                for (CheckoutSystem system : systems.systems()) {
                    List<CheckoutSystem> compared = systems.comparedWith(system);
                    if (isItsOwnFloor(system) || !compared.isEmpty()) {
                        around(system, compared, clients, round, slices, line);
                    }
                }
                progress.accept(line.stream()
                        .collect(Collectors.joining(
                                ", ",
                                "Round " + (round + 1) + " of " + options.rounds() + ", " + Tables.clients(clients)
                                        + ", transactions/s: ",
                                "")));
            }
        }
        return slices;
    }

    /**
     * A floor, and after each that is compared with it the floor again. Such a slice of a floor that has a floor itself is only
     * what others are compared with: it does not stand between two of its own.
     */
    private void around(
            CheckoutSystem floor,
            List<CheckoutSystem> compared,
            int clients,
            int round,
            Map<Cell, List<Between>> slices,
            List<String> line)
            throws InterruptedException {
        Sample before = sample(floor, clients, line);
        if (isItsOwnFloor(floor)) {
            add(slices, new Cell(floor, clients), Between.itself(before));
        }
        for (CheckoutSystem system : Rotation.order(compared, round)) {
            Sample sample = sample(system, clients, line);
            Sample after = sample(floor, clients, line);
            if (isItsOwnFloor(floor)) {
                add(slices, new Cell(floor, clients), Between.itself(after));
            }
            add(slices, new Cell(system, clients), new Between(sample, before, after));
            before = after;
        }
    }

    private static boolean isItsOwnFloor(CheckoutSystem system) {
        return system.floor().equals(system.name());
    }

    private static void add(Map<Cell, List<Between>> slices, Cell cell, Between slice) {
        slices.computeIfAbsent(cell, key -> new ArrayList<>()).add(slice);
    }

    private Sample sample(CheckoutSystem system, int clients, List<String> line) throws InterruptedException {
        Subject subject = systems.of(system);
        WalCounters walBefore = WalCounters.of(bench);
        Sample.Cpu before = cpu(subject);
        Slice slice = run(subject, clients);
        // What was answered and is still to be done belongs to it, and not to whoever comes next.
        subject.audit().settle();
        Sample.Cpu cpu = cpu(subject).minus(before);
        Sample sample = Sample.of(slice, cpu, WalCounters.of(bench).minus(walBefore));
        subject.audit().verify(slice);
        line.add(String.format(Locale.ROOT, "%s %.0f", system.name(), sample.perSecond()));
        return sample;
    }

    private Slice run(Subject subject, int clients) throws InterruptedException {
        return load.run(
                subject.operation(), clients, Duration.ofSeconds(options.seconds()), options.offeredPerSecond());
    }

    private Sample.Cpu cpu(Subject subject) {
        return new Sample.Cpu(
                subject.services().millis(),
                subject.coordinator().millis(),
                bench.serviceServer().cpu().and(bench.logServer().cpu()).millis(),
                self.millis(),
                subject.services().and(subject.coordinator()).compilerMillis());
    }

    private Map<Cell, Counted> count() throws InterruptedException {
        progress.accept("Counting flushes and requests ...");
        FlushCounter counter =
                new FlushCounter(() -> WalCounters.of(bench), Duration.ofSeconds(options.settleSeconds()));
        Map<Cell, Counted> counts = new LinkedHashMap<>();
        for (int clients : options.clients()) {
            for (CheckoutSystem system : systems.systems()) {
                Subject subject = systems.of(system);
                double before = requests.total(subject.counting(), subject.key());
                List<Slice> loaded = new ArrayList<>();
                Flushes flushes = counter.count(() -> {
                    Slice slice = run(subject, clients);
                    subject.audit().settle();
                    loaded.add(slice);
                    return slice;
                });
                Slice slice = loaded.get(0);
                subject.audit().verify(slice);
                double served = requests.total(subject.counting(), subject.key())
                        - before
                        - subject.counting().size();
                counts.put(
                        new Cell(system, clients),
                        new Counted(flushes, subject.counting().isEmpty() ? Double.NaN : served / slice.committed()));
            }
        }
        return counts;
    }

    private static <K, V> V of(Map<K, V> map, K key) {
        return Objects.requireNonNull(map.get(key), key::toString);
    }
}
