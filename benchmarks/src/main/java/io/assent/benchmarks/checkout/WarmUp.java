package io.assent.benchmarks.checkout;

import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Loads a system for as long as the options say, and then until the compilers of its JVMs have little left to do. On a small
 * machine they need minutes for it, and meanwhile take processors from what is measured.
 */
public final class WarmUp {

    /** Of the CPU time of the system's own processes, in percent. */
    private static final double CALM = 5;

    /** What is loaded at a time once it has had what the options say. */
    private static final Duration STEP = Duration.ofSeconds(10);

    /** The longest, in lengths of the options. */
    private static final int MOST = 3;

    private final BenchSystem bench;
    private final Load load;
    private final Duration length;
    private final int clients;
    private final Consumer<String> progress;

    /**
     * @param length the shortest; zero: there is none
     * @param progress is told, in a sentence each, what happens
     */
    public WarmUp(BenchSystem bench, Load load, Duration length, int clients, Consumer<String> progress) {
        this.bench = bench;
        this.load = load;
        this.length = length;
        this.clients = clients;
        this.progress = progress;
    }

    /** @throws IllegalStateException if the system does not work, or has not done what it said; the message says what */
    public void warm(String name, Subject subject) throws InterruptedException {
        progress.accept("Warming up " + name + " ...");
        CpuMeter cpu = subject.services().and(subject.coordinator());
        long loaded = 0;
        double percent = Double.NaN;
        do {
            Duration next = loaded == 0 ? length : STEP.compareTo(length) < 0 ? STEP : length;
            double all = cpu.millis();
            double compilers = cpu.compilerMillis();
            run(name, subject, next);
            loaded += next.toSeconds();
            percent = 100 * (cpu.compilerMillis() - compilers) / (cpu.millis() - all);
            // Where nobody knows, and for what runs in no process of its own, it is as calm as it gets.
        } while (percent > CALM && loaded < MOST * length.toSeconds());
        if (percent > CALM) {
            progress.accept(String.format(
                    Locale.ROOT,
                    "After %d s compilers still take %.0f %% of the CPU time of %s. A longer --warmup makes truer figures.",
                    loaded,
                    percent,
                    name));
        }
    }

    private void run(String name, Subject subject, Duration time) throws InterruptedException {
        Slice slice = load.run(subject.operation(), clients, time);
        if (!time.isZero() && slice.committed() == 0) {
            throw new IllegalStateException("Nothing of " + name + " has committed: " + slice.failure()
                    + ". The logs are in " + bench.logs() + ".");
        }
        subject.audit().settle();
        subject.audit().verify(slice);
    }
}
