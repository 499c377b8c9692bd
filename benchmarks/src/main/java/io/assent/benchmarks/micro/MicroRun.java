package io.assent.benchmarks.micro;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Watch;
import java.util.List;
import java.util.function.Consumer;

/** Measures the code first and then the log, on one machine. */
final class MicroRun {

    private final MicroSystem system;
    private final MicroReport.Options options;
    private final Limits limits;
    private final Consumer<String> progress;

    /** @param progress is told, in a sentence each, what happens */
    MicroRun(MicroSystem system, MicroReport.Options options, Limits limits, Consumer<String> progress) {
        this.system = system;
        this.options = options;
        this.limits = limits;
        this.progress = progress;
    }

    /**
     * @param loadBefore the load average before anything was started; NaN: not known
     * @throws IllegalStateException if something does not work, or the log does not hold what it said; the message says what
     */
    MicroReport measure(double loadBefore) throws InterruptedException {
        Watch watch = new Watch(loadBefore, system.cpu());
        List<CodeResult> code = List.of();
        if (options.parts().contains(MicroReport.CODE)) {
            progress.accept("Measuring the code ...");
            code = system.worker().code(options.code());
        }
        List<FloorResult> floors = List.of();
        List<LogResult> results = List.of();
        long decisions = 0;
        if (options.parts().contains(MicroReport.LOG)) {
            LogRun log = new LogRun(system, options, progress);
            log.measure();
            floors = log.floors();
            results = log.results();
            decisions = log.decided();
        }
        Machine machine = Machine.describe(system.jvmOptions(), system.server().version(), system.dataFileSystem());
        Disturbance disturbance = watch.disturbance(machine.processors());
        return new MicroReport(
                "micro",
                watch.started(),
                options,
                machine,
                disturbance,
                limits.exceeded(results, disturbance),
                code,
                floors,
                results,
                decisions);
    }
}
