package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MachineClock;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

    private static final int MOST_CLIENTS = 64;
    private static final int DISTURBED = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--kinds",
            split = ",",
            paramLabel = "KIND",
            description = "Which kinds, separated by commas; the floor, local, is always among them. Without it: all.")
    private List<String> kinds = List.of();

    @Option(
            names = "--clients",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,8",
            description = "Clients that work at once, 1 to 64; several numbers are measured one after the other;"
                    + " ${DEFAULT-VALUE}.")
    private List<Integer> clients = List.of();

    @Option(
            names = "--rounds",
            defaultValue = "5",
            description = "Times that each is measured, 1 to 100; ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "3", description = "Length of each, 1 to 600; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warmup",
            defaultValue = "20",
            description = "Seconds for which each kind is loaded before, 0 to 600; ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(
            names = "--jvm-option",
            paramLabel = "OPTION",
            description =
                    "A further option for every Java process that is measured, such as -XX:TieredStopAtLevel=1; may be"
                            + " repeated.")
    private List<String> jvmOptions = List.of();

    @Option(
            names = "--max-spread",
            defaultValue = "40",
            paramLabel = "PERCENT",
            description = "How far the middle half of a kind's rounds may lie apart; ${DEFAULT-VALUE}.")
    private double maxSpread;

    @Option(
            names = "--max-steal",
            defaultValue = "5",
            paramLabel = "PERCENT",
            description = "How much of the processors' time other virtual machines may take; ${DEFAULT-VALUE}.")
    private double maxSteal;

    @Option(names = "--anyway", description = "Shows the figures also if the run was disturbed, with a warning.")
    private boolean anyway;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures to this file, too.")
    private @Nullable Path json;

    // Ten seconds after it has gone idle a connection of PostgreSQL 18 has told everything.
    @Option(names = "--settle", defaultValue = "11", hidden = true)
    private int settle;

    private final Path repository = Path.of(System.getProperty("assent.repository", "."));

    @Override
    public Integer call() throws Exception {
        KindsReport.Options options = options();
        PrintWriter out = spec.commandLine().getOut();
        print(
                out,
                "Measuring " + String.join(", ", options.kinds()) + "; this takes about "
                        + (options.expectedSeconds() + 90) / 60 + " minutes.");
        int most = Collections.max(options.clients());
        double loadBefore = MachineClock.loadAverage();
        KindsReport report;
        try (BenchSystem system = BenchSystem.start(repository, most, jvmOptions);
                Initiator initiator = new Initiator(system.coordinator().url(), most)) {
            // After a Ctrl-C, too, no process is left.
            Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
            report = new KindsRun(system, initiator, options, new Limits(maxSpread, maxSteal), text -> print(out, text))
                    .measure(loadBefore);
        }
        return show(report, out, spec.commandLine().getErr());
    }

    /** 0 if the figures were shown. */
    int show(KindsReport report, PrintWriter out, PrintWriter err) throws IOException {
        boolean usable = report.unusable().isEmpty();
        if (!usable) {
            print(err, anyway ? "WARNING: these figures are of no use." : "The figures would be of no use:");
            report.unusable().forEach(reason -> print(err, "  " + reason));
            if (!anyway) {
                print(err, "Try again on a quieter machine or with more --rounds; --anyway shows them nevertheless.");
                return DISTURBED;
            }
        }
        print(out, "\n" + KindsTable.text(report));
        Path file = json;
        if (file != null) {
            Files.writeString(file, ReportJson.write(report));
            print(out, "Written to " + file + ".");
        }
        return 0;
    }

    KindsReport.Options options() {
        check(rounds >= 1 && rounds <= 100, "--rounds must be 1 to 100, not " + rounds);
        check(seconds >= 1 && seconds <= 600, "--seconds must be 1 to 600, not " + seconds);
        check(warmup >= 0 && warmup <= 600, "--warmup must be 0 to 600, not " + warmup);
        check(settle >= 0 && settle <= 600, "--settle must be 0 to 600, not " + settle);
        check(maxSpread > 0, "--max-spread must be above 0, not " + maxSpread);
        check(maxSteal >= 0 && maxSteal <= 100, "--max-steal must be 0 to 100, not " + maxSteal);
        check(!clients.isEmpty() && clients.size() <= 8, "--clients must be 1 to 8 numbers");
        for (int number : clients) {
            check(number >= 1 && number <= MOST_CLIENTS, "--clients must be 1 to " + MOST_CLIENTS + ", not " + number);
        }
        check(clients.stream().distinct().count() == clients.size(), "--clients must differ from each other");
        try {
            List<String> names = Kinds.named(kinds).stream().map(Kind::name).toList();
            return new KindsReport.Options(names, clients, rounds, seconds, warmup, settle);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()));
        }
    }

    private void check(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private static void print(PrintWriter writer, String text) {
        writer.println(text);
        writer.flush();
    }
}
