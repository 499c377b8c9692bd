package io.assent.benchmarks.checkout;

import io.assent.benchmarks.figures.RunOptions;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MachineClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
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

    @Option(
            names = "--log",
            paramLabel = "KIND",
            defaultValue = "single",
            description =
                    "The PostgreSQL of the decision log: single, or replicated, with a synchronous standby, to which"
                            + " 'insert' writes as well; ${DEFAULT-VALUE}.")
    private String log = "";

    @Option(
            names = "--branches",
            paramLabel = "N",
            defaultValue = "2",
            description = "Databases that a checkout writes to, 1 to " + Workload.MOST_BRANCHES
                    + ": the order service's, and one for each payment service, which are called one after the other;"
                    + " ${DEFAULT-VALUE}.")
    private int branches;

    @Option(
            names = "--rows",
            paramLabel = "KIND",
            defaultValue = "spread",
            description =
                    "spread: clients never meet at a row; hot: all payments are made from one account; ${DEFAULT-VALUE}.")
    private String rows = "";

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            description = "Writes every slice to this file, a line for each system, number of clients and round.")
    private @Nullable Path csv;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description =
                    "Writes the figures and the distributions of latency to this file, as one page for a browser.")
    private @Nullable Path html;

    @Option(
            names = "--overload",
            description =
                    "Measures something else: finds the peak in a closed loop, offers three times as much in an open one,"
                            + " and tells what became of it. Not with --rate, --csv and --html.")
    private boolean overload;

    @Mixin
    private final RunOptions run = new RunOptions(List.of(1, 8, 32), 90, 128);

    private final Path repository = Path.of(System.getProperty("assent.repository", "."));

    /** For {@code --help}. */
    static final class Names extends ArrayList<String> {

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
                        + ((overload ? options.expectedOverloadSeconds() : options.expectedSeconds()) + 120) / 60
                        + " minutes.");
        int most = Collections.max(options.clients());
        double loadBefore = MachineClock.loadAverage();
        CheckoutReport report = null;
        OverloadReport overloaded = null;
        try (BenchSystem system = BenchSystem.start(
                        repository,
                        new BenchSystem.Setup(
                                most, run.jvmOptions(), run.data(), options.replicatedLog(), options.services()));
                Initiator client = new Initiator(system.coordinator().url(), overload ? OverloadRun.CALLERS : most)) {
            // After a Ctrl-C, too, no process is left.
            Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
            Consumer<String> progress = text -> RunOptions.print(out, text);
            if (overload) {
                overloaded = new OverloadRun(system, client, options, run.limits(), progress).measure(loadBefore);
            } else {
                report = new CheckoutRun(system, client, options, run.limits(), progress).measure(loadBefore);
            }
        }
        PrintWriter err = spec.commandLine().getErr();
        return overloaded != null
                ? run.show(overloaded.unusable(), OverloadTable.text(overloaded), overloaded, out, err)
                : show(Objects.requireNonNull(report), out, err);
    }

    /** 0 if the figures were shown. */
    int show(CheckoutReport report, PrintWriter out, PrintWriter err) throws IOException {
        int exit = run.show(report.unusable(), CheckoutTable.text(report), report, out, err);
        if (exit == 0) {
            write(csv, CheckoutCsv.text(report), out);
            write(html, CheckoutPage.html(report), out);
        }
        return exit;
    }

    private static void write(@Nullable Path file, String text, PrintWriter out) throws IOException {
        if (file != null) {
            Files.writeString(file, text);
            RunOptions.print(out, "Written to " + file + ".");
        }
    }

    CheckoutReport.Options options() {
        run.check();
        run.check(rate >= 0 && rate <= 100_000, "--rate must be 0 to 100000, not " + rate);
        run.check(
                !overload || (rate == 0 && csv == null && html == null),
                "--overload cannot be combined with --rate, --csv or --html");
        run.check(
                branches >= 1 && branches <= Workload.MOST_BRANCHES,
                "--branches must be 1 to " + Workload.MOST_BRANCHES + ", not " + branches);
        boolean replicated = chosen("--log", log, "replicated", "single");
        boolean hot = chosen("--rows", rows, "hot", "spread");
        try {
            List<String> names = CheckoutSystems.named(systems).stream()
                    .map(CheckoutSystem::name)
                    .toList();
            return new CheckoutReport.Options(
                    names,
                    run.clients(),
                    run.rounds(),
                    run.seconds(),
                    run.warmup(),
                    run.settle(),
                    new Workload(branches, hot),
                    replicated,
                    rate);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    /** Whether the first of two values was given. */
    private boolean chosen(String option, String value, String first, String second) {
        run.check(
                value.equals(first) || value.equals(second),
                option + " must be " + first + " or " + second + ", not " + value);
        return value.equals(first);
    }
}
