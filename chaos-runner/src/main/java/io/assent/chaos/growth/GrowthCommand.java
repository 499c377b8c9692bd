package io.assent.chaos.growth;

import com.github.freva.asciitable.AsciiTable;
import io.assent.chaos.growth.DecisionLoad.Result;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.micrometer.core.instrument.Timer;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * One log is empty, the other holds a month of finished transactions, both in one PostgreSQL server that waits for its disk.
 * By turns each is loaded; what is compared is how many transactions a second are decided. Then the retention period of the
 * full one is shortened, and its oldest ten days are dropped while it decides.
 */
@Command(
        name = "growth",
        mixinStandardHelpOptions = true,
        description = "Measures what a decision pays for all that the log keeps, and how long forgetting takes.")
public final class GrowthCommand implements Callable<Integer> {

    private static final int DAYS = 30;
    private static final Duration MONTH = Duration.ofDays(DAYS);
    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("uuuuMMddHHmmss");

    @Option(
            names = "--rows",
            defaultValue = "10000000",
            description = "Finished transactions in the full log; about 1 KB of disk each; ${DEFAULT-VALUE}.")
    private long rows;

    @Option(names = "--rounds", defaultValue = "9", description = "Times that each is measured; ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(names = "--seconds", defaultValue = "10", description = "Length of each; ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--most",
            defaultValue = "10",
            description = "By how many percent the full log may be slower; ${DEFAULT-VALUE}.")
    private double most;

    @Override
    public Integer call() throws Exception {
        try (EmbeddedPostgres server = EmbeddedPostgres.temporary();
                LoggedSystem empty = LoggedSystem.in(server, "empty", MONTH);
                LoggedSystem full = LoggedSystem.in(server, "full", MONTH)) {
            System.out.printf("Writing %,d finished transactions of %d days ...%n", rows, DAYS);
            fill(full);
            System.out.printf(
                    "%,d MB in %d partitions.%n",
                    full.number("select sum(pg_total_relation_size(inhrelid)) / 1000000 from pg_inherits"
                            + " where inhparent = 'assent_transaction'::regclass"),
                    full.number("select count(*) from pg_inherits where inhparent = 'assent_transaction'::regclass"));
            System.out.println("Warming up ...");
            load(empty);
            load(full);
            boolean even = compare(empty, full);
            boolean quick = forget(full);
            System.out.println("violations: " + ((even ? 0 : 1) + (quick ? 0 : 1)));
            return even && quick ? 0 : 1;
        }
    }

    private boolean compare(LoggedSystem empty, LoggedSystem full) throws InterruptedException {
        List<Double> ratios = new ArrayList<>();
        List<Result> ofEmpty = new ArrayList<>();
        List<Result> ofFull = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            // The other one comes first each time, so that what drifts hits both alike.
            if (round % 2 == 0) {
                ofEmpty.add(load(empty));
                ofFull.add(load(full));
            } else {
                ofFull.add(load(full));
                ofEmpty.add(load(empty));
            }
            ratios.add(
                    ofFull.get(round - 1).perSecond() / ofEmpty.get(round - 1).perSecond());
            System.out.printf(
                    Locale.ROOT,
                    "Round %d of %d: empty %.0f/s, full %.0f/s%n",
                    round,
                    rounds,
                    ofEmpty.get(round - 1).perSecond(),
                    ofFull.get(round - 1).perSecond());
        }
        System.out.println(AsciiTable.getTable(
                new String[] {"log", "decisions/s (median)", "median ms", "p99 ms", "failed"},
                new String[][] {line("empty", ofEmpty), line("full", ofFull)}));
        double change = (median(ratios) - 1) * 100;
        System.out.printf(
                Locale.ROOT,
                "Decisions in the full log against the empty one: %+.1f %%; allowed is -%.0f %%.%n",
                change,
                most);
        return change >= -most;
    }

    private boolean forget(LoggedSystem full) throws Exception {
        String made = "select count(*) from assent_transaction where completed_at < now() - interval '1 hour'";
        long before = full.number(made);
        System.out.println("Shortening the retention period by ten days, under load ...");
        full.reopen(MONTH.minusDays(10));
        CompletableFuture<Result> loaded = CompletableFuture.supplyAsync(() -> load(full));
        Result result = loaded.get(10, TimeUnit.MINUTES);
        Timer drops = full.drops();
        long gone = before - full.number(made);
        System.out.printf(
                Locale.ROOT,
                "%d partitions with %,d transactions dropped in %.0f ms altogether, the slowest in %.0f ms; meanwhile"
                        + " %.0f decisions/s, p99 %.1f ms, the slowest %.1f ms, %d failed.%n",
                drops.count(),
                gone,
                drops.totalTime(TimeUnit.MILLISECONDS),
                drops.max(TimeUnit.MILLISECONDS),
                result.perSecond(),
                result.micros().getValueAtPercentile(99) / 1e3,
                result.micros().getMaxValue() / 1e3,
                result.failed());
        return drops.count() > 0 && drops.max(TimeUnit.SECONDS) < 1 && result.failed() == 0;
    }

    private Result load(LoggedSystem system) {
        try {
            return new DecisionLoad(system.log()).run(Duration.ofSeconds(seconds));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private static String[] line(String name, List<Result> results) {
        Histogram all = new Histogram(results.get(0).micros());
        all.reset();
        results.forEach(result -> all.add(result.micros()));
        return new String[] {
            name,
            String.format(
                    Locale.ROOT,
                    "%.0f",
                    median(results.stream().map(Result::perSecond).toList())),
            String.format(Locale.ROOT, "%.1f", all.getValueAtPercentile(50) / 1e3),
            String.format(Locale.ROOT, "%.1f", all.getValueAtPercentile(99) / 1e3),
            Long.toString(results.stream().mapToLong(Result::failed).sum())
        };
    }

    private static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(sorted.size() / 2);
    }

    /** As if the log had been used for a month: a partition for each day, and in it copies of a real, finished transaction. */
    private void fill(LoggedSystem full) throws Exception {
        new DecisionLoad(full.log()).run(Duration.ofMillis(1));
        try (Connection connection = full.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("set synchronous_commit = off");
            statement.execute("create temporary table specimen as select * from assent_transaction limit 1");
            statement.execute("delete from assent_transaction");
            replaceFirstPartition(statement);
            Instant first = Instant.now().minus(MONTH);
            for (int day = 0; day <= DAYS; day++) {
                Instant from =
                        day == 0 ? first : first.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(day));
                Instant until = day == DAYS
                        ? Instant.now().minusSeconds(60)
                        : first.truncatedTo(ChronoUnit.DAYS).plus(Duration.ofDays(day + 1));
                insert(statement, from, until, rows * from.until(until, ChronoUnit.SECONDS) / MONTH.toSeconds());
            }
        }
        // What autovacuum would do in the next minutes, so that it does not fall into the measurement of either.
        try (Connection connection = full.connection();
                Statement statement = connection.createStatement()) {
            statement.execute("vacuum (freeze, analyze) assent_transaction");
        }
    }

    /** A new log has one partition for all that is old. */
    private static void replaceFirstPartition(Statement statement) throws SQLException {
        String first;
        try (ResultSet row = statement.executeQuery("select min(inhrelid::regclass::text) from pg_inherits"
                + " where inhparent = 'assent_transaction'::regclass")) {
            row.next();
            first = row.getString(1);
        }
        Instant from = LocalDateTime.parse(first.split("_")[2], NAME).toInstant(ZoneOffset.UTC);
        Instant until = LocalDateTime.parse(first.split("_")[3], NAME).toInstant(ZoneOffset.UTC);
        statement.execute("drop table " + first);
        for (Instant day = from; day.isBefore(until); day = day.plus(Duration.ofDays(1))) {
            Instant next = day.plus(Duration.ofDays(1));
            statement.execute("""
                    create table assent_transaction_%s_%s partition of assent_transaction
                        for values from ('%s') to ('%s')
                        with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)
                    """.formatted(text(day), text(next), smallest(day), smallest(next)));
        }
    }

    private static void insert(Statement statement, Instant from, Instant until, long count) throws SQLException {
        statement.execute("""
                insert into assent_transaction
                select (lpad(to_hex(n.millis), 12, '0') || '7' || substr(n.hash, 1, 3) || '8' || substr(n.hash, 4, 15))::uuid,
                    s.name, s.begun, n.made, n.made + interval '30 s', s.closed_at, s.expected, s.verdict, s.nonce,
                    s.confirmed, n.made, s.reason, s.branches, s.asked, s.outcome, n.made + interval '20 ms', s.attempts,
                    s.next_attempt_at, n.made + interval '20 ms', s.resolution
                from specimen s, (
                    select i.millis, md5(i.n || ' ' || i.millis) as hash,
                        timestamptz 'epoch' + i.millis * interval '1 ms' as made
                    from (select g.n, %1$d + g.n * (%2$d - %1$d) / %3$d as millis from generate_series(0, %3$d - 1) g (n)) i) n
                """.formatted(from.toEpochMilli(), until.toEpochMilli(), Math.max(1, count)));
    }

    private static String text(Instant instant) {
        return NAME.format(LocalDateTime.ofInstant(instant, ZoneOffset.UTC));
    }

    private static String smallest(Instant instant) {
        return new UUID(instant.toEpochMilli() << 16, 0).toString();
    }
}
