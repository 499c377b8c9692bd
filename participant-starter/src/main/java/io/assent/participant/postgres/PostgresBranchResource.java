package io.assent.participant.postgres;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.BranchPage;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.protocol.ListedBranch;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The branches of one participant in one PostgreSQL database. Explicit SQL and SQLSTATEs: which of them is which fact is
 * the whole point. Connections are in autocommit mode, since COMMIT PREPARED cannot run in a transaction. No query timeout
 * anywhere (L2): it would cancel a wait for the standby and make it look like success.
 */
public final class PostgresBranchResource implements BranchResource {

    private static final Logger log = LoggerFactory.getLogger(PostgresBranchResource.class);

    /** Names that this participant never makes are no branches of it; the database is a must, gids are cluster-wide. */
    private static final String PREPARED = """
            select gid, (extract(epoch from clock_timestamp() - prepared) * 1000)::bigint
            from pg_prepared_xacts
            where database = current_database() and starts_with(gid, ?)
            order by prepared
            limit ?
            """;

    /** The transaction's id follows the prefix; its text sorts like the id itself. */
    private static final String PREPARED_IN_RANGE = """
            select gid, (extract(epoch from clock_timestamp() - prepared) * 1000)::bigint
            from pg_prepared_xacts, (select ?::text as prefix) p
            where database = current_database() and starts_with(gid, prefix)
                and substr(gid, length(prefix) + 1, 36) collate "C" > ?
                and substr(gid, length(prefix) + 1, 36) collate "C" < ?
            order by substr(gid, length(prefix) + 1, 36) collate "C"
            fetch first ? rows with ties
            """;

    /** In the order of the primary key, so that a page costs the same wherever it is. */
    private static final String ENDED_IN_RANGE = """
            select transaction_id, branch, ref, committed,
                (extract(epoch from clock_timestamp() - recorded_at) * 1000)::bigint
            from assent_branch_marker
            where transaction_id > ? and transaction_id < ?
            order by transaction_id
            fetch first ? rows with ties
            """;

    private static final String IN_DOUBT = """
            select count(*), coalesce((extract(epoch from clock_timestamp() - min(prepared)) * 1000)::bigint, 0)
            from pg_prepared_xacts
            where database = current_database() and starts_with(gid, ?)
            """;

    /**
     * The marker is read after the list of prepared transactions is, and in another snapshot: a branch that commits in
     * between is seen as both rather than as neither.
     */
    private static final String MARKER = """
            select committed, ref, (extract(epoch from clock_timestamp() - recorded_at) * 1000)::bigint
            from assent_branch_marker
            where transaction_id = ? and branch = ?
            """;

    private static final String TOMBSTONE = """
            insert into assent_branch_marker (transaction_id, branch, ref, committed) values (?, ?, ?, false)
            on conflict do nothing
            """;

    /** A write of nothing: its commit waits for the standby. Without a standby there is nothing to wait for. */
    private static final String BARRIER = """
            select case when current_setting('synchronous_standby_names') <> ''
                then pg_logical_emit_message(true, 'assent', '') end
            """;

    private static final String FORGET = """
            delete from assent_branch_marker
            where ctid = any (array(
                select ctid from assent_branch_marker
                where recorded_at < clock_timestamp() - make_interval(secs => ?)
                order by recorded_at
                limit ?))
            """;

    private final DataSource dataSource;
    private final ParticipantName participant;
    private final PreparedNames names;
    private final Duration tombstoneWait;

    /**
     * @param dataSource connections for phase two; must not be the pool that work waits in, see the completion pool
     * @param tombstoneWait how long a tombstone waits for an execution that holds the key
     */
    public PostgresBranchResource(DataSource dataSource, ParticipantName participant, Duration tombstoneWait) {
        this(dataSource, participant, PreparedNames.MAIN, tombstoneWait);
    }

    /** For a database that is not the main one of its branches: their prepared transactions have other names there. */
    public PostgresBranchResource(
            DataSource dataSource, ParticipantName participant, PreparedNames names, Duration tombstoneWait) {
        this.dataSource = dataSource;
        this.participant = participant;
        this.names = names;
        this.tombstoneWait = tombstoneWait;
    }

    @Override
    public List<PreparedBranch> prepared(int limit) {
        return withConnection("list branches in doubt", connection -> prepared(connection, prefix(), limit));
    }

    @Override
    public BranchPage list(TransactionRange range, int limit) {
        // In this order, each in a snapshot of its own: what ends in between is in both.
        return withConnection("list branches", connection -> {
            BranchPage.Source prepared = preparedIn(connection, range, limit);
            return BranchPage.of(prepared, endedIn(connection, range, limit), limit);
        });
    }

    @Override
    public InDoubt inDoubt() {
        return withConnection("count branches in doubt", connection -> {
            try (PreparedStatement select = connection.prepareStatement(IN_DOUBT)) {
                select.setString(1, prefix());
                try (ResultSet row = select.executeQuery()) {
                    row.next();
                    return new InDoubt(row.getInt(1), Duration.ofMillis(row.getLong(2)));
                }
            }
        });
    }

    @Override
    public BranchFacts look(TransactionId transaction, BranchId branch) {
        return withConnection("look for transaction " + transaction + ", branch " + branch, connection -> {
            // Both never contain a character that would make one branch's prefix match another's.
            String prefix = prefix() + transaction + ":" + branch + ":";
            return new BranchFacts(prepared(connection, prefix, 10), marker(connection, transaction, branch));
        });
    }

    @Override
    public End commitPrepared(BranchRef ref) {
        return end("COMMIT PREPARED", ref);
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        return end("ROLLBACK PREPARED", ref);
    }

    @Override
    public Tombstone writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        return withConnection("write a tombstone for transaction " + transaction + ", branch " + branch, connection -> {
            connection.setAutoCommit(false);
            try (Statement settings = connection.createStatement();
                    PreparedStatement insert = connection.prepareStatement(TOMBSTONE)) {
                // The tombstone must be durable before anybody hears NEVER_SEEN (R7), whatever the session's default.
                settings.execute("set local synchronous_commit = on; set local lock_timeout = "
                        + Math.max(1, tombstoneWait.toMillis()));
                insert.setObject(1, transaction.value());
                insert.setString(2, branch.value());
                insert.setString(3, ref == null ? null : ref.value());
                int rows = insert.executeUpdate();
                connection.commit();
                throwIfWarned(connection, settings);
                return rows == 1 ? Tombstone.WRITTEN : Tombstone.EXISTS;
            } catch (SQLException e) {
                connection.rollback();
                if (SqlStates.is(e, SqlStates.LOCK_NOT_AVAILABLE)) {
                    return Tombstone.LOCKED;
                }
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        });
    }

    @Override
    public void barrier() {
        withConnection("make sure of what was seen", connection -> {
            barrier(connection);
            return true;
        });
    }

    @Override
    public int forget(Duration age, int limit) {
        return withConnection("delete old markers", connection -> {
            try (PreparedStatement delete = connection.prepareStatement(FORGET)) {
                delete.setDouble(1, age.toMillis() / 1000.0);
                delete.setInt(2, limit);
                return delete.executeUpdate();
            }
        });
    }

    /** What the SQLSTATE says, see PROTOCOL, "The PostgreSQL branch". A ref may stand in SQL text: its form is checked. */
    private End end(String verb, BranchRef ref) {
        try (Connection connection = dataSource.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(verb + " '" + names.name(ref) + "'");
            if (Warnings.after(connection, statement) != null) {
                barrier(connection);
            }
            return End.DONE;
        } catch (SQLException e) {
            if (SqlStates.is(e, SqlStates.UNDEFINED_OBJECT)) {
                return End.NOT_THERE;
            }
            if (SqlStates.is(e, SqlStates.OBJECT_NOT_IN_PREREQUISITE_STATE)) {
                return End.BUSY;
            }
            log.warn("{} '{}': the reply is not known ({}); looking next", verb, ref, SqlStates.describe(e));
            return End.UNKNOWN;
        }
    }

    private static void barrier(Connection connection) throws SQLException {
        connection.clearWarnings();
        try (Statement statement = connection.createStatement()) {
            statement.execute(BARRIER);
            throwIfWarned(connection, statement);
        }
    }

    private static void throwIfWarned(Connection connection, Statement statement) throws SQLException {
        SQLWarning warning = Warnings.after(connection, statement);
        if (warning != null) {
            throw warning;
        }
    }

    private BranchPage.Source preparedIn(Connection connection, TransactionRange range, int limit) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(PREPARED_IN_RANGE)) {
            select.setString(1, prefix());
            select.setString(2, range.after().toString());
            select.setString(3, range.before().toString());
            select.setInt(4, limit + 1);
            List<ListedBranch> listed = new ArrayList<>();
            int read = readPrepared(
                    select,
                    branch -> listed.add(new ListedBranch(
                            branch.transaction(), branch.branch(), branch.ref(), BranchState.PREPARED, branch.age())));
            return new BranchPage.Source(listed, read > limit);
        }
    }

    private static BranchPage.Source endedIn(Connection connection, TransactionRange range, int limit)
            throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(ENDED_IN_RANGE)) {
            select.setObject(1, range.after());
            select.setObject(2, range.before());
            select.setInt(3, limit + 1);
            List<ListedBranch> listed = new ArrayList<>();
            try (ResultSet rows = select.executeQuery()) {
                while (rows.next()) {
                    String ref = rows.getString(3);
                    listed.add(new ListedBranch(
                            new TransactionId(rows.getObject(1, UUID.class)),
                            new BranchId(rows.getString(2)),
                            ref == null ? null : new BranchRef(ref),
                            rows.getBoolean(4) ? BranchState.COMMITTED : BranchState.ROLLED_BACK,
                            Duration.ofMillis(Math.max(0, rows.getLong(5)))));
                }
            }
            return new BranchPage.Source(listed, listed.size() > limit);
        }
    }

    private List<PreparedBranch> prepared(Connection connection, String prefix, int limit) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(PREPARED)) {
            select.setString(1, prefix);
            select.setInt(2, limit);
            List<PreparedBranch> found = new ArrayList<>();
            readPrepared(select, found::add);
            return found;
        }
    }

    /** Returns how many rows there were, those included that are no branches. */
    private int readPrepared(PreparedStatement select, Consumer<PreparedBranch> found) throws SQLException {
        int read = 0;
        try (ResultSet rows = select.executeQuery()) {
            while (rows.next()) {
                read++;
                Duration age = Duration.ofMillis(Math.max(0, rows.getLong(2)));
                Optional<ExecutionRef> name = ExecutionRef.parse(participant, names.ref(rows.getString(1)));
                if (name.isEmpty()) {
                    log.error(
                            "The prepared transaction '{}' has this participant's prefix and is none of its branches;"
                                    + " it is left alone, and holds its locks until somebody ends it",
                            rows.getString(1));
                    continue;
                }
                ExecutionRef branch = name.get();
                found.accept(new PreparedBranch(
                        branch.transaction(), branch.branch(), branch.ref(), branch.deadline(), age));
            }
        }
        return read;
    }

    private String prefix() {
        return names.name(BranchRef.prefix(participant));
    }

    private static BranchFacts.@Nullable Marker marker(
            Connection connection, TransactionId transaction, BranchId branch) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(MARKER)) {
            select.setObject(1, transaction.value());
            select.setString(2, branch.value());
            try (ResultSet row = select.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                String ref = row.getString(2);
                return new BranchFacts.Marker(
                        row.getBoolean(1), ref == null ? null : new BranchRef(ref), Math.max(0, row.getLong(3)));
            }
        }
    }

    private <T> T withConnection(String what, Connections.Work<T> work) {
        return Connections.with(dataSource, what, work);
    }
}
