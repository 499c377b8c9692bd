package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes this instance's row all the time, on a connection of its own. The write waits for the standby as a decision does:
 * while one is overdue or has failed, the instance takes no new work, and as soon as one is through it does again.
 * What it leaves is also the sign of life by which a log that was restored is told from one that failed over, see
 * {@link LogEpochs}.
 *
 * <p>It waits without a timeout: a write that waits for the standby goes on waiting in the server when its connection is
 * closed, so one is left there and not one more every few seconds. While it is overdue, a second thread finds out what it
 * waits for, and cuts the connection when the server says that nothing happens on it any more; a third looks whether another
 * server is the primary by now, and if one is, {@link LogConnections} cuts what leads to the old one.
 *
 * <p>Thread-safe.
 */
final class Heartbeat implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

    static final String APPLICATION = "assent-heartbeat";

    /** How soon a heartbeat that failed is followed by another: that long a failover is noticed late. */
    private static final Duration AFTER_FAILURE = Duration.ofMillis(200);

    private static final Duration WATCH = Duration.ofMillis(200);
    private static final Duration DIAGNOSE = Duration.ofSeconds(1);
    private static final int PRUNE_EVERY = 60;
    private static final Duration GOODBYE = Duration.ofSeconds(2);

    private final Connections connections;
    private final InstanceTable instances;
    private final Availability availability;
    private final HeartbeatProperties properties;
    private final Consumer<String> unavailable;
    private final Thread beats;
    private final Thread watch;
    private final Thread lookElsewhere;
    private volatile @Nullable Line line;
    private volatile boolean closed;

    /**
     * @param beats makes verified connections without a socket timeout
     * @param questions makes verified connections with a short one
     * @param elsewhere makes verified connections to another primary than those, if there is one
     * @param verifier of both
     */
    record Connections(DataSource beats, DataSource questions, DataSource elsewhere, ConnectionVerifier verifier) {}

    /** The connection of the beats. */
    private record Line(Connection connection, int backend) {}

    /**
     * Starts beating.
     *
     * @param unavailable told, several times a second, why nothing can be written, while that is so
     */
    Heartbeat(
            Connections connections,
            InstanceTable instances,
            Availability availability,
            HeartbeatProperties properties,
            Consumer<String> unavailable) {
        this.connections = connections;
        this.instances = instances;
        this.availability = availability;
        this.properties = properties;
        this.unavailable = unavailable;
        this.beats = start("assent-heartbeat", this::beatAlways);
        this.watch = start("assent-heartbeat-watch", this::watchAlways);
        this.lookElsewhere = start("assent-heartbeat-elsewhere", this::lookElsewhereAlways);
    }

    private static Thread start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void beatAlways() {
        for (long count = 0; !closed; count++) {
            availability.sent();
            try {
                beat(count % PRUNE_EVERY == 0);
                if (availability.returned()) {
                    log.info("The decision log can be written again; this instance decides again.");
                }
                sleep(properties.interval());
            } catch (SQLException | RuntimeException e) {
                hangUp();
                if (!closed) {
                    failed(e);
                    sleep(AFTER_FAILURE);
                }
            }
        }
    }

    private void beat(boolean prune) throws SQLException {
        Line there = line;
        if (there != null) {
            try {
                write(there, prune);
                return;
            } catch (SQLException e) {
                // Perhaps only the connection: a new one tells.
                log.debug("The heartbeat's connection is made anew", e);
                hangUp();
            }
        }
        Connection fresh = connections.beats().getConnection();
        Line made = new Line(fresh, fresh.unwrap(PGConnection.class).getBackendPID());
        line = made;
        write(made, prune);
    }

    private void write(Line on, boolean prune) throws SQLException {
        Connection connection = on.connection();
        connections.verifier().verify(connection);
        instances.write(connection);
        String doubt = connections.verifier().doubt(connection);
        if (doubt != null) {
            throw new LogRefusedException(doubt);
        }
        connections.verifier().epochs().beat(connection);
        if (prune) {
            instances.prune(connection, properties.forgetAfter());
        }
        instances.read(connection, properties.silentAfter());
    }

    private void failed(Exception e) {
        String reason = e instanceof SQLException sql ? Causes.text(sql) : e.toString();
        if (availability.cannotWrite() == null) {
            log.warn("The decision log cannot be written: {}. This instance decides nothing until it can.", reason);
        }
        // A server that was refused must not be read from either.
        availability.failed(reason, false);
    }

    private void watchAlways() {
        boolean told = false;
        long diagnosedAt = System.nanoTime() - DIAGNOSE.toNanos();
        while (!closed) {
            if (availability.overdue() && System.nanoTime() - diagnosedAt >= DIAGNOSE.toNanos()) {
                diagnose();
                diagnosedAt = System.nanoTime();
            }
            String reason = availability.cannotWrite();
            if (reason != null) {
                if (!told && availability.overdue()) {
                    log.warn(
                            "The decision log cannot be written: {}. This instance decides nothing until it can.",
                            reason);
                    told = true;
                }
                unavailable.accept(reason);
            } else {
                told = false;
            }
            sleep(WATCH);
        }
    }

    /** Asks the server, on another connection, what has become of the beat. */
    private void diagnose() {
        Line asked = line;
        try (Connection connection = connections.questions().getConnection();
                PreparedStatement statement = connection.prepareStatement("""
                        select a.state, a.wait_event, current_setting('synchronous_standby_names') as names
                        from (select 1) one left join pg_stat_activity a on a.pid = ? and a.application_name = ?
                        """)) {
            statement.setInt(1, asked == null ? 0 : asked.backend());
            statement.setString(2, APPLICATION);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                String waitsFor = row.getString("wait_event");
                if (asked != null && !"active".equals(row.getString("state"))) {
                    if (line != asked || !availability.overdue()) {
                        return; // through meanwhile
                    }
                    availability.diagnosed("the connection to the server was lost", true);
                    cut(asked);
                } else if ("SyncRep".equals(waitsFor)) {
                    availability.diagnosed(
                            "no synchronous standby confirms what is written (synchronous_standby_names is '"
                                    + row.getString("names") + "'). It goes on by itself when one is back",
                            true);
                } else {
                    availability.diagnosed(
                            "the server has not finished a small write for more than " + properties.overdueAfter()
                                    + (waitsFor == null ? "" : " (it waits for " + waitsFor + ")"),
                            true);
                }
            }
        } catch (SQLException e) {
            availability.diagnosed("no primary answers: " + Causes.text(e), false);
        }
    }

    /**
     * A primary that lost its standbys to another one, and that nobody has told, answers as before and finishes no write,
     * for ever: from there it looks as if the standbys were away. So the other servers are asked while a beat is overdue.
     */
    private void lookElsewhereAlways() {
        while (!closed) {
            if (availability.overdue()) {
                try (Connection other = connections.elsewhere().getConnection()) {
                    // LogConnections has cut those to the old one by now.
                    log.debug("Another primary was found: {}", other);
                } catch (SQLException e) {
                    log.debug("No other server is the primary", e);
                }
            }
            sleep(DIAGNOSE);
        }
    }

    private void cut(Line there) {
        try {
            there.connection().abort(Runnable::run);
        } catch (SQLException e) {
            log.debug("Cutting a broken connection", e);
        }
    }

    private void hangUp() {
        Line there = line;
        line = null;
        if (there != null) {
            cut(there);
        }
    }

    private static void sleep(Duration time) {
        LockSupport.parkNanos(time.toNanos());
    }

    /** Beats no more, and takes this instance off the list as far as that is possible at once. */
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(beats);
        LockSupport.unpark(watch);
        LockSupport.unpark(lookElsewhere);
        Line there = line;
        try {
            beats.join(TimeUnit.MILLISECONDS.toMillis(100));
            if (there != null && !beats.isAlive()) {
                there.connection().setNetworkTimeout(Runnable::run, Math.toIntExact(GOODBYE.toMillis()));
                instances.remove(there.connection());
            }
        } catch (SQLException e) {
            log.debug("This instance stays on the list for a while", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        hangUp();
    }
}
