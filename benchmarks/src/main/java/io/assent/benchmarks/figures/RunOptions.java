package io.assent.benchmarks.figures;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of every report: how long, on what, and when figures are of no use. */
public final class RunOptions {

    private static final int DISTURBED = 1;

    /** The quick compiler alone; the full one needs minutes until figures stand still. */
    private static final String QUICK_COMPILER = "-XX:TieredStopAtLevel=1";

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--clients",
            split = ",",
            paramLabel = "N",
            description =
                    "Clients that work at once, 1 to 128, for kinds to 64, for scale to 512; several numbers are measured one after the other;"
                            + " ${DEFAULT-VALUE}.")
    private List<Integer> clients;

    private final int mostClients;

    @Option(names = "--rounds", description = "Times that each is measured, 1 to 100; ${DEFAULT-VALUE}.")
    private int rounds = 5;

    @Option(names = "--seconds", description = "Length of each, 1 to 600; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--warmup",
            description = "Seconds for which each is loaded before, at least, 0 to 600; ${DEFAULT-VALUE}.")
    private int warmup;

    @Option(
            names = "--quick",
            description =
                    "For a first look: 3 rounds of 2 s with 1 and 8 clients after 10 s of warm-up, and only the quick"
                            + " compiler of the JVM. What is given besides wins.")
    private boolean quick;

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
            description = "How far the middle half of the rounds of one may lie apart; ${DEFAULT-VALUE}.")
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

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description =
                    "Directory in which PostgreSQL's data is put, and deleted afterwards. Without it .bench/, so that flushes"
                            + " go to the disk that the repository is on. In memory, such as /dev/shm, they cost nothing: for"
                            + " what the disk has no part in, where it answers now fast and now slowly.")
    private @Nullable Path data;

    // Ten seconds after it has gone idle a connection of PostgreSQL 18 has told everything.
    @Option(names = "--settle", defaultValue = "11", hidden = true)
    private int settle;

    /**
     * @param clients default of {@code --clients}
     * @param warmup default of {@code --warmup}, in seconds
     * @param mostClients the most that {@code --clients} takes
     */
    public RunOptions(List<Integer> clients, int warmup, int mostClients) {
        this(clients, 3, warmup, mostClients);
    }

    /** @param seconds default of {@code --seconds} */
    public RunOptions(List<Integer> clients, int seconds, int warmup, int mostClients) {
        this.seconds = seconds;
        this.clients = List.copyOf(clients);
        this.warmup = warmup;
        this.mostClients = mostClients;
    }

    /** @throws ParameterException if a value is out of its range */
    public void check() {
        check(rounds() >= 1 && rounds() <= 100, "--rounds must be 1 to 100, not " + rounds);
        check(seconds() >= 1 && seconds() <= 600, "--seconds must be 1 to 600, not " + seconds);
        check(warmup() >= 0 && warmup() <= 600, "--warmup must be 0 to 600, not " + warmup);
        check(settle >= 0 && settle <= 600, "--settle must be 0 to 600, not " + settle);
        check(maxSpread > 0, "--max-spread must be above 0, not " + maxSpread);
        check(maxSteal >= 0 && maxSteal <= 100, "--max-steal must be 0 to 100, not " + maxSteal);
        check(!clients().isEmpty() && clients().size() <= 8, "--clients must be 1 to 8 numbers");
        for (int number : clients()) {
            check(number >= 1 && number <= mostClients, "--clients must be 1 to " + mostClients + ", not " + number);
        }
        check(
                data == null || (Files.isDirectory(data) && Files.isWritable(data)),
                "--data must be a directory that can be written to, not " + data);
        check(clients().stream().distinct().count() == clients().size(), "--clients must differ from each other");
    }

    /** @throws ParameterException with this message unless the condition holds */
    public void check(boolean condition, String message) {
        if (!condition) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    /** Numbers of clients, one after the other. */
    public List<Integer> clients() {
        return quick("--clients") ? List.of(1, 8) : clients;
    }

    public int rounds() {
        return quick("--rounds") ? 3 : rounds;
    }

    public int seconds() {
        return quick("--seconds") ? 2 : seconds;
    }

    /** In seconds. */
    public int warmup() {
        return quick("--warmup") ? 10 : warmup;
    }

    /** In seconds: how long until PostgreSQL has counted everything. */
    public int settle() {
        return settle;
    }

    /** Of every Java process that is measured. */
    public List<String> jvmOptions() {
        return quick("--jvm-option") ? List.of(QUICK_COMPILER) : jvmOptions;
    }

    /** Where the data of PostgreSQL goes, absolute, since processes have directories of their own; null: where it usually goes. */
    public @Nullable Path data() {
        return data == null ? null : data.toAbsolutePath().normalize();
    }

    public Limits limits() {
        return new Limits(maxSpread, maxSteal);
    }

    /** Whether {@code --quick} was given. */
    public boolean quick() {
        return quick;
    }

    /** Whether {@code --quick} was given and this option was not. */
    public boolean quick(String option) {
        return quick && !spec.commandLine().getParseResult().hasMatchedOption(option);
    }

    /**
     * Shows and writes a report, unless it is of no use.
     *
     * @param unusable why it is of no use; empty: it is
     * @param text for people
     * @param report for programs
     * @return the exit code
     */
    public int show(List<String> unusable, String text, Object report, PrintWriter out, PrintWriter err)
            throws IOException {
        if (!unusable.isEmpty()) {
            print(err, anyway ? "WARNING: these figures are of no use." : "The figures would be of no use:");
            unusable.forEach(reason -> print(err, "  " + reason));
            if (!anyway) {
                print(err, "Try again on a quieter machine or with more --rounds; --anyway shows them nevertheless.");
                return DISTURBED;
            }
        }
        print(out, "\n" + text);
        Path file = json;
        if (file != null) {
            Files.writeString(file, ReportJson.write(report));
            print(out, "Written to " + file + ".");
        }
        return 0;
    }

    /** Writes a line that is seen at once. */
    public static void print(PrintWriter writer, String text) {
        writer.println(text);
        writer.flush();
    }
}
