package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import org.jspecify.annotations.Nullable;

/**
 * What a caller is told.
 *
 * @param result what came of the request
 * @param id the transaction
 * @param transaction as it may be shown: a decision that may not be told (R4) is not in it; null where there is none
 * @param detail for people
 * @param token of the transaction, for whoever has begun it; null with every other answer
 */
public record Answer(
        Result result,
        TransactionId id,
        @Nullable TransactionRecord transaction,
        @Nullable String detail,
        @Nullable TransactionToken token) {

    /** What every call but begin is answered. */
    public Answer(Result result, TransactionId id, @Nullable TransactionRecord transaction, @Nullable String detail) {
        this(result, id, transaction, detail, null);
    }

    /** What came of a request; the web adapter gives each an HTTP status and, where it is an error, a problem type. */
    public enum Result {
        /** Begun or enlisted, by this request or (begin) an equal one before it: 201. */
        CREATED,
        /** It is as asked, or is shown: 200. */
        OK,
        /** Decided as asked and every branch has ended: 200. */
        COMPLETE,
        /** Decided as asked, orders are outstanding: 202. */
        PENDING,
        /** A commit was asked for and ROLLBACK stands: 409 transaction-rolled-back. */
        ROLLED_BACK,
        /** A rollback was asked for and COMMIT stands: 409 decision-final. */
        COMMITTED,
        /** COMMIT stands with another branch set: 409 branch-set-conflict. */
        SET_CONFLICT,
        /** Begin with other content: 409 transaction-conflict. */
        TRANSACTION_CONFLICT,
        /** Enlist with other content: 409 branch-conflict. */
        BRANCH_CONFLICT,
        /** Enlist too late: 409 transaction-closed. */
        CLOSED,
        /** Too many branches: 422 branch-limit. */
        BRANCH_LIMIT,
        /** 400 participant-not-allowed; nothing was written. */
        NOT_ALLOWED,
        /** 400 invalid-value: the id lies in the future. */
        IN_FUTURE,
        /** 404 transaction-not-found. */
        NOT_FOUND,
        /** 410 transaction-too-old. */
        TOO_OLD,
        /** 503 outcome-unknown: ask again with this id. */
        UNKNOWN,
        /** 503 outcome-unknown: the log was restored and may have lost the decision; a person has to end the hold. */
        HELD,
        /** 503 decision-log-unavailable: nothing was written. */
        UNAVAILABLE,
        /** 503 overloaded: this request has decided nothing; ask again. */
        OVERLOADED
    }
}
