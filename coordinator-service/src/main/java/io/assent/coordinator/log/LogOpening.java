package io.assent.coordinator.log;

import io.assent.coordinator.shard.RingAgreement.Recorded;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** The steps from a database to a log that decides, as a member of the ring. Blocks; thread-safe. */
public final class LogOpening {

    private final ConnectionVerifier verifier;
    private final DataSource pool;
    private final Availability availability;

    /** @param pool of a log whose schema is there */
    LogOpening(ConnectionVerifier verifier, DataSource pool, Availability availability) {
        this.availability = availability;
        this.verifier = verifier;
        this.pool = pool;
    }

    /**
     * What a log holds of the ring, without changing it.
     *
     * @throws SQLException if it cannot be reached, or must not decide now
     */
    public static Recorded look(LogSite site, LogProperties properties) throws SQLException {
        ConnectionVerifier verifier = new ConnectionVerifier(properties, site);
        LogConnections connections = new LogConnections(site.database(), properties, verifier);
        Duration patience = properties.connectTimeout();
        try (Connection connection = connections.named("assent-look", patience).getConnection()) {
            return RingRecord.look(connection);
        }
    }

    /** As {@link #look}, of the log that is open here. */
    public Recorded look() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            return RingRecord.look(connection);
        }
    }

    /**
     * Records the ring: what is not there yet.
     *
     * @param added the members that no log has confirmed
     */
    public void record(Collection<String> added) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            verifier.ring().record(connection, added);
            replicated(connection);
        }
    }

    /** Confirms the ring, which every log has recorded. */
    public void confirm() throws SQLException {
        try (Connection connection = pool.getConnection()) {
            verifier.ring().confirm(connection);
            replicated(connection);
        }
    }

    /** Why this instance decides nothing in it now; null: it does. Does not block. */
    public @Nullable String cannotDecide() {
        return availability.cannotWrite();
    }

    /** Why reading it is not to be tried now; null: it may be. Does not block. */
    public @Nullable String cannotRead() {
        return availability.cannotRead();
    }

    private void replicated(Connection connection) throws SQLException {
        String doubt = verifier.doubt(connection);
        if (doubt != null) {
            throw new LogRefusedException(doubt);
        }
    }

    /** From now on the log refuses this instance as soon as it does not fit any more. To be called before it is used. */
    public void opened() {
        verifier.ring().enforce();
    }
}
