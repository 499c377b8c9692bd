package io.assent.benchmarks.flood;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.checkout.stub.StubProcess;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Rotation;
import io.assent.benchmarks.figures.Watch;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.load.Operation;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.BenchSystem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Measures a service's commits, while another one floods the coordinator and while it does not. */
final class FloodRun {

    /** After a flood has begun, until there is all of it, and after it has ended, until nothing of it is left. */
    static final int PAUSE_SECONDS = 2;

    private static final int WARMUP_CLIENTS = 8;
    private static final int BRANCHES = 2;

    private final BenchSystem system;
    private final FloodReport.Options options;
    private final Limits limits;
    private final Consumer<String> progress;
    private final Load load = new Load();
    private final Operation neighbour;
    private final FlooderProcess flooder;

    /**
     * Opens everything and warms it up.
     *
     * @param client of the neighbour
     * @param flooderKey what the coordinator knows the flooder by
     * @param progress is told, in a sentence each, what happens
     * @throws IllegalStateException if it does not work; the message says what
     */
    FloodRun(
            BenchSystem system,
            Initiator client,
            String flooderKey,
            FloodReport.Options options,
            Limits limits,
            Consumer<String> progress)
            throws InterruptedException {
        this.system = system;
        this.options = options;
        this.limits = limits;
        this.progress = progress;
        this.neighbour = client.prepared(StubProcess.start(system, BRANCHES).participants());
        this.flooder = FlooderProcess.start(system, flooderKey);
        system.awaitReady();
        warmUp();
    }

    private void warmUp() throws InterruptedException {
        progress.accept("Warming up ...");
        Duration length = Duration.ofSeconds(options.warmupSeconds());
        Slice slice = load.run(neighbour, WARMUP_CLIENTS, length);
        if (!length.isZero() && slice.committed() == 0) {
            throw new IllegalStateException("No transaction of the neighbour has committed: " + slice.failure()
                    + ". The logs are in " + system.logs() + ".");
        }
        for (Flood flood : options.kinds()) {
            flooder.start(flood, flood.perSecond(options.floodPerSecond()));
            neighbour(length.dividedBy(options.kinds().size()));
            flooder.stop();
        }
        flooder.clear(options.floodPerSecond());
    }

    /**
     * @param loadBefore the load average before anything was started; NaN: not known
     * @throws IllegalStateException if a flood had no effect
     */
    FloodReport measure(double loadBefore) throws InterruptedException {
        Watch watch = new Watch(loadBefore, system.cpu());
        Map<Flood, List<FloodResult.Round>> rounds = new LinkedHashMap<>();
        options.kinds().forEach(flood -> rounds.put(flood, new ArrayList<>()));
        for (int number = 0; number < options.rounds(); number++) {
            FloodResult.Part before = part();
            for (Flood flood : Rotation.order(options.kinds(), number)) {
                FloodResult.Round round = round(flood, before);
                before = round.after();
                Objects.requireNonNull(rounds.get(flood)).add(round);
                progress.accept(String.format(
                        Locale.ROOT,
                        "Round %d of %d, %s at %.0f/s: p99 %.1f ms, quiet %.1f and %.1f ms",
                        number + 1,
                        options.rounds(),
                        flood.text(),
                        round.floodPerSecond(),
                        round.flooded().p99(),
                        round.before().p99(),
                        round.after().p99()));
            }
        }
        Machine machine =
                Machine.describe(system.jvmOptions(), system.logServer().version(), system.dataFileSystem());
        Disturbance disturbance = watch.disturbance(machine.processors());
        List<FloodResult> results = rounds.entrySet().stream()
                .map(each -> FloodResult.of(each.getKey(), each.getValue()))
                .toList();
        results.forEach(FloodRun::checkEffect);
        return new FloodReport(
                "flood",
                watch.started(),
                options,
                machine,
                disturbance,
                limits.exceeded(results, disturbance),
                results);
    }

    /** @throws IllegalStateException if a flood was not refused as it should be: then it was none */
    static void checkEffect(FloodResult result) {
        int sign = Flood.of(result.flood()).sign();
        if (sign != 0 && result.answers().getOrDefault(sign, 0L) == 0) {
            throw new IllegalStateException("Nothing of " + result.flood() + " was answered " + sign
                    + ", so there was no such flood; by status it was answered " + result.answers());
        }
    }

    private FloodResult.Round round(Flood flood, FloodResult.Part before) throws InterruptedException {
        if (flood == Flood.OPEN) {
            progress.accept("Transactions that are open: " + flooder.fill(options.floodPerSecond()));
        }
        flooder.start(flood, flood.perSecond(options.floodPerSecond()));
        long begun = System.nanoTime();
        pause();
        FloodResult.Part flooded = part();
        Map<Integer, Long> answers = flooder.stop();
        double seconds = (System.nanoTime() - begun) / 1e9;
        if (flood == Flood.OPEN) {
            flooder.clear(options.floodPerSecond());
        }
        pause();
        long all = answers.values().stream().mapToLong(Long::longValue).sum();
        return new FloodResult.Round(flooded, before, part(), all / seconds, answers);
    }

    private static void pause() throws InterruptedException {
        Thread.sleep(Duration.ofSeconds(PAUSE_SECONDS).toMillis());
    }

    private FloodResult.Part part() throws InterruptedException {
        double before = system.coordinator().cpu().millis();
        Slice slice = neighbour(Duration.ofSeconds(options.seconds()));
        double spent = system.coordinator().cpu().millis() - before;
        return FloodResult.Part.of(slice, spent / slice.elapsed().toMillis());
    }

    private Slice neighbour(Duration length) throws InterruptedException {
        return load.run(neighbour, options.clients(), length, options.offeredPerSecond());
    }
}
