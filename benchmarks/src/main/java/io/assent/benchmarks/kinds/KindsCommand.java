package io.assent.benchmarks.kinds;

import io.assent.benchmarks.figures.RunOptions;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MachineClock;
import io.assent.benchmarks.system.PostgresServer;
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

/** {@code ./bench kinds}. */
@Command(
        name = "kinds",
        mixinStandardHelpOptions = true,
        description = "What each kind of participant costs against a plain local commit.")
public final class KindsCommand implements Callable<Integer> {

    /** For the pools of all kinds at once, with as many clients as there may be. */
    private static final PostgresServer.Capacity CAPACITY = new PostgresServer.Capacity(1000, 300);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--kinds",
            split = ",",
            paramLabel = "KIND",
            description = "Which kinds, separated by commas; the floor, local, is always among them. Without it: all.")
    private List<String> kinds = List.of();

    @Mixin
    private final RunOptions run = new RunOptions(List.of(1, 8), 20, 64);

    private final Path repository = Path.of(System.getProperty("assent.repository", "."));

    @Override
    public Integer call() throws Exception {
        KindsReport.Options options = options();
        PrintWriter out = spec.commandLine().getOut();
        RunOptions.print(
                out,
                "Measuring " + String.join(", ", options.kinds()) + "; this takes about "
                        + (options.expectedSeconds() + 90) / 60 + " minutes.");
        int most = Collections.max(options.clients());
        double loadBefore = MachineClock.loadAverage();
        KindsReport report;
        try (BenchSystem system = BenchSystem.start(
                        repository, new BenchSystem.Setup(most, run.jvmOptions(), run.data(), false, CAPACITY));
                Initiator initiator = new Initiator(system.coordinator().url(), most)) {
            // After a Ctrl-C, too, no process is left.
            Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
            report = new KindsRun(system, initiator, options, run.limits(), text -> RunOptions.print(out, text))
                    .measure(loadBefore);
        }
        return show(report, out, spec.commandLine().getErr());
    }

    /** 0 if the figures were shown. */
    int show(KindsReport report, PrintWriter out, PrintWriter err) throws IOException {
        return run.show(report.unusable(), KindsTable.text(report), report, out, err);
    }

    KindsReport.Options options() {
        run.check();
        try {
            List<String> names = Kinds.named(kinds).stream().map(Kind::name).toList();
            return new KindsReport.Options(
                    names, run.clients(), run.rounds(), run.seconds(), run.warmup(), run.settle());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }
}
