package io.assent.benchmarks.flood;

import io.assent.benchmarks.figures.RunOptions;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MachineClock;
import io.assent.benchmarks.system.PostgresServer;
import io.assent.protocol.ServiceKey;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./bench flood}. */
@Command(
        name = "flood",
        mixinStandardHelpOptions = true,
        description = "What a service notices of another one that floods the coordinator.")
public final class FloodCommand implements Callable<Integer> {

    /** Nobody uses them here. */
    private static final PostgresServer.Capacity SERVICES = new PostgresServer.Capacity(20, 10);

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--floods",
            split = ",",
            paramLabel = "FLOOD",
            description =
                    "Which floods, separated by commas: ${COMPLETION-CANDIDATES}. The control, quiet, is always among them."
                            + " Without it: all.",
            completionCandidates = Names.class)
    private List<String> floods = List.of();

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "100",
            description = "Transactions that the measured service begins each second, 1 to 10000; ${DEFAULT-VALUE}.")
    private double rate;

    @Option(
            names = "--flood-rate",
            paramLabel = "N",
            defaultValue = "200",
            description =
                    "Requests that the flooder sends each second at most, 1 to 10000; a tenth of it where bodies are huge."
                            + " ${DEFAULT-VALUE}.")
    private double floodRate;

    @Option(
            names = "--max-undecided",
            paramLabel = "N",
            defaultValue = "1000",
            description =
                    "The coordinator's callers.max-undecided, 1 to 1000000: as many are begun for open-transactions, and rolled"
                            + " back after it, in each round. ${DEFAULT-VALUE}.")
    private int maxUndecided;

    @Option(names = "--csv", paramLabel = "FILE", description = "Writes the figures of every round to this file.")
    private @Nullable Path csv;

    @Mixin
    private final RunOptions run = new RunOptions(List.of(32), 10, 60, 128);

    private final Path repository = Path.of(System.getProperty("assent.repository", "."));

    /** For {@code --help}. */
    static final class Names extends ArrayList<String> {

        private static final long serialVersionUID = 1;

        Names() {
            super(Flood.names());
        }
    }

    @Override
    public Integer call() throws Exception {
        FloodReport.Options options = options();
        PrintWriter out = spec.commandLine().getOut();
        RunOptions.print(
                out,
                "Measuring " + String.join(", ", options.floods()) + "; this takes about "
                        + (options.expectedSeconds() + 90) / 60 + " minutes.");
        SecureRandom random = new SecureRandom();
        String neighbour = ServiceKey.generate(random);
        String flooder = ServiceKey.generate(random);
        Map<String, String> coordinator = Map.of(
                "ASSENT_SECURITY_MODE",
                "keys",
                "ASSENT_SECURITY_SERVICES_NEIGHBOUR_KEYS",
                ServiceKey.digest(neighbour),
                "ASSENT_SECURITY_SERVICES_FLOODER_KEYS",
                ServiceKey.digest(flooder),
                "ASSENT_COORDINATOR_CALLERS_MAXUNDECIDED",
                Integer.toString(options.maxUndecided()));
        double loadBefore = MachineClock.loadAverage();
        FloodReport report;
        try (BenchSystem system = BenchSystem.start(
                        repository,
                        new BenchSystem.Setup(
                                options.clients(), run.jvmOptions(), run.data(), false, SERVICES, coordinator));
                Initiator client = new Initiator(system.coordinator().url(), options.clients(), neighbour)) {
            // After a Ctrl-C, too, no process is left.
            Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
            report = new FloodRun(system, client, flooder, options, run.limits(), text -> RunOptions.print(out, text))
                    .measure(loadBefore);
        }
        return show(report, out, spec.commandLine().getErr());
    }

    /** 0 if the figures were shown. */
    int show(FloodReport report, PrintWriter out, PrintWriter err) throws IOException {
        int exit = run.show(report.unusable(), FloodTable.text(report), report, out, err);
        if (exit == 0 && csv != null) {
            Files.writeString(csv, FloodCsv.text(report));
            RunOptions.print(out, "Written to " + csv + ".");
        }
        return exit;
    }

    FloodReport.Options options() {
        run.check();
        // Without it, --quick has two of them.
        run.check(
                run.clients().size() == 1
                        || !spec.commandLine().getParseResult().hasMatchedOption("--clients"),
                "--clients must be one number here");
        run.check(rate >= 1 && rate <= 10_000, "--rate must be 1 to 10000, not " + rate);
        run.check(floodRate >= 1 && floodRate <= 10_000, "--flood-rate must be 1 to 10000, not " + floodRate);
        run.check(
                maxUndecided >= 1 && maxUndecided <= 1_000_000,
                "--max-undecided must be 1 to 1000000, not " + maxUndecided);
        try {
            List<Flood> chosen = (floods.isEmpty() ? Flood.names() : floods)
                    .stream().map(Flood::of).toList();
            List<String> names = Flood.names().stream()
                    .filter(name -> name.equals(Flood.QUIET.text()) || chosen.contains(Flood.of(name)))
                    .toList();
            return new FloodReport.Options(
                    names,
                    Collections.max(run.clients()),
                    rate,
                    floodRate,
                    maxUndecided,
                    run.rounds(),
                    run.seconds(),
                    run.warmup());
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }
}
