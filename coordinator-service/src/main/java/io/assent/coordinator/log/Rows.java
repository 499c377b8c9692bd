package io.assent.coordinator.log;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads rows of {@code assent_transaction}. */
final class Rows {

    /** Of the table under the name {@code t}. */
    static final String COLUMNS = """
            t.id, t.name, t.begun, t.created_at, t.deadline, t.closed_at, t.expected, t.verdict, t.nonce, t.confirmed, \
            t.decided_at, t.reason, t.branches, t.asked, t.outcome, t.completed_at, t.attempts, t.next_attempt_at, \
            t.changed_at, t.resolution, t.owner""";

    private Rows() {}

    /** As it was read: a decision in it may be told only if it is marked confirmed (R4). */
    static TransactionRecord read(ResultSet row) throws SQLException {
        return record(row, row.getBoolean("confirmed"));
    }

    /** As a write returned it that turned out clean: the decision in it may be told (R4). */
    static TransactionRecord written(ResultSet row) throws SQLException {
        return record(row, row.getString("verdict") != null);
    }

    private static TransactionRecord record(ResultSet row, boolean confirmed) throws SQLException {
        String expected = row.getString("expected");
        Decision decision = constant(Decision.class, row.getString("verdict"));
        Instant decidedAt = instant(row, "decided_at");
        List<Branch> branches = BranchJson.read(row.getString("branches"), decision, decidedAt);
        return new TransactionRecord(
                id(row),
                row.getString("name"),
                row.getBoolean("begun"),
                mandatory(instant(row, "created_at")),
                instant(row, "deadline"),
                instant(row, "closed_at"),
                expected == null ? null : BranchJson.readExpected(expected),
                decision,
                confirmed,
                decidedAt,
                row.getString("reason"),
                branches,
                row.getInt("asked"),
                constant(Outcome.class, row.getString("outcome")),
                instant(row, "completed_at"),
                row.getInt("attempts"),
                instant(row, "next_attempt_at"),
                mandatory(instant(row, "changed_at")),
                row.getString("resolution"),
                row.getString("owner"));
    }

    static TransactionId id(ResultSet row) throws SQLException {
        UUID id = row.getObject("id", UUID.class);
        try {
            return new TransactionId(id);
        } catch (IllegalArgumentException e) {
            throw new UnreadableRowException("its id is not one of ours: " + id, e);
        }
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime value = row.getObject(column, OffsetDateTime.class);
        return value == null ? null : value.toInstant();
    }

    static Instant mandatory(@Nullable Instant value) {
        if (value == null) {
            throw new IllegalStateException("null in a column that is declared not null");
        }
        return value;
    }

    private static <E extends Enum<E>> @Nullable E constant(Class<E> type, @Nullable String name) {
        try {
            return name == null ? null : Enum.valueOf(type, name);
        } catch (IllegalArgumentException e) {
            throw new UnreadableRowException("unknown " + type.getSimpleName() + " " + name, e);
        }
    }
}
