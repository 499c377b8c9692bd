package io.assent.coordinator.log;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.hibernate.annotations.Immutable;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A row as search sees it. Never written through here: only explicit SQL writes the log. */
@Entity
@Immutable
@Table(name = "assent_transaction")
class TransactionEntity {

    @Id
    private UUID id;

    private @Nullable String name;
    private boolean begun;

    @Column(name = "created_at")
    private Instant createdAt;

    private @Nullable Instant deadline;

    @Column(name = "closed_at")
    private @Nullable Instant closedAt;

    @JdbcTypeCode(SqlTypes.LONGVARCHAR)
    private @Nullable String expected;

    @Enumerated(EnumType.STRING)
    private @Nullable Decision verdict;

    private boolean confirmed;

    @Column(name = "decided_at")
    private @Nullable Instant decidedAt;

    private @Nullable String reason;

    @JdbcTypeCode(SqlTypes.LONGVARCHAR)
    private String branches;

    private int asked;

    @Enumerated(EnumType.STRING)
    private @Nullable Outcome outcome;

    @Column(name = "completed_at")
    private @Nullable Instant completedAt;

    private int attempts;

    @Column(name = "next_attempt_at")
    private @Nullable Instant nextAttemptAt;

    @Column(name = "changed_at")
    private Instant changedAt;

    private @Nullable String resolution;
    private @Nullable String owner;

    /** For Hibernate, which sets every field. */
    @SuppressWarnings("NullAway.Init")
    protected TransactionEntity() {}

    UUID id() {
        return id;
    }

    /**
     * As it may be shown: a decision that is not confirmed is left out, and all that would give it away (R4). What is left
     * is a transaction that was closed and is not decided: PREPARING.
     *
     * @throws UnreadableRowException if the row is damaged
     */
    TransactionRecord shown() {
        boolean told = verdict != null && confirmed;
        boolean hidden = verdict != null && !confirmed;
        List<Branch> all = BranchJson.read(branches, told ? verdict : null, decidedAt);
        Instant closed = closedAt;
        return new TransactionRecord(
                transactionId(),
                name,
                begun,
                createdAt,
                deadline,
                closed == null && hidden ? decidedAt : closed,
                expected == null ? null : BranchJson.readExpected(expected),
                told ? verdict : null,
                told,
                told ? decidedAt : null,
                told ? reason : null,
                all,
                asked,
                told ? outcome : null,
                told ? completedAt : null,
                attempts,
                nextAttemptAt,
                changedAt,
                told ? resolution : null,
                owner);
    }

    private TransactionId transactionId() {
        try {
            return new TransactionId(id);
        } catch (IllegalArgumentException e) {
            throw new UnreadableRowException("its id is not one of ours", e);
        }
    }
}
