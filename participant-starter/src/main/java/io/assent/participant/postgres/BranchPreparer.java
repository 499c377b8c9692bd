package io.assent.participant.postgres;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.protocol.BranchExecution;
import io.assent.protocol.header.BranchVote;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Phase one on the connection of the branch's own local transaction: opening at its first statement, preparing where the
 * framework would commit. Thread-safe; all state is the context's.
 */
public final class BranchPreparer {

    private static final Logger log = LoggerFactory.getLogger(BranchPreparer.class);

    /**
     * One round trip before the work: waiting for a row lock ends in time, so that two branches that wait for each other,
     * or a repeated call that waits for the rows of the first, do not hold a thread until the decision. It also tells the
     * milliseconds that hold in the session, which makes the round trip needless if they are few enough.
     */
    private static final String OPEN = """
            select (extract(epoch from own::interval) * 1000)::bigint, set_config('lock_timeout', ?, true)
            from (select current_setting('lock_timeout') as own offset 0) session
            """;

    /**
     * True, and from now on so: a vote is a promise. It waits for a standby like any commit, and the warning that says it
     * did not arrives (L1).
     */
    private static final String DURABLE = """
            (current_setting('synchronous_commit') not in ('off', 'local')
                or set_config('synchronous_commit', 'on', true) is not null)
            and (current_setting('client_min_messages') <> 'error'
                or set_config('client_min_messages', 'warning', true) is not null)
            """;

    /** The guard of L7: after a failed statement whose error the application swallowed, this fails with 25P02. */
    private static final String WROTE = "pg_current_xact_id_if_assigned() is not null";

    private static final String GUARD = "select " + WROTE + " and " + DURABLE;

    private static final String MARKER =
            "insert into assent_branch_marker (transaction_id, branch, ref, committed) select ?, ?, ?, true where "
                    + DURABLE;

    /** Guard and marker in one round trip: there is no row unless something was written before. */
    private static final String GUARDED_MARKER = MARKER + " and " + WROTE;

    private final BranchResource resource;
    private final CoordinatorClient coordinator;
    private final Function<GlobalTransactionContext, BranchVote> enlistment;
    private final Duration lockTimeout;
    private final Duration secondCallLockTimeout;

    /** By the driver's connection, milliseconds as it was when first looked at; 0: none. */
    private final Map<Connection, Long> sessionLockTimeouts = Collections.synchronizedMap(new WeakHashMap<>());

    /**
     * @param enlistment the branch as the coordinator is told of it, in the enlisted flow
     * @param lockTimeout the longest wait for a row lock, also limited by what is left of the deadline
     * @param secondCallLockTimeout the same for a call whose transaction has prepared a branch here before
     */
    public BranchPreparer(
            BranchResource resource,
            CoordinatorClient coordinator,
            Function<GlobalTransactionContext, BranchVote> enlistment,
            Duration lockTimeout,
            Duration secondCallLockTimeout) {
        this.resource = resource;
        this.coordinator = coordinator;
        this.enlistment = enlistment;
        this.lockTimeout = lockTimeout;
        this.secondCallLockTimeout = secondCallLockTimeout;
    }

    /**
     * Before the first statement of the branch's local transaction. Sends nothing if the session's own {@code lock_timeout}
     * is as short as it has to be. Should the application set another one for its session later, that is not noticed.
     *
     * @throws SQLException if it cannot be a branch any more
     */
    public void open(Connection connection, GlobalTransactionContext context) throws SQLException {
        if (context.remaining().isZero()) {
            throw refused(context, "the deadline has passed", null);
        }
        Duration longest = context.secondCall() ? secondCallLockTimeout : lockTimeout;
        long millis =
                Math.max(1, Math.min(longest.toMillis(), context.remaining().toMillis()));
        Connection session = session(connection);
        Long known = session == null ? null : sessionLockTimeouts.get(session);
        if (known != null && known > 0 && known <= millis) {
            return;
        }
        try (PreparedStatement set = connection.prepareStatement(OPEN)) {
            set.setString(1, millis + "ms");
            try (ResultSet row = set.executeQuery()) {
                row.next();
                if (session != null) {
                    // Only once: in a later call of the same local transaction it would be what was set for that.
                    sessionLockTimeouts.putIfAbsent(session, row.getLong(1));
                }
            }
        }
    }

    /** The driver's connection; null with a pool that does not show it: what it lends may be another session next time. */
    private static @Nullable Connection session(Connection connection) {
        try {
            return connection.unwrap(Connection.class);
        } catch (SQLException e) {
            return null;
        }
    }

    /**
     * In place of COMMIT. Returns normally if the local transaction is over and well: prepared, or committed because it
     * wrote nothing.
     *
     * @throws SQLException if it is not prepared; the framework rolls back
     */
    void prepareOrCommit(Connection connection, GlobalTransactionContext context) throws SQLException {
        prepareOrCommit(connection, context, OtherResources.NONE);
    }

    /**
     * The same for a branch that has written to other resources, too: they are prepared before this database is, so that what
     * is prepared here is prepared everywhere.
     *
     * @throws SQLException if the branch is not prepared; the framework rolls back
     */
    public void prepareOrCommit(Connection connection, GlobalTransactionContext context, OtherResources others)
            throws SQLException {
        // A reservation is ended as the branch ends, so there has to be one.
        boolean wroteElsewhere = wroteElsewhere(context, others) || context.reservedFor() != null;
        // Writes to several resources need a decision, even when no other service takes part.
        boolean alone = context.initiator() && context.alone() && !wroteElsewhere;
        BranchExecution own = context.own();
        switch (own.commitReached(alone)) {
            case COMMIT -> commit(connection, context, wrote(connection, context));
            case ROLL_BACK -> throw refused(context, String.valueOf(own.rollbackReason()), null);
            case PREPARE -> {
                // Where writing is forbidden, an insert of no row is, too.
                boolean mayHaveWritten = wroteElsewhere || !connection.isReadOnly() || wrote(connection, context);
                if (mayHaveWritten && insertMarker(connection, context, wroteElsewhere)) {
                    prepare(connection, context, others);
                } else {
                    commit(connection, context, false);
                }
            }
        }
    }

    private boolean wroteElsewhere(GlobalTransactionContext context, OtherResources others) throws SQLException {
        try {
            return others.wrote();
        } catch (SQLException e) {
            throw refused(context, guardFailed(e), e);
        }
    }

    /**
     * An ordinary commit, which no coordinator hears of. A: a clean reply. B: the server's answer proves that it failed:
     * rolled back. C: no reply, or one with a warning (L1) and no barrier after it: nobody can tell (R8).
     */
    private void commit(Connection connection, GlobalTransactionContext context, boolean wrote) throws SQLException {
        connection.clearWarnings();
        try {
            connection.commit();
            SQLWarning warning = connection.getWarnings();
            if (warning != null) {
                barrier(context, wrote, warning);
            }
        } catch (SQLException e) {
            if (wrote && !SqlStates.provesRolledBack(e)) {
                context.advance(BranchExecution::commitReplyLost);
                log.warn(
                        "Transaction {}: no clean reply to the COMMIT of the only branch that wrote ({}); whether it"
                                + " committed is not known",
                        context.id(),
                        SqlStates.describe(e));
            }
            throw e;
        }
        context.advance(current -> current.committed(wrote));
    }

    private void barrier(GlobalTransactionContext context, boolean wrote, SQLWarning warning) throws SQLException {
        if (!wrote) {
            return;
        }
        try {
            resource.barrier();
        } catch (BranchResourceException e) {
            SQLException unknown = new SQLException(
                    "The commit of transaction " + context.id() + " is visible, but not known to be durable: "
                            + warning.getMessage(),
                    SqlStates.TRANSACTION_RESOLUTION_UNKNOWN,
                    warning);
            unknown.addSuppressed(e);
            throw unknown;
        }
    }

    private boolean wrote(Connection connection, GlobalTransactionContext context) throws SQLException {
        try {
            return wrote(connection);
        } catch (SQLException e) {
            throw refused(context, guardFailed(e), e);
        }
    }

    /**
     * Whether the local transaction of the connection has written anything. If so, its end waits for a standby.
     *
     * @throws SQLException also if an earlier statement of it has failed (L7)
     */
    public static boolean wrote(Connection connection) throws SQLException {
        try (PreparedStatement guard = connection.prepareStatement(GUARD);
                ResultSet row = guard.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /**
     * Prepares a database that is not the main one of its branch, after {@link #wrote}. Nobody looks when the reply is lost:
     * the vote is no then, and should it have been prepared, the sweep rolls it back.
     *
     * @throws SQLException if it is not known to be prepared durably
     */
    public static void prepareAs(Connection connection, String name) throws SQLException {
        connection.clearWarnings();
        try (Statement statement = connection.createStatement()) {
            statement.execute("prepare transaction '" + name + "'");
            SQLWarning warning = Warnings.after(connection, statement);
            if (warning != null) {
                throw warning;
            }
        }
    }

    private static String guardFailed(SQLException e) {
        return SqlStates.is(e, SqlStates.IN_FAILED_TRANSACTION)
                ? "an earlier statement failed and its error was swallowed (SQLSTATE 25P02)"
                : SqlStates.describe(e);
    }

    private void prepare(Connection connection, GlobalTransactionContext context, OtherResources others)
            throws SQLException {
        if (context.remaining().isZero()) {
            throw refused(context, "the deadline has passed", null);
        }
        if (context.toBeEnlisted()) {
            // Durable before PREPARE: if this process dies in between, the missing vote rolls back.
            CoordinatorClient.EnlistAnswer answer =
                    coordinator.enlist(context.id(), context.token(), enlistment.apply(context), context.remaining());
            if (!answer.enlisted()) {
                throw refused(context, "the branch could not be enlisted: " + answer.detail(), null);
            }
        }
        context.advance(BranchExecution::preparing);
        prepareElsewhere(context, others);
        connection.clearWarnings();
        try (Statement statement = connection.createStatement()) {
            statement.execute("prepare transaction '" + context.ref() + "'");
            SQLWarning warning = Warnings.after(connection, statement);
            if (warning == null) {
                context.advance(BranchExecution::prepared);
            } else {
                look(context, warning);
            }
        } catch (SQLException e) {
            if (SqlStates.provesRolledBack(e)) {
                others.rollBack();
                throw refused(context, "PREPARE TRANSACTION failed: " + SqlStates.describe(e), e);
            }
            look(context, e);
        }
    }

    private static void prepareElsewhere(GlobalTransactionContext context, OtherResources others) throws SQLException {
        try {
            others.prepare();
        } catch (SQLException e) {
            others.rollBack();
            throw refused(context, "another resource could not be prepared: " + SqlStates.describe(e), e);
        }
    }

    /**
     * The reply was lost, or it came with a warning: then the wait for the standby may have been cut off (L1). What counts
     * is what is there, and that it is there to stay. If it is not, or nobody can tell, the vote is no. Should PREPARE still
     * come through in a backend that lives on, the ref is in no commit set, and the sweep rolls it back. The other resources
     * wait for that, too: as long as this one may still be found prepared, they are.
     */
    private void look(GlobalTransactionContext context, SQLException why) throws SQLException {
        context.advance(BranchExecution::replyLost);
        log.warn(
                "Transaction {}, branch {}: no clean reply to PREPARE TRANSACTION ({}); looking before voting",
                context.id(),
                context.branch(),
                SqlStates.describe(why));
        boolean there;
        try {
            there = resource.look(context.id(), context.branch()).isPrepared(context.ref());
            if (there) {
                resource.barrier();
            }
        } catch (BranchResourceException e) {
            why.addSuppressed(e);
            there = false;
        }
        if (!there) {
            context.mayBePrepared();
            throw refused(context, "PREPARE TRANSACTION had no clean reply, and it is not known to be there", why);
        }
        context.advance(BranchExecution::prepared);
    }

    /**
     * @param always also if nothing was written here, since something was elsewhere
     * @return whether it was written; otherwise nothing was, in the whole local transaction
     */
    private static boolean insertMarker(Connection connection, GlobalTransactionContext context, boolean always)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(always ? MARKER : GUARDED_MARKER)) {
            insert.setObject(1, context.id().value());
            insert.setString(2, context.branch().value());
            insert.setString(3, context.ref().value());
            return insert.executeUpdate() > 0;
        } catch (SQLException e) {
            if (SqlStates.is(e, SqlStates.UNIQUE_VIOLATION) || SqlStates.is(e, SqlStates.LOCK_NOT_AVAILABLE)) {
                // Whose row it is, and what vote it stands for, is looked up when this one has been rolled back.
                throw refused(context, "another execution of the branch, or a rollback order, was there first", e);
            }
            if (SqlStates.is(e, SqlStates.IN_FAILED_TRANSACTION)) {
                throw refused(context, guardFailed(e), e);
            }
            if (SqlStates.is(e, SqlStates.READ_ONLY_SQL_TRANSACTION) && !always) {
                throw refused(
                        context,
                        "the local transaction is read-only by the settings of its session: declare it"
                                + " @Transactional(readOnly = true)",
                        e);
            }
            throw refused(context, "the marker row could not be written: " + SqlStates.describe(e), e);
        }
    }

    private static BranchRefusedException refused(
            GlobalTransactionContext context, String reason, @Nullable SQLException cause) {
        context.advance(own -> own.rolledBack(reason).doomed(reason));
        String message = "Transaction " + context.id() + ", branch " + context.branch() + " votes ROLLBACK: " + reason;
        return cause == null ? new BranchRefusedException(message) : new BranchRefusedException(message, cause);
    }
}
