package io.assent.coordinator.log;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at every new connection before anything is decided on it (L4): a standby, a server that does not wait for its
 * disk or its standby, a copy of the log in another cluster, and a log that knows another ring are refused. Thread-safe.
 */
final class ConnectionVerifier {

    private static final Logger log = LoggerFactory.getLogger(ConnectionVerifier.class);

    /**
     * Also makes sure that warnings reach this side: with {@code client_min_messages = error} a cancelled wait for the
     * standby would not even show as a warning (L1).
     *
     * <p>The planner is left one way to reach a row, through an index: a plan that was cached while the table was empty
     * would otherwise read all of it, until the server notices that it has grown.
     *
     * <p>Timeouts that were set for the user or the database are switched off, since a cancelled statement may be a
     * cancelled wait for the standby (L2); the statements are written for READ COMMITTED.
     */
    private static final String LOOK = """
            select set_config('client_min_messages', 'warning', false), set_config('enable_seqscan', 'off', false),
                set_config('enable_hashjoin', 'off', false), set_config('enable_mergejoin', 'off', false),
                set_config('statement_timeout', '0', false), set_config('lock_timeout', '0', false),
                set_config('default_transaction_isolation', 'read committed', false),
                pg_is_in_recovery() as in_recovery,
                current_setting('synchronous_commit') as synchronous_commit,
                current_setting('synchronous_standby_names') as standby_names,
                (select system_identifier::text from pg_control_system()) as system_identifier,
                -- Of the log that is written now: the control file tells only of the last checkpoint.
                case when not pg_is_in_recovery() then
                    ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::bigint end as timeline,
                to_regclass('assent_log_identity') is not null as has_identity,
                to_regclass('assent_log_ring') is not null as has_ring,
                -- Before the first start of this version the schema may be that of an older one.
                to_regclass('assent_log_epoch') is not null and to_regclass('assent_log_life') is not null as has_epochs
            """;

    private static final Set<String> WAITING = Set.of("on", "remote_apply");

    private static final String LOOK_AGAIN = """
            select current_setting('synchronous_standby_names') as standby_names,
                current_setting('synchronous_commit') as synchronous_commit, pg_is_in_recovery() as in_recovery
            """;

    private final LogProperties properties;
    private volatile @Nullable Server latest;
    private final AtomicLong newestTimeline = new AtomicLong();
    private final AtomicLong failoversSeen = new AtomicLong();
    private final List<LongConsumer> failovers = new CopyOnWriteArrayList<>();
    private final LogEpochs epochs;
    private final LogSite site;
    private final RingRecord ring;

    ConnectionVerifier(LogProperties properties, LogSite site) {
        this.properties = properties;
        this.site = site;
        this.epochs = new LogEpochs(properties);
        this.ring = new RingRecord(site);
    }

    /** What the log holds of the ring. */
    RingRecord ring() {
        return ring;
    }

    /** What this instance knows of the lives of the log. */
    LogEpochs epochs() {
        return epochs;
    }

    /**
     * A server that may decide.
     *
     * @param systemIdentifier of its cluster
     * @param timeline counts the promotions in the life of the cluster
     */
    record Server(String systemIdentifier, long timeline) {}

    /** What the last connection that was found fit leads to; null if there was none. */
    @Nullable
    Server latest() {
        return latest;
    }

    /** How often another server was found to be the primary; for metrics. */
    long failovers() {
        return failoversSeen.get();
    }

    /** Tells {@code listener} each timeline that is newer than all before, in the thread that has found it. */
    void onFailover(LongConsumer listener) {
        failovers.add(listener);
    }

    /**
     * Looks whether a commit that seems clean has waited for the standby: nothing warns of one that was let go because
     * {@code synchronous_standby_names} was emptied while it waited or before. In a statement of its own, after the commit:
     * what is sent together with it would look before. The server looks for a new configuration before each statement.
     *
     * @return why it may not have waited; null: it has
     */
    @Nullable
    String doubt(Connection connection) {
        if (properties.mode() != LogProperties.Mode.REPLICATED) {
            return null;
        }
        try (PreparedStatement statement = connection.prepareStatement(LOOK_AGAIN);
                ResultSet row = statement.executeQuery()) {
            row.next();
            if (row.getString("standby_names").isBlank()) {
                return "synchronous_standby_names is empty: whether the standby has it is not known";
            }
            String synchronousCommit = row.getString("synchronous_commit");
            if (!WAITING.contains(synchronousCommit)) {
                return "synchronous_commit is " + synchronousCommit + ": whether the standby has it is not known";
            }
            return row.getBoolean("in_recovery") ? "the server is a standby now" : null;
        } catch (SQLException e) {
            // Whatever its code says, it says nothing of the commit before.
            return "whether the standby has it cannot be asked: " + e.getMessage();
        }
    }

    /**
     * @return what the server is
     * @throws LogRefusedException if this server must not decide; the message says why and what to do
     * @throws SQLException if it could not be asked; if that is for lack of a right, the message says which are missing
     */
    Server verify(Connection connection) throws SQLException {
        try {
            return look(connection);
        } catch (SQLException e) {
            if (LogRights.PERMISSION_DENIED.equals(e.getSQLState())) {
                LogRights.require(connection);
            }
            throw e;
        }
    }

    private Server look(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(LOOK)) {
            row.next();
            if (row.getBoolean("in_recovery")) {
                throw new LogRefusedException("the server is a standby; decisions are written to the primary only");
            }
            String synchronousCommit = row.getString("synchronous_commit");
            if (!WAITING.contains(synchronousCommit)) {
                throw new LogRefusedException("synchronous_commit is " + synchronousCommit
                        + "; it must be on or remote_apply for the log's user and database");
            }
            if (properties.mode() == LogProperties.Mode.REPLICATED
                    && row.getString("standby_names").isBlank()) {
                throw new LogRefusedException("synchronous_standby_names is empty: a decision would be on one server"
                        + " only. Set it, or choose assent.coordinator.log.mode=single");
            }
            String found = row.getString("system_identifier");
            String expected = site.expectedSystemIdentifier();
            if (expected == null && row.getBoolean("has_identity")) {
                expected = recorded(connection);
            }
            if (expected != null && !expected.equals(found)) {
                throw new LogRefusedException("the server's system identifier is " + found + ", this log belongs to "
                        + expected + ". If it was moved on purpose, and the other one will never be used again, set"
                        + " " + site.property() + ".expected-system-identifier=" + found);
            }
            if (row.getBoolean("has_ring")) {
                ring.check(connection);
            }
            Server server = new Server(found, current(row.getLong("timeline")));
            if (row.getBoolean("has_epochs")) {
                epochs.look(connection, found);
            }
            latest = server;
            return server;
        }
    }

    /** A server of an older timeline was replaced by the one that was seen: whatever it holds, it must not decide (L5). */
    private long current(long timeline) throws LogRefusedException {
        long newest = newestTimeline.getAndAccumulate(timeline, Math::max);
        if (timeline < newest) {
            throw new LogRefusedException(
                    "the server is on timeline " + timeline + ", and was replaced by one on timeline " + newest
                            + ": it is an old primary. Rebuild it as a standby");
        }
        if (timeline > newest) {
            if (newest > 0) {
                failoversSeen.incrementAndGet();
                log.warn("Another server is the primary of the decision log: timeline {} after {}.", timeline, newest);
            }
            failovers.forEach(listener -> listener.accept(timeline));
        }
        return timeline;
    }

    /**
     * Remembers in the log which cluster it belongs to, once; what the operator expects replaces what was remembered.
     * Called after the schema was migrated, with a verified connection.
     */
    void learn(Connection connection, String systemIdentifier) throws SQLException {
        String recorded = recorded(connection);
        if (systemIdentifier.equals(recorded)) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into assent_log_identity as i (system_identifier, learnt_at) values (?, clock_timestamp())
                on conflict (only_one) do update
                    set system_identifier = excluded.system_identifier, learnt_at = excluded.learnt_at
                    where i.system_identifier = ?
                """)) {
            statement.setString(1, systemIdentifier);
            statement.setString(2, recorded == null ? systemIdentifier : recorded);
            statement.executeUpdate();
        }
        if (recorded == null) {
            log.info("This decision log belongs to the PostgreSQL cluster {} from now on.", systemIdentifier);
        } else {
            log.warn(
                    "This decision log belonged to the PostgreSQL cluster {} and belongs to {} from now on, as configured.",
                    recorded,
                    systemIdentifier);
        }
    }

    private static @Nullable String recorded(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select system_identifier from assent_log_identity")) {
            return row.next() ? row.getString(1) : null;
        }
    }
}
