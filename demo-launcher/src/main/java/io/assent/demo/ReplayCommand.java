package io.assent.demo;

import io.assent.demo.system.DemoException;
import io.assent.demo.system.DemoSystem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.IntConsumer;
import me.tongfei.progressbar.DelegatingProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code ./demo replay FILE}: real invoices as checkouts, as fast as the clients can, then the sums. */
@Command(
        name = "replay",
        mixinStandardHelpOptions = true,
        description = "Runs a CSV file of invoices (columns InvoiceNo, InvoiceDate, CustomerID, Country, Quantity,"
                + " UnitPrice) as checkouts with parallel clients, adds up, and ends. Every customer gets an account with"
                + " plenty of money first.")
final class ReplayCommand implements Callable<Integer> {

    /** GBP 10,000,000: nobody in the file buys for more. */
    private static final long OPENING_PENCE = 1_000_000_000;

    private static final int BATCH = 1_000;
    private static final int MAX_CLIENTS = 256;
    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    private DemoCommand demo;

    @Parameters(paramLabel = "FILE", description = "The CSV file.")
    private Path file = Path.of("");

    @Option(
            names = "--clients",
            paramLabel = "N",
            defaultValue = "16",
            description = "Parallel clients, 1 to " + MAX_CLIENTS + " (default: ${DEFAULT-VALUE}).")
    private int clients;

    @Option(
            names = "--kill",
            description =
                    "Kill (-9) the coordinator after a third of the lines and the payment service after two thirds;"
                            + " both are started again.")
    private boolean kill;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (clients < 1 || clients > MAX_CLIENTS) {
            throw usage("--clients must be 1 to " + MAX_CLIENTS + ", not " + clients);
        }
        List<InvoiceLine> lines = read();
        try (Session session = Session.start(demo.options());
                ShopClient client = new ShopClient(session.system(), clients)) {
            return run(session.system(), client, session.screen(), lines) ? DemoCommand.HELD : DemoCommand.NOT_HELD;
        }
    }

    private List<InvoiceLine> read() {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            throw usage(file + " is not a file that can be read");
        }
        try {
            return InvoiceLine.read(file);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            throw new DemoException(file + " could not be read: " + e, e);
        }
    }

    private ParameterException usage(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private boolean run(DemoSystem system, ShopClient client, Screen screen, List<InvoiceLine> lines) throws Exception {
        List<String> customers = Replay.customers(lines);
        screen.begun("Opening " + customers.size() + " accounts");
        for (int from = 0; from < customers.size(); from += BATCH) {
            client.openAccounts(customers.subList(from, Math.min(customers.size(), from + BATCH)), OPENING_PENCE);
        }
        screen.done(customers.size() + " accounts are open, with " + Money.format(OPENING_PENCE) + " each when new");
        screen.idle();
        Before before = Before.read(system);

        long started = System.nanoTime();
        Replay.Tally tally;
        Replay replay = new Replay(client::invoice, clients, Replay.ATTEMPTS, 100);
        try (Progress progress = progress(screen, lines.size())) {
            IntConsumer killer = kill ? killer(system, screen, lines.size()) : done -> {};
            tally = replay.run(lines, done -> {
                progress.step(done);
                killer.accept(done);
            });
        }
        double seconds =
                Math.max(0.001, Duration.ofNanos(System.nanoTime() - started).toMillis() / 1000.0);
        report(screen, tally, lines.size(), seconds);
        boolean held = DemoCommand.addUp(system, client, screen, before);
        return held && tally.count(Replay.Kind.UNRESOLVED) == 0 && tally.total() == lines.size();
    }

    private void report(Screen screen, Replay.Tally tally, int lines, double seconds) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("paid", String.valueOf(tally.count(Replay.Kind.PAID))));
        rows.add(List.of("refunded", String.valueOf(tally.count(Replay.Kind.REFUNDED))));
        rows.add(List.of("refused", String.valueOf(tally.count(Replay.Kind.REFUSED))));
        rows.add(List.of("unresolved", String.valueOf(tally.count(Replay.Kind.UNRESOLVED))));
        rows.add(List.of("all", tally.total() + " of " + lines));
        rows.add(List.of("sent more than once", String.valueOf(tally.repeated())));
        screen.table("Invoices", List.of("What became of them", "Lines"), rows);
        if (!tally.reasons().isEmpty()) {
            List<List<String>> reasons = new ArrayList<>();
            for (Map.Entry<String, Integer> reason : tally.reasons().entrySet()) {
                reasons.add(List.of(reason.getKey(), String.valueOf(reason.getValue())));
            }
            screen.table("Why not", List.of("Reason", "Lines"), reasons);
        }
        screen.print(String.format(
                Locale.ROOT,
                "%,d lines in %.1f s with %d clients: %.0f a second",
                tally.total(),
                seconds,
                clients,
                tally.total() / seconds));
    }

    /** Kills each of the two once; the supervision starts them again. Called with every number of lines done once. */
    private static IntConsumer killer(DemoSystem system, Screen screen, int lines) {
        return done -> {
            if (done == Math.max(1, lines / 3)) {
                screen.note("Killing the coordinator (-9).");
                system.coordinator().kill();
            } else if (done == Math.max(2, 2 * lines / 3)) {
                screen.note("Killing the payment service (-9).");
                system.payment().kill();
            }
        };
    }

    /** A bar on a terminal, a line now and then elsewhere. */
    private interface Progress extends AutoCloseable {
        void step(int done);

        @Override
        void close();
    }

    private static Progress progress(Screen screen, int lines) {
        return screen.terminal() ? new Bar(screen, lines) : new Plain(screen, lines);
    }

    private static final class Bar implements Progress {

        private final ProgressBar bar;

        /** The bar is the screen's running line, so that notes stand above it. */
        Bar(Screen screen, int lines) {
            this.bar = new ProgressBarBuilder()
                    .setTaskName("Replay")
                    .setInitialMax(lines)
                    .setUnit(" lines", 1)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(500)
                    .setConsumer(new DelegatingProgressBarConsumer(screen::line, Screen.LINE_WIDTH))
                    .showSpeed()
                    .build();
        }

        @Override
        public void step(int done) {
            bar.step();
        }

        @Override
        public void close() {
            bar.close();
        }
    }

    private static final class Plain implements Progress {

        private final Screen screen;
        private final int lines;
        private final long started = System.nanoTime();
        private long next = started + PLAIN_INTERVAL.toNanos();

        Plain(Screen screen, int lines) {
            this.screen = screen;
            this.lines = lines;
        }

        @Override
        public synchronized void step(int done) {
            long now = System.nanoTime();
            if (now - next < 0) {
                return;
            }
            next = now + PLAIN_INTERVAL.toNanos();
            double rate = done / Math.max(0.001, (now - started) / 1e9);
            screen.print(String.format(
                    Locale.ROOT,
                    "%,9d of %,d lines, %.0f a second, %.0f s left",
                    done,
                    lines,
                    rate,
                    (lines - done) / Math.max(0.001, rate)));
        }

        @Override
        public void close() {}
    }
}
