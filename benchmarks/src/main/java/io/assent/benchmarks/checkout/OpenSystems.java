package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.system.BenchSystem;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** The systems of a run, ready and warm. For one thread. */
final class OpenSystems {

    private final Map<CheckoutSystem, Subject> subjects = new LinkedHashMap<>();

    /**
     * Starts them, waits until they are ready, and warms them up.
     *
     * @param progress is told, in a sentence each, what happens
     * @throws IllegalStateException if a system does not work, or has not done what it said; the message says what
     */
    OpenSystems(
            BenchSystem bench, Initiator client, CheckoutReport.Options options, Load load, Consumer<String> progress)
            throws InterruptedException {
        for (CheckoutSystem system : CheckoutSystems.named(options.systems())) {
            subjects.put(system, system.open(bench, options.workload(), client));
        }
        bench.awaitReady();
        WarmUp warmUp = new WarmUp(
                bench, load, Duration.ofSeconds(options.warmupSeconds()), Collections.max(options.clients()), progress);
        for (CheckoutSystem system : systems()) {
            warmUp.warm(system.name(), of(system));
        }
    }

    /**
     * To be called after the last load.
     *
     * @param progress is told, in a sentence each, what was seen besides the figures
     * @throws IllegalStateException if a system has not done what it said; the message says what
     */
    void conclude(Consumer<String> progress) throws InterruptedException {
        for (Subject subject : subjects.values()) {
            subject.audit().conclude().forEach(progress);
        }
    }

    /** Those that have this one as their floor, in the order of the table. */
    List<CheckoutSystem> comparedWith(CheckoutSystem floor) {
        return subjects.keySet().stream()
                .filter(system -> system != floor && system.floor().equals(floor.name()))
                .toList();
    }

    /** In the order of the table. */
    List<CheckoutSystem> systems() {
        return List.copyOf(subjects.keySet());
    }

    Subject of(CheckoutSystem system) {
        return Objects.requireNonNull(subjects.get(system), system::name);
    }
}
