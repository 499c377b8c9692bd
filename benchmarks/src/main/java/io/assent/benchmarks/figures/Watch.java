package io.assent.benchmarks.figures;

import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.MachineClock;
import java.time.Instant;

/** Watches what else happens on the machine from its creation on. For one thread. */
public final class Watch {

    private final double loadBefore;
    private final CpuMeter own;
    private final Instant started = Instant.now();
    private final MachineClock clock = MachineClock.now();
    private final double ownBefore;
    private final long begun = System.nanoTime();

    /**
     * @param loadBefore the load average before anything was started; NaN: not known
     * @param measured the CPU time of everything that was started; this process belongs to it anyway
     */
    public Watch(double loadBefore, CpuMeter measured) {
        this.loadBefore = loadBefore;
        this.own = measured.and(CpuMeter.of(ProcessHandle.current().pid()));
        this.ownBefore = own.millis();
    }

    public Instant started() {
        return started;
    }

    /** What has disturbed since; {@code processors} is how many there are. */
    public Disturbance disturbance(int processors) {
        double ownProcessors = (own.millis() - ownBefore) * 1e6 / (System.nanoTime() - begun);
        MachineClock spent = MachineClock.now().minus(clock);
        return new Disturbance(
                loadBefore,
                MachineClock.loadAverage(),
                spent.stealPercent(),
                Math.max(0, spent.busyProcessors(processors) - ownProcessors));
    }
}
