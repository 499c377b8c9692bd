package io.assent.benchmarks.checkout;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Rotation;
import io.assent.benchmarks.figures.Watch;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.BenchSystem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Offers each system more than it can do, just after it has shown how much that is. */
final class OverloadRun {

    /** What is offered, in peaks. */
    static final int TIMES = 3;

    /**
     * So many calls may be under way in the open loop: more than a service has threads for, so that it is the service that has to cope.
     */
    static final int CALLERS = 512;

    private final BenchSystem bench;
    private final CheckoutReport.Options options;
    private final Limits limits;
    private final Consumer<String> progress;
    private final Load load = new Load();
    private final OpenSystems systems;

    /**
     * Opens the systems and warms them up.
     *
     * @param client for {@link #CALLERS} at once
     * @param progress is told, in a sentence each, what happens
     * @throws IllegalStateException if a system does not work, or has not done what it said; the message says what
     */
    OverloadRun(
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
    OverloadReport measure(double loadBefore) throws InterruptedException {
        Watch watch = new Watch(loadBefore, bench.cpu());
        Map<CheckoutSystem, List<OverloadResult.Round>> rounds = new LinkedHashMap<>();
        systems.systems().forEach(system -> rounds.put(system, new ArrayList<>()));
        for (int number = 0; number < options.rounds(); number++) {
            for (CheckoutSystem system : Rotation.order(systems.systems(), number)) {
                OverloadResult.Round round = round(systems.of(system));
                rounds.computeIfAbsent(system, key -> new ArrayList<>()).add(round);
                progress.accept(String.format(
                        Locale.ROOT,
                        "Round %d of %d, %s: peak %.0f/s, offered %.0f/s, committed %.0f/s",
                        number + 1,
                        options.rounds(),
                        system.name(),
                        round.peakPerSecond(),
                        round.offeredPerSecond(),
                        round.goodputPerSecond()));
            }
        }
        Machine machine =
                Machine.describe(bench.jvmOptions(), bench.serviceServer().version(), bench.dataFileSystem());
        Disturbance disturbance = watch.disturbance(machine.processors());
        systems.conclude(progress);
        List<OverloadResult> results = rounds.entrySet().stream()
                .map(each -> OverloadResult.of(each.getKey(), each.getValue()))
                .toList();
        return new OverloadReport(
                "overload",
                watch.started(),
                options,
                CALLERS,
                machine,
                disturbance,
                limits.exceeded(results, disturbance),
                results);
    }

    private OverloadResult.Round round(Subject subject) throws InterruptedException {
        int peakClients = 0;
        double peak = 0;
        for (int clients : options.clients()) {
            double perSecond = slice(subject, clients, 0).perSecond();
            if (perSecond > peak) {
                peak = perSecond;
                peakClients = clients;
            }
        }
        if (peak == 0) {
            throw new IllegalStateException("Nothing has committed, so there is no peak to offer more than");
        }
        double offered = TIMES * peak;
        return OverloadResult.Round.of(peakClients, peak, offered, slice(subject, CALLERS, offered));
    }

    private Slice slice(Subject subject, int clients, double offeredPerSecond) throws InterruptedException {
        Slice slice = load.run(subject.operation(), clients, Duration.ofSeconds(options.seconds()), offeredPerSecond);
        subject.audit().settle();
        subject.audit().verify(slice);
        return slice;
    }
}
