package io.assent.chaos.simulation;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.postgres.BranchConnections;
import io.assent.participant.protocol.BranchExecution;
import io.assent.participant.protocol.BranchPhase;
import io.assent.protocol.BranchRef;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * What Spring and the starter's synchronization do around the branch's own transaction, in the same order: begin, the
 * application's statements, commit or rollback, and what is concluded from its end.
 */
final class LocalTransaction {

    private final GlobalTransactionContext context;
    private final Connection connection;
    private boolean over;

    private LocalTransaction(GlobalTransactionContext context, Connection connection) {
        this.context = context;
        this.connection = connection;
    }

    GlobalTransactionContext context() {
        return context;
    }

    static LocalTransaction begin(GlobalTransactionContext context, BranchConnections connections, Connection raw)
            throws SQLException {
        context.advance(BranchExecution::transactionBegun);
        CurrentTransaction.set(context);
        Connection connection = connections.wrap(raw);
        connection.setAutoCommit(false);
        return new LocalTransaction(context, connection);
    }

    void debit(String account, long amount) throws SQLException {
        CurrentTransaction.set(context);
        try (PreparedStatement update = connection.prepareStatement(ModelPostgres.DEBIT)) {
            update.setLong(1, amount);
            update.setString(2, account);
            update.executeUpdate();
        }
    }

    /** @param ref of the call: in a branch that is held open there may be several */
    void enter(BranchRef ref, String account, long amount) throws SQLException {
        CurrentTransaction.set(context);
        try (PreparedStatement insert = connection.prepareStatement(ModelPostgres.ENTRY)) {
            insert.setString(1, ref.value());
            insert.setString(2, account);
            insert.setLong(3, amount);
            insert.executeUpdate();
        }
    }

    /** A statement fails, and the application goes on as if it had not. */
    void failAndSwallow() {
        CurrentTransaction.set(context);
        try (PreparedStatement insert = connection.prepareStatement(ModelPostgres.ENTRY)) {
            insert.setString(1, context.ref().value());
            insert.setString(2, null);
            insert.setLong(3, 0);
            insert.executeUpdate();
        } catch (SQLException swallowed) {
            // That is the point of it.
        }
    }

    void useTemporaryTable() throws SQLException {
        CurrentTransaction.set(context);
        try (PreparedStatement create = connection.prepareStatement(ModelPostgres.TEMPORARY)) {
            create.execute();
        }
    }

    void read(String account) throws SQLException {
        CurrentTransaction.set(context);
        try (PreparedStatement select = connection.prepareStatement(ModelPostgres.BALANCE)) {
            select.setString(1, account);
            select.executeQuery();
        }
    }

    /** @throws SQLException if it did not commit, or was not prepared */
    void commit() throws SQLException {
        CurrentTransaction.set(context);
        if (context.initiator()) {
            context.endCalls();
        }
        if (context.rollbackReason() != null) {
            rollback();
            return;
        }
        context.committing(true);
        boolean committed = false;
        try {
            connection.commit();
            committed = true;
        } finally {
            context.committing(false);
            if (!committed) {
                rolledBack();
            }
            release();
        }
    }

    void rollback() {
        if (over) {
            return;
        }
        try {
            connection.rollback();
        } catch (SQLException broken) {
            // Then the server has rolled it back.
        } finally {
            rolledBack();
            release();
        }
    }

    private void rolledBack() {
        BranchPhase phase = context.own().phase();
        if (phase != BranchPhase.ROLLED_BACK && phase != BranchPhase.COMMIT_UNKNOWN) {
            context.advance(
                    own -> own.rolledBack(BranchExecution.BY_THE_FRAMEWORK).doomed(BranchExecution.BY_THE_FRAMEWORK));
        }
    }

    /** As the pool does: autocommit on, which commits what is left, and back. */
    private void release() {
        over = true;
        try {
            connection.setAutoCommit(true);
            connection.close();
        } catch (SQLException broken) {
            // A broken connection is thrown away.
        }
    }
}
