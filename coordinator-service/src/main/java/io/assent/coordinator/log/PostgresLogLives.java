package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.FieldNames;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The lives of the log, as its tables tell them. */
final class PostgresLogLives implements LogLives {

    private static final Logger log = LoggerFactory.getLogger(PostgresLogLives.class);

    private final PostgresDecisionLog decisions;
    private final DataSource pool;
    private final ConnectionVerifier verifier;

    /** @param pool of verified connections */
    PostgresLogLives(PostgresDecisionLog decisions, DataSource pool, ConnectionVerifier verifier) {
        this.decisions = decisions;
        this.pool = pool;
        this.verifier = verifier;
    }

    @Override
    public List<Epoch> epochs() {
        return with(connection -> {
            List<Epoch> epochs = new ArrayList<>();
            try (Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("select * from assent_log_epoch order by epoch desc limit 1000")) {
                while (row.next()) {
                    epochs.add(new Epoch(
                            row.getInt("epoch"),
                            String.valueOf(row.getString("system_identifier")),
                            row.getLong("timeline"),
                            Rows.mandatory(Rows.instant(row, "started_at")),
                            String.valueOf(row.getString("evidence")),
                            row.getBoolean("ambiguous"),
                            Rows.instant(row, "known_until"),
                            Rows.instant(row, "held_from"),
                            Rows.instant(row, "held_until"),
                            Rows.instant(row, "ended_at"),
                            row.getString("ended_because")));
                }
            }
            return epochs;
        });
    }

    @Override
    public int restored(String reason) {
        return with(connection -> {
            int epoch = verifier.epochs().restored(connection, systemIdentifier(connection), reason);
            log.warn("An operator says that the decision log was restored: {}. Epoch {} begins.", reason, epoch);
            return epoch;
        });
    }

    @Override
    public boolean endHold(int epoch, String reason) {
        return with(connection -> {
            boolean ended = LogEpochs.end(connection, epoch, reason);
            if (ended) {
                log.warn("An operator ended the hold of epoch {} of the decision log: {}.", epoch, reason);
            }
            return ended;
        });
    }

    @Override
    public CompletionStage<Reply> settle(TransactionId id, Decision decision, List<Branch> branches, String reason) {
        return decisions.settle(id, decision, branches, reason).thenApply(reply -> {
            log.atWarn()
                    .addKeyValue(FieldNames.TRANSACTION, id)
                    .log(
                            "An operator decided {} for the held transaction {}: {} ({}).",
                            decision,
                            id,
                            reason,
                            reply.status());
            return reply;
        });
    }

    private static String systemIdentifier(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select system_identifier::text from pg_control_system()")) {
            row.next();
            return String.valueOf(row.getString(1));
        }
    }

    /** In one transaction, whose commit tells what it was worth (L1). */
    private <T> T with(Work<T> work) {
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            T result = work.in(connection);
            connection.clearWarnings();
            connection.commit();
            String warning = Warnings.after(connection);
            if (warning != null) {
                throw new SQLException(warning);
            }
            return result;
        } catch (SQLException e) {
            throw new UnavailableException(e);
        }
    }

    private interface Work<T> {

        T in(Connection connection) throws SQLException;
    }
}
