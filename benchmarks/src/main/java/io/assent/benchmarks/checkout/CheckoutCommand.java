package io.assent.benchmarks.checkout;

import io.assent.benchmarks.figures.RunOptions;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MachineClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./bench checkout}. */
@Command(
        name = "checkout",
        mixinStandardHelpOptions = true,
        description = "What a checkout over two services costs against the same one without a coordinator.")
public final class CheckoutCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--systems",
            split = ",",
            paramLabel = "SYSTEM",
            defaultValue = "assent,assent-decision,coordinator",
            description =
                    "Which systems, separated by commas: ${COMPLETION-CANDIDATES}. What they are compared with, floor or"
                            + " insert, is always among them; ${DEFAULT-VALUE}.",
            completionCandidates = Names.class)
    private List<String> systems = List.of();

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Begins so many transactions each second, whether the last ones are answered or not, and measures"
                            + " latency from when each should have begun. 0: each client waits for its answer; ${DEFAULT-VALUE}.")
    private double rate;

    @Mixin
    private final RunOptions run = new RunOptions(List.of(1, 8, 32), 90);

    private final Path repository = Path.of(System.getProperty("assent.repository", "."));

    /** For {@code --help}. */
    static final class Names extends java.util.ArrayList<String> {

        private static final long serialVersionUID = 1;

        Names() {
            super(CheckoutSystems.ALL.stream().map(CheckoutSystem::name).toList());
        }
    }

    @Override
    public Integer call() throws Exception {
        CheckoutReport.Options options = options();
        PrintWriter out = spec.commandLine().getOut();
        RunOptions.print(
                out,
                "Measuring " + String.join(", ", options.systems()) + "; this takes about "
                        + (options.expectedSeconds() + 120) / 60 + " minutes.");
        int most = Collections.max(options.clients());
        double loadBefore = MachineClock.loadAverage();
        CheckoutReport report;
        try (BenchSystem system = BenchSystem.start(repository, most, run.jvmOptions());
                Initiator client = new Initiator(system.coordinator().url(), most)) {
            // After a Ctrl-C, too, no process is left.
            Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
            report = new CheckoutRun(system, client, options, run.limits(), text -> RunOptions.print(out, text))
                    .measure(loadBefore);
        }
        return show(report, out, spec.commandLine().getErr());
    }

    /** 0 if the figures were shown. */
    int show(CheckoutReport report, PrintWriter out, PrintWriter err) throws IOException {
        return run.show(report.unusable(), CheckoutTable.text(report), report, out, err);
    }

    CheckoutReport.Options options() {
        run.check();
        run.check(rate >= 0 && rate <= 100_000, "--rate must be 0 to 100000, not " + rate);
        try {
            List<String> names = CheckoutSystems.named(systems).stream()
                    .map(CheckoutSystem::name)
                    .toList();
            return new CheckoutReport.Options(
                    names, run.clients(), run.rounds(), run.seconds(), run.warmup(), run.settle(), rate);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }
}
