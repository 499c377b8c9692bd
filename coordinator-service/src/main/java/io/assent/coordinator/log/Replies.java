package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import org.jspecify.annotations.Nullable;

/** Short names for what calls on the log end with. */
final class Replies {

    private Replies() {}

    static Reply ok(TransactionRecord transaction, boolean changed) {
        return new Reply(Status.OK, transaction, changed, null);
    }

    static Reply begun(TransactionRecord transaction, boolean changed, @Nullable TransactionToken token) {
        return new Reply(Status.OK, transaction, changed, null, token);
    }

    static Reply there(Status status, TransactionRecord transaction) {
        return new Reply(status, transaction, false, null);
    }

    static Reply nothing(Status status) {
        return new Reply(status, null, false, null);
    }

    static Reply unavailable(@Nullable String detail) {
        return new Reply(Status.UNAVAILABLE, null, false, detail);
    }

    /** Partitions are made long before they are needed: if one is missing, no instance could make it for hours. */
    static Reply noPartition(TransactionId id) {
        return unavailable(
                "the log has no partition for " + id + " yet; why none was made is in the logs of the coordinators");
    }

    /** See RingAgreement. */
    static Reply otherLog(TransactionId id) {
        return unavailable(otherLogMayHave(id));
    }

    static String otherLogMayHave(TransactionId id) {
        return "transaction " + id + " was made after a log was added that this instance is not configured with";
    }

    static Reply held() {
        return new Reply(
                Status.HELD,
                null,
                false,
                "the decision log was restored and may have lost what was decided; the transaction is held until an"
                        + " operator ends the hold");
    }

    static Reply unreadable(@Nullable String detail) {
        return new Reply(Status.UNREADABLE, null, false, detail);
    }

    static Reply indeterminate(@Nullable String detail) {
        return new Reply(Status.INDETERMINATE, null, false, detail);
    }
}
