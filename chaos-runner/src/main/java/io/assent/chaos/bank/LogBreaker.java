package io.assent.chaos.bank;

import io.assent.chaos.checker.Fault;
import io.assent.chaos.checker.Invariant;
import io.assent.chaos.checker.Violation;
import io.assent.demo.system.Database;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Breaks a replicated decision log, by its standby's promotion or without, and measures how long nothing is decided. The
 * schedule comes from a seed.
 */
final class LogBreaker implements Breaker {

    /** No decision for so long after everything is whole again is a violation of its own. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration LONGEST_HOLD = Duration.ofMillis(1_500);
    private static final Duration LONGEST_GAP = Duration.ofMillis(1_500);
    /** Time in which something is decided that the standby does not get. */
    private static final Duration SHORTEST_LOSS = Duration.ofMillis(500);
    /** Coordinators take a primary whose standby is away for one that can be read after some seconds. */
    private static final Duration LONG_ENOUGH_TO_BE_READ = Duration.ofSeconds(5);

    private static final Duration POLL = Duration.ofMillis(20);
    /** The share of faults that end with another primary. */
    private static final double PROMOTIONS = 0.8;

    private final ReplicatedPostgres servers;
    private final Database database;
    private final List<LogFault> promoting;
    private final List<LogFault> staying;
    private final Random random;
    private final InstantSource clock = InstantSource.system();
    private final List<Long> pauses = Collections.synchronizedList(new ArrayList<>());
    private final List<Violation> violations = Collections.synchronizedList(new ArrayList<>());
    private final long count;
    private long promoted;
    /** When the primary was gone, in milliseconds since 1970. */
    private long lost;

    /**
     * @param database the decision log
     * @param kinds what may happen; at least one that promotes
     * @param count how often the standby is promoted
     */
    LogBreaker(ReplicatedPostgres servers, Database database, List<LogFault> kinds, long count, long seed) {
        this.promoting = kinds.stream().filter(LogFault::promotes).toList();
        this.staying = kinds.stream().filter(kind -> !kind.promotes()).toList();
        this.servers = servers;
        this.database = database;
        this.count = count;
        this.random = new Random(seed);
    }

    /** Milliseconds from each loss of a primary to the next decision. */
    List<Long> pauses() {
        return List.copyOf(pauses);
    }

    List<Violation> violations() {
        return List.copyOf(violations);
    }

    @Override
    public @Nullable Fault next() throws InterruptedException {
        if (promoted >= count) {
            return null;
        }
        LogFault kind = choose();
        long from = clock.millis();
        lost = from;
        try {
            apply(kind);
            awaitDecision(kind, lost);
        } catch (SQLException e) {
            throw new IllegalStateException(
                    "The decision log cannot be asked after " + kind + ": " + e.getMessage(), e);
        }
        Fault fault = new Fault(kind.name(), 1, List.of("log-postgres"), from, clock.millis());
        pause(upTo(LONGEST_GAP));
        return fault;
    }

    /** Each way to another primary once, then by chance. */
    private LogFault choose() {
        if (promoted < promoting.size()) {
            return promoting.get((int) promoted);
        }
        List<LogFault> kinds = staying.isEmpty() || random.nextDouble() < PROMOTIONS ? promoting : staying;
        return kinds.get(random.nextInt(kinds.size()));
    }

    private void apply(LogFault kind) throws InterruptedException, SQLException {
        EmbeddedPostgres primary = servers.primary();
        EmbeddedPostgres standby = servers.standby();
        switch (kind) {
            case KILLED -> {
                primary.kill();
                lost = clock.millis();
            }
            case PAUSED -> {
                primary.pause();
                lost = clock.millis();
            }
            case WAITS_CANCELLED -> {
                // Killed, not paused: what is on its way to a paused one arrives after all.
                standby.kill();
                endWaits(primary, SHORTEST_LOSS.plus(upTo(LONGEST_HOLD)));
                primary.kill();
                lost = clock.millis();
                standby.restart();
            }
            case SEEN_AND_LOST -> {
                standby.kill();
                pause(SHORTEST_LOSS.plus(upTo(LONGEST_HOLD)));
                primary.kill();
                primary.restart();
                pause(LONG_ENOUGH_TO_BE_READ);
                primary.kill();
                lost = clock.millis();
                standby.restart();
            }
            case RESTARTED -> {
                primary.kill();
                pause(upTo(LONGEST_HOLD));
                primary.restart();
            }
            case STANDBY_AWAY -> {
                standby.kill();
                pause(upTo(LONGEST_HOLD));
                standby.restart();
            }
            case BOTH_RESTARTED -> {
                primary.kill();
                standby.kill();
                pause(upTo(LONGEST_HOLD));
                primary.restart();
                standby.restart();
            }
        }
        if (kind.promotes()) {
            promoted++;
            servers.promoteStandby();
            if (kind == LogFault.PAUSED) {
                primary.resume();
                pause(upTo(LONGEST_HOLD));
            }
            servers.rebuildStandby();
        }
    }

    /** Whoever waits for the standby is cancelled or ended, again and again. */
    private void endWaits(EmbeddedPostgres primary, Duration time) throws SQLException, InterruptedException {
        long end = System.nanoTime() + time.toNanos();
        try (Connection connection = primary.superuserConnection();
                Statement statement = connection.createStatement()) {
            do {
                pause(POLL);
                statement.execute("select case when random() < 0.8 then pg_cancel_backend(pid) else"
                        + " pg_terminate_backend(pid) end from pg_stat_activity where wait_event = 'SyncRep'");
            } while (System.nanoTime() - end < 0);
        }
    }

    private void awaitDecision(LogFault kind, long from) throws InterruptedException, SQLException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() - end < 0) {
            Long decided = firstDecisionAfter(from);
            if (decided != null) {
                if (kind.promotes()) {
                    pauses.add(decided - from);
                }
                return;
            }
            pause(POLL);
        }
        violations.add(new Violation(
                Invariant.I5,
                "all transactions",
                String.format(Locale.ROOT, "nothing was decided for %s after %s", PATIENCE, kind)));
    }

    private @Nullable Long firstDecisionAfter(long from) throws SQLException {
        // Directly: a connection that may go to either server would first look at one that is perhaps paused.
        Database primary =
                new Database(servers.primary().jdbcUrl(database.name()), database.name(), database.password());
        try (Connection connection = primary.connect();
                PreparedStatement select = connection.prepareStatement(
                        "select (extract(epoch from min(decided_at)) * 1000)::bigint from assent_transaction"
                                + " where decided_at > to_timestamp(? / 1000.0)")) {
            select.setLong(1, from);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long decided = row.getLong(1);
                return row.wasNull() ? null : decided;
            }
        }
    }

    private Duration upTo(Duration most) {
        return Duration.ofMillis((long) (random.nextDouble() * most.toMillis()));
    }

    private static void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }
}
