package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.LongSupplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one connection of a writer: autocommit, outside the pool, so that a decision never waits for one, and without any
 * query timeout (L2). It is verified when it is new and again when that was long ago, so that one which died while nobody
 * wrote is noticed before anything is sent. For one thread.
 */
final class WriterConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(WriterConnection.class);

    /** While a server is away every batch would wait for another refusal; this keeps it to a few in a second. */
    private static final long RECONNECT_NANOS = Duration.ofMillis(200).toNanos();

    private final DataSource connections;
    private final ConnectionVerifier verifier;
    private final long verifyNanos;
    private final LongSupplier nanoTime;

    private @Nullable Connection connection;
    private long verifiedAt;
    private @Nullable SQLException failure;
    private long failedAt;

    /** @param connections makes new, verified connections */
    WriterConnection(
            DataSource connections, ConnectionVerifier verifier, Duration verifyInterval, LongSupplier nanoTime) {
        this.connections = connections;
        this.verifier = verifier;
        this.verifyNanos = verifyInterval.toNanos();
        this.nanoTime = nanoTime;
    }

    /**
     * A connection that may decide.
     *
     * @throws SQLException if there is none now; nothing was sent
     */
    Connection get() throws SQLException {
        Connection present = connection;
        if (present != null) {
            if (nanoTime.getAsLong() - verifiedAt < verifyNanos) {
                return present;
            }
            try {
                verifier.verify(present);
                verifiedAt = nanoTime.getAsLong();
                return present;
            } catch (SQLException e) {
                log.info("A connection to the decision log is given up and made anew: {}", e.getMessage());
                discard();
            }
        }
        if (failure != null && nanoTime.getAsLong() - failedAt < RECONNECT_NANOS) {
            throw failure;
        }
        return connect();
    }

    private Connection connect() throws SQLException {
        try {
            Connection fresh = connections.getConnection();
            connection = fresh;
            verifiedAt = nanoTime.getAsLong();
            if (failure != null) {
                log.info("The decision log can be written again.");
                failure = null;
            }
            return fresh;
        } catch (SQLException e) {
            discard();
            if (failure == null) {
                log.warn(
                        "The decision log cannot be written: {} Nothing is decided; the next request tries again.",
                        e.getMessage());
            }
            failure = e;
            failedAt = nanoTime.getAsLong();
            throw e;
        }
    }

    /** Why what was just committed on the connection may not have waited for the standby; null: it has. */
    @Nullable
    String doubt() {
        Connection present = connection;
        return present == null ? "the connection is gone" : verifier.doubt(present);
    }

    /** Gives the connection up: what state it is in is not known. */
    void discard() {
        Connection present = connection;
        connection = null;
        if (present != null) {
            try {
                present.close();
            } catch (SQLException e) {
                log.debug("Closing a broken connection", e);
            }
        }
    }

    @Override
    public void close() {
        discard();
    }
}
