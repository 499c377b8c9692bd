package io.assent.chaos.bank;

import com.github.freva.asciitable.AsciiTable;
import io.assent.chaos.bank.BankTest.Progress;
import io.assent.chaos.bank.BankTest.Settings;
import io.assent.chaos.bank.FaultSchedule.Amount;
import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Told;
import io.assent.chaos.checker.Violation;
import io.assent.chaos.system.BankSystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code ./chaos processes}: the bank test with real processes. */
@Command(
        name = "processes",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Kills, pauses and cuts off coordinators, banks and their PostgreSQL servers while clients transfer"
                    + " money, then checks every invariant.",
            "Ends with 0 if none was violated, 1 if one was, 2 for wrong options, 3 if it could not be carried out."
        })
public final class ProcessesCommand implements Callable<Integer> {

    private static final int SHOWN = 50;
    private static final Duration LONGEST = Duration.ofSeconds(8);
    private static final long REPORT_EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    @Option(names = "--kills", paramLabel = "N", description = "How many processes are killed (default: 25).")
    private @Nullable Long kills;

    @Option(names = "--pauses", paramLabel = "N", description = "How many are paused (default: a fifth of the kills).")
    private @Nullable Long pauses;

    @Option(
            names = "--partitions",
            paramLabel = "N",
            description = "How often processes are cut off from each other (default: a fifth of the kills).")
    private @Nullable Long partitions;

    @Option(
            names = "--together",
            paramLabel = "P",
            defaultValue = "0.2",
            description = "Chance that a kill or pause hits one more process, 0 to 1; three at most (default: 0.2).")
    private double together;

    @Option(names = "--hours", paramLabel = "H", description = "Break things for so many hours instead, such as 0.5.")
    private @Nullable Double hours;

    @Option(names = "--banks", paramLabel = "N", defaultValue = "3", description = "Banks, 2 to 9 (default: 3).")
    private int banks;

    @Option(
            names = "--clients",
            paramLabel = "M",
            defaultValue = "12",
            description = "Concurrent clients, 1 to 200 (default: 12).")
    private int clients;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "40",
            description = "Transfers a second at most, 1 to 10000 (default: 40).")
    private int rate;

    @Option(names = "--seed", paramLabel = "S", description = "Seed of schedule and workload (default: by chance).")
    private @Nullable Long seed;

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Where data, histories and logs are kept; must not exist or be empty. By default a temporary directory, deleted when nothing was violated.")
    private @Nullable Path state;

    @Option(
            names = "--invoices",
            paramLabel = "FILE",
            description =
                    "Transfer the invoices of this CSV file instead of random amounts: each from its customer to the shop, cancellations back.")
    private @Nullable Path invoices;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        requireRange("--banks", banks, 2, 9);
        requireRange("--clients", clients, 1, 200);
        requireRange("--rate", rate, 1, 10_000);
        Settings settings = settings();
        Plans plans = plans(settings.seed());
        Path directory = directory();
        Path repository = Path.of(System.getProperty("assent.repository", "."));
        PrintWriter out = spec.commandLine().getOut();
        out.println("Seed " + settings.seed() + "; data, histories and logs are in " + directory);
        Report report;
        Path history = Files.createDirectories(directory.resolve("history"));
        try (OrderTrace links = new OrderTrace(history)) {
            BankSystem system = BankSystem.start(
                    BankSystem.Options.of(repository, directory, banks).withLinks(links), line -> {});
            // Also after Ctrl-C no process is left.
            Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
            try (system) {
                report = new BankTest(system, links, plans, history, settings, new Plain(out)).run();
            }
        }
        boolean clean = report.violations().isEmpty();
        if (clean && state == null) {
            delete(directory);
        } else {
            out.println(
                    "Histories are kept in " + directory.resolve("history") + ", logs in " + directory.resolve("logs"));
        }
        if (!clean) {
            out.println("Repeat it with: ./chaos processes " + repeat(settings));
        }
        print(out, report);
        return clean ? 0 : 1;
    }

    private Settings settings() {
        if (hours != null && (kills != null || pauses != null || partitions != null)) {
            throw usage("--hours says how long; --kills, --pauses and --partitions how much: give one of them");
        }
        if (hours != null && (hours <= 0 || hours > 1_000)) {
            throw usage("--hours must be above 0 and at most 1000");
        }
        long wanted = kills != null ? kills : 25;
        long paused = pauses != null ? pauses : wanted / 5;
        long cut = partitions != null ? partitions : wanted / 5;
        for (long number : new long[] {wanted, paused, cut}) {
            if (number < 0 || number > 1_000_000) {
                throw usage("--kills, --pauses and --partitions must be 0 to 1000000");
            }
        }
        if (!(together >= 0 && together <= 1)) {
            throw usage("--together must be 0 to 1");
        }
        Instant until = hours == null ? null : Instant.now().plusMillis((long) (hours * 3_600_000));
        return new Settings(
                seed != null ? seed : BankTest.newSeed(),
                clients,
                rate,
                hours == null
                        ? new Amount(wanted, paused, cut, LONGEST, together)
                        : new Amount(5_000_000, 1_000_000, 1_000_000, LONGEST, together),
                until,
                invoices != null);
    }

    private Plans plans(long chosen) throws IOException {
        List<String> names = Plans.banks(banks);
        if (invoices == null) {
            return new RandomPlans(names, chosen);
        }
        if (!Files.isRegularFile(invoices)) {
            throw usage("--invoices: there is no file " + invoices);
        }
        try {
            InvoicePlans plans = InvoicePlans.read(invoices, names);
            spec.commandLine()
                    .getOut()
                    .println(plans.size() + " invoices move money, " + plans.skipped() + " amount to nothing");
            return plans;
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        }
    }

    private Path directory() throws IOException {
        if (state == null) {
            return Files.createTempDirectory("assent-chaos-");
        }
        Files.createDirectories(state);
        try (Stream<Path> files = Files.list(state)) {
            if (files.findAny().isPresent()) {
                throw usage("--state: " + state + " is not empty");
            }
        }
        return state.toAbsolutePath();
    }

    private String repeat(Settings settings) {
        Amount amount = settings.faults();
        String faults = hours != null
                ? "--hours " + hours
                : "--kills " + amount.kills() + " --pauses " + amount.pauses() + " --partitions " + amount.partitions();
        return faults + " --together " + together + " --banks " + banks + " --clients " + clients + " --rate " + rate
                + " --seed " + settings.seed() + (invoices == null ? "" : " --invoices " + invoices);
    }

    private static void print(PrintWriter out, Report report) {
        report.violations().stream().limit(SHOWN).map(Violation::toString).forEach(out::println);
        if (report.violations().size() > SHOWN) {
            out.println("… and " + (report.violations().size() - SHOWN) + " more");
        }
        String[][] rows = {
            {"processes killed", number(report.faults().getOrDefault("KILL", 0L))},
            {"processes paused", number(report.faults().getOrDefault("PAUSE", 0L))},
            {"partitions", number(report.faults().getOrDefault("PARTITION", 0L))},
            {"transfers asked for", number(report.transfers())},
            {"transfers booked", number(report.booked())},
            {"answers COMMITTED", number(report.answers().getOrDefault(Told.COMMITTED, 0L))},
            {"answers ROLLED_BACK", number(report.answers().getOrDefault(Told.ROLLED_BACK, 0L))},
            {"answers UNKNOWN", number(report.answers().getOrDefault(Told.UNKNOWN, 0L))},
            {"decisions COMMIT", number(report.transactions().getOrDefault("COMMIT", 0L))},
            {"decisions ROLLBACK", number(report.transactions().getOrDefault("ROLLBACK", 0L))},
            {"branches seen in doubt", number(report.doubt().branches())},
            {"in doubt, p50", seconds(report.doubt().p50())},
            {"in doubt, p99", seconds(report.doubt().p99())},
            {"in doubt, worst", seconds(report.doubt().worst())},
            {"after healing and deadline, p99", seconds(report.doubt().p99AfterHealing())},
            {"after healing and deadline, worst", seconds(report.doubt().worstAfterHealing())},
        };
        out.println(AsciiTable.getTable(AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, new String[] {"", ""}, null, rows));
        out.println("violations: " + report.violations().size());
        out.flush();
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private void requireRange(String option, int value, int least, int most) {
        if (value < least || value > most) {
            throw usage(option + " must be " + least + " to " + most + ", not " + value);
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> walk = Files.walk(directory)) {
            walk.sorted(Comparator.reverseOrder()).forEach(path -> {
                try {
                    Files.delete(path);
                } catch (IOException e) {
                    throw new UncheckedIOException(path + " could not be deleted: " + e, e);
                }
            });
        }
    }

    /** A line now and then. */
    private static final class Plain implements BankTest.Listener {

        private final PrintWriter out;
        private final long started = System.nanoTime();
        private long next = started;

        Plain(PrintWriter out) {
            this.out = out;
        }

        @Override
        public void progress(Progress progress) {
            long now = System.nanoTime();
            if (now - next < 0) {
                return;
            }
            next = now + REPORT_EVERY_NANOS;
            out.println(String.format(
                    Locale.ROOT,
                    "%6.0f s  %d killed, %d paused, %d cut off, %,d transfers (%.1f/s), %d in doubt, %d unresolved; %s",
                    (now - started) / 1e9,
                    progress.kills(),
                    progress.pauses(),
                    progress.partitions(),
                    progress.transfers(),
                    progress.rate(),
                    progress.inDoubt(),
                    progress.unresolved(),
                    progress.doing()));
            out.flush();
        }
    }
}
