package io.assent.benchmarks.scale;

import io.assent.benchmarks.figures.RunOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./bench scale}. */
@Command(
        name = "scale",
        mixinStandardHelpOptions = true,
        description = "How the coordinator grows: with clients, instances and logs, and with transactions that stay.")
public final class ScaleCommand implements Callable<Integer> {

    private static final int MOST_CLIENTS = 512;
    private static final int MOST_TRANSACTIONS = 1_000_000;

    /** In a quick run. */
    private static final int QUICK_OPEN = 2_000;

    private static final int QUICK_IN_DOUBT = 5_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--parts",
            split = ",",
            paramLabel = "PART",
            description = "Which parts, separated by commas: ${COMPLETION-CANDIDATES}. Without it: all.",
            completionCandidates = Names.class)
    private List<String> parts = List.of();

    @Option(
            names = "--at",
            paramLabel = "N",
            defaultValue = "32",
            description =
                    "Clients of the parts other than clients, which takes the numbers of --clients; 3 to 512. ${DEFAULT-VALUE}.")
    private int at;

    @Option(
            names = "--open",
            paramLabel = "N",
            description =
                    "Transactions that the part memory begins and leaves open, 1 to 1000000; ${DEFAULT-VALUE}, with --quick 2000.")
    private int open = 20_000;

    @Option(
            names = "--in-doubt",
            paramLabel = "N",
            description =
                    "Transactions that the part in-doubt has decided, 1 to 1000000; ${DEFAULT-VALUE}, with --quick 5000.")
    private int inDoubt = 100_000;

    @Option(names = "--csv", paramLabel = "FILE", description = "Writes the figures of every round to this file.")
    private @Nullable Path csv;

    @Mixin
    private final RunOptions run = new RunOptions(List.of(1, 8, 32, 128, MOST_CLIENTS), 30, MOST_CLIENTS);

    private final Path repository = Path.of(System.getProperty("assent.repository", "."));

    /** For {@code --help}. */
    static final class Names extends ArrayList<String> {

        private static final long serialVersionUID = 1;

        Names() {
            super(Part.names());
        }
    }

    @Override
    public Integer call() throws Exception {
        ScaleReport.Options options = options();
        PrintWriter out = spec.commandLine().getOut();
        RunOptions.print(
                out,
                "Measuring " + String.join(", ", options.parts()) + "; this takes about "
                        + (options.expectedSeconds() + 90) / 60 + " minutes.");
        ScaleReport report = new ScaleRun(
                        repository,
                        run.jvmOptions(),
                        run.data(),
                        options,
                        run.limits(),
                        text -> RunOptions.print(out, text))
                .measure();
        return show(report, out, spec.commandLine().getErr());
    }

    /** 0 if the figures were shown. */
    int show(ScaleReport report, PrintWriter out, PrintWriter err) throws IOException {
        int exit = run.show(report.unusable(), ScaleTable.text(report), report, out, err);
        if (exit == 0 && csv != null) {
            Files.writeString(csv, ScaleCsv.text(report));
            RunOptions.print(out, "Written to " + csv + ".");
        }
        return exit;
    }

    ScaleReport.Options options() {
        run.check();
        // Three coordinators have a client each then.
        run.check(at >= 3 && at <= MOST_CLIENTS, "--at must be 3 to " + MOST_CLIENTS + ", not " + at);
        run.check(open >= 1 && open <= MOST_TRANSACTIONS, "--open must be 1 to " + MOST_TRANSACTIONS + ", not " + open);
        run.check(
                inDoubt >= 1 && inDoubt <= MOST_TRANSACTIONS,
                "--in-doubt must be 1 to " + MOST_TRANSACTIONS + ", not " + inDoubt);
        try {
            List<Part> chosen = (parts.isEmpty() ? Part.names() : parts)
                    .stream().map(Part::of).toList();
            return new ScaleReport.Options(
                    Part.names().stream()
                            .filter(name -> chosen.contains(Part.of(name)))
                            .toList(),
                    run.clients(),
                    at,
                    run.quick("--open") ? QUICK_OPEN : open,
                    run.quick("--in-doubt") ? QUICK_IN_DOUBT : inDoubt,
                    run.rounds(),
                    run.seconds(),
                    run.warmup());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }
}
