package io.assent.chaos.bank;

import com.github.freva.asciitable.AsciiTable;
import io.assent.chaos.bank.BankTest.Progress;
import io.assent.chaos.bank.BankTest.Settings;
import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Told;
import io.assent.chaos.checker.Violation;
import io.assent.chaos.system.BankKind;
import io.assent.chaos.system.BankSystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.FileSystemUtils;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What the commands that run the bank test have in common: the load, where things are kept, the report. */
abstract class BankCommand implements Callable<Integer> {

    private static final int SHOWN = 50;
    private static final long REPORT_EVERY_NANOS = Duration.ofSeconds(5).toNanos();

    @Option(names = "--banks", paramLabel = "N", defaultValue = "3", description = "Banks, 2 to 9 (default: 3).")
    int banks;

    @Option(
            names = "--late",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many of them prepare late, 0 to all (default: 1).")
    private int late;

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

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    CommandSpec spec;

    /** Refuses wrong options. */
    abstract void check();

    /** What is started. */
    abstract BankSystem.Options system(BankSystem.Options options);

    /** The kinds of the banks, in their order. */
    List<BankKind> kinds() {
        return BankKind.withLate(banks, late);
    }

    /** What the clients ask for. */
    Plans plans(long chosen) throws IOException {
        return new RandomPlans(Plans.banks(kinds().size()), Plans.initiators(kinds()), chosen);
    }

    /** The options that give {@link #kinds()}. */
    String repeatKinds() {
        return "--banks " + banks + " --late " + late;
    }

    /** What is broken. */
    abstract Breaker breaker(BankSystem system, OrderTrace links, long chosen);

    /** When it ends although there is more to be broken; null: never. */
    @Nullable
    Instant until() {
        return null;
    }

    /** Whether it ends when the clients have nothing left to do. */
    boolean endsWithPlans() {
        return false;
    }

    /** The options of this command that repeat the run. */
    abstract String repeat();

    /** Rows of the report that are about what was broken. */
    abstract List<String[]> rows(Report report);

    /** What this command itself found wrong. */
    List<Violation> found(Report report) {
        return List.of();
    }

    @Override
    public final Integer call() throws Exception {
        requireRange("--banks", banks, 2, 9);
        requireRange("--late", late, 0, banks);
        requireRange("--clients", clients, 1, 200);
        requireRange("--rate", rate, 1, 10_000);
        check();
        long chosen = seed != null ? seed : BankTest.newSeed();
        Plans plans = plans(chosen);
        Path directory = directory();
        Path repository = Path.of(System.getProperty("assent.repository", "."));
        PrintWriter out = spec.commandLine().getOut();
        out.println("Seed " + chosen + "; data, histories and logs are in " + directory);
        Report report;
        Path history = Files.createDirectories(directory.resolve("history"));
        try (OrderTrace links = new OrderTrace(history)) {
            BankSystem system = BankSystem.start(
                    system(BankSystem.Options.of(repository, directory, kinds().size())
                            .withKinds(kinds())
                            .withLinks(links)),
                    line -> {});
            // Also after Ctrl-C no process is left.
            Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
            try (system) {
                report = new BankTest(
                                system,
                                breaker(system, links, chosen),
                                plans,
                                history,
                                new Settings(chosen, clients, rate, until(), endsWithPlans()),
                                new Plain(out))
                        .run();
            }
        }
        List<Violation> violations = new ArrayList<>(report.violations());
        violations.addAll(found(report));
        if (violations.isEmpty() && state == null) {
            FileSystemUtils.deleteRecursively(directory);
        } else {
            out.println(
                    "Histories are kept in " + directory.resolve("history") + ", logs in " + directory.resolve("logs"));
        }
        if (!violations.isEmpty()) {
            out.println("Repeat it with: ./chaos " + spec.name() + " " + repeat() + " " + repeatKinds() + " --clients "
                    + clients + " --rate " + rate + " --seed " + chosen);
        }
        print(out, report, violations);
        return violations.isEmpty() ? 0 : 1;
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

    private void print(PrintWriter out, Report report, List<Violation> violations) {
        violations.stream().limit(SHOWN).map(Violation::toString).forEach(out::println);
        if (violations.size() > SHOWN) {
            out.println("… and " + (violations.size() - SHOWN) + " more");
        }
        List<String[]> rows = new ArrayList<>(rows(report));
        rows.addAll(List.of(
                row("transfers asked for", number(report.transfers())),
                row("transfers booked", number(report.booked())),
                row("answers COMMITTED", number(report.answers().getOrDefault(Told.COMMITTED, 0L))),
                row("answers ROLLED_BACK", number(report.answers().getOrDefault(Told.ROLLED_BACK, 0L))),
                row("answers UNKNOWN", number(report.answers().getOrDefault(Told.UNKNOWN, 0L))),
                row("decisions COMMIT", number(report.transactions().getOrDefault("COMMIT", 0L))),
                row("decisions ROLLBACK", number(report.transactions().getOrDefault("ROLLBACK", 0L))),
                row("branches seen in doubt", number(report.doubt().branches())),
                row("in doubt, p50", seconds(report.doubt().p50())),
                row("in doubt, p99", seconds(report.doubt().p99())),
                row("in doubt, worst", seconds(report.doubt().worst())),
                row("after healing and deadline, p99", seconds(report.doubt().p99AfterHealing())),
                row("after healing and deadline, worst", seconds(report.doubt().worstAfterHealing()))));
        out.println(AsciiTable.getTable(
                AsciiTable.BASIC_ASCII_NO_DATA_SEPARATORS, new String[] {"", ""}, null, rows.toArray(String[][]::new)));
        out.println("violations: " + violations.size());
        out.flush();
    }

    static String[] row(String name, String value) {
        return new String[] {name, value};
    }

    static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
    }

    ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    void requireRange(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw usage(option + " must be " + least + " to " + most + ", not " + value);
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
            String broken = progress.broken().entrySet().stream()
                    .map(kind -> kind.getKey().toLowerCase(Locale.ROOT) + " " + kind.getValue())
                    .collect(Collectors.joining(", "));
            out.println(String.format(
                    Locale.ROOT,
                    "%6.0f s  %s; %,d transfers (%.1f/s), %d in doubt, %d unresolved; %s",
                    (now - started) / 1e9,
                    broken.isEmpty() ? "nothing broken yet" : broken,
                    progress.transfers(),
                    progress.rate(),
                    progress.inDoubt(),
                    progress.unresolved(),
                    progress.doing()));
            out.flush();
        }
    }
}
