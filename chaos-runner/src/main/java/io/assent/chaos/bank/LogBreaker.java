package io.assent.chaos.bank;

import io.assent.chaos.checker.Fault;
import io.assent.chaos.system.Endpoint;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Breaks a replicated decision log, by its standby's promotion or without. The schedule comes from a seed.
 */
final class LogBreaker implements Breaker {

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
    private final Outages outages;
    private final List<LogFault> promoting;
    private final List<LogFault> staying;
    private final Random random;
    private final InstantSource clock = InstantSource.system();
    private final long count;
    private long promoted;
    /** When the primary was gone, in milliseconds since 1970. */
    private long lost;

    /**
     * @param outages measures them
     * @param kinds what may happen; at least one that promotes
     * @param count how often the standby is promoted
     */
    LogBreaker(ReplicatedPostgres servers, Outages outages, List<LogFault> kinds, long count, long seed) {
        this.promoting = kinds.stream().filter(LogFault::promotes).toList();
        this.staying = kinds.stream().filter(kind -> !kind.promotes()).toList();
        this.servers = servers;
        this.outages = outages;
        this.count = count;
        this.random = new Random(seed);
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
            outages.awaitDecision(
                    List.of(Endpoint.loopback(servers.primary().port())), lost, lost, kind.name(), kind.promotes());
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

    private Duration upTo(Duration most) {
        return Duration.ofMillis((long) (random.nextDouble() * most.toMillis()));
    }

    private static void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }
}
