package io.assent.benchmarks.micro;

import io.assent.benchmarks.figures.RunOptions;
import io.assent.benchmarks.system.MachineClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code ./bench micro}. */
@Command(
        name = "micro",
        mixinStandardHelpOptions = true,
        description = "What the code costs alone, and what the decision log does with each size of batch.")
public final class MicroCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            defaultValue = "code,log",
            description =
                    "code: headers, JSON and the rules of both sides, by JMH; log: decisions in PostgreSQL. Separated by"
                            + " commas; ${DEFAULT-VALUE}.")
    private List<String> parts = List.of();

    @Option(
            names = "--writers",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,2,4",
            description =
                    "assent.coordinator.log.writers, 1 to 16; several numbers are measured one after the other; with"
                            + " --quick 1,2, else ${DEFAULT-VALUE}.")
    private List<Integer> writers = List.of();

    @Option(
            names = "--batches",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,4,16,64,256",
            description =
                    "assent.coordinator.log.max-batch, 1 to 1000; several numbers are measured by turns; with --quick"
                            + " 1,16,256, else ${DEFAULT-VALUE}.")
    private List<Integer> batches = List.of();

    @Mixin
    private final RunOptions run = new RunOptions(List.of(1), 2, 20, 128);

    private final Path repository = Path.of(System.getProperty("assent.repository", "."));

    @Override
    public Integer call() throws Exception {
        MicroReport.Options options = options();
        PrintWriter out = spec.commandLine().getOut();
        RunOptions.print(
                out,
                "Measuring " + String.join(", ", options.parts()) + "; this takes about "
                        + (options.expectedSeconds() + 60) / 60 + " minutes.");
        double loadBefore = MachineClock.loadAverage();
        MicroReport report;
        try (MicroSystem system = MicroSystem.start(repository, run.data(), run.jvmOptions())) {
            // After a Ctrl-C, too, no process is left.
            Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
            report = new MicroRun(system, options, run.limits(), text -> RunOptions.print(out, text))
                    .measure(loadBefore);
        }
        return show(report, out, spec.commandLine().getErr());
    }

    /** 0 if the figures were shown. */
    int show(MicroReport report, PrintWriter out, PrintWriter err) throws IOException {
        return run.show(report.unusable(), MicroTable.text(report), report, out, err);
    }

    MicroReport.Options options() {
        run.check(
                !spec.commandLine().getParseResult().hasMatchedOption("--clients"),
                "--clients has no meaning here: as many decisions are under way as batches and writers take");
        run.check();
        run.check(
                !parts.isEmpty() && List.of(MicroReport.CODE, MicroReport.LOG).containsAll(parts),
                "--parts must be " + MicroReport.CODE + " or " + MicroReport.LOG + " or both, not "
                        + String.join(",", parts));
        List<Integer> ofWriters = run.quick("--writers") ? List.of(1, 2) : writers;
        List<Integer> ofBatches = run.quick("--batches") ? List.of(1, 16, 256) : batches;
        check("--writers", ofWriters, 16);
        check("--batches", ofBatches, 1_000);
        return new MicroReport.Options(
                parts.stream().distinct().toList(),
                run.quick() ? MicroReport.Code.QUICK : MicroReport.Code.THOROUGH,
                ofWriters,
                ofBatches,
                run.rounds(),
                run.seconds(),
                run.warmup());
    }

    private void check(String option, List<Integer> numbers, int most) {
        run.check(!numbers.isEmpty() && numbers.size() <= 8, option + " must be 1 to 8 numbers");
        for (int number : numbers) {
            run.check(number >= 1 && number <= most, option + " must be 1 to " + most + ", not " + number);
        }
        run.check(numbers.stream().distinct().count() == numbers.size(), option + " must differ from each other");
    }
}
