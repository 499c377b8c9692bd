package io.assent.micro;

import java.util.List;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** All benchmarks of this package, run by JMH. */
final class CodeRun {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private CodeRun() {}

    /**
     * How long each is run.
     *
     * @param forks JVMs, one after the other; 0: in this one
     * @param warmups iterations that are not counted, in each JVM
     * @param iterations that are counted, in each JVM
     * @param millis length of an iteration, in milliseconds
     */
    record Length(int forks, int warmups, int iterations, int millis) {}

    /**
     * Of one operation.
     *
     * @param name class and method
     * @param nanos time in nanoseconds
     * @param error half of the 99.9 % confidence interval of {@code nanos}; NaN: too few iterations to tell
     * @param bytes allocated
     */
    record Score(String name, double nanos, double error, double bytes) {}

    /** @throws RunnerException if one fails, or there is none */
    static List<Score> run(Length length) throws RunnerException {
        TimeValue each = TimeValue.milliseconds(length.millis());
        return new Runner(new OptionsBuilder()
                        .include("^" + CodeRun.class.getPackageName().replace(".", "\\.") + "\\.")
                        .forks(length.forks())
                        .warmupIterations(length.warmups())
                        .warmupTime(each)
                        .measurementIterations(length.iterations())
                        .measurementTime(each)
                        .addProfiler(GCProfiler.class)
                        .shouldFailOnError(true)
                        // In this JVM others print, too.
                        .verbosity(length.forks() == 0 ? VerboseMode.SILENT : VerboseMode.NORMAL)
                        .build())
                .run().stream().map(CodeRun::score).toList();
    }

    private static Score score(RunResult run) {
        String name = run.getParams().getBenchmark();
        Result<?> time = run.getPrimaryResult();
        Result<?> allocated = run.getSecondaryResults().get(ALLOCATED);
        if (allocated == null) {
            throw new IllegalStateException("JMH does not tell what " + name + " allocates");
        }
        return new Score(
                name.substring(CodeRun.class.getPackageName().length() + 1),
                time.getScore(),
                time.getScoreError(),
                allocated.getScore());
    }
}
