package io.assent.coordinator.reconciliation;

import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One transaction about which a person has to say something.
 *
 * @param log what the log shows of it
 * @param detail what to do, for people
 * @param proposal the decision that fits what participants show; null if none does
 * @param certain whether the proposal follows from what every participant shows; else somebody has to be asked first
 * @param branches what participants show
 */
public record Finding(
        TransactionId transaction,
        Shown log,
        Kind kind,
        String detail,
        @Nullable Proposal proposal,
        boolean certain,
        List<SeenBranch> branches) {

    /** What the log shows of a transaction. */
    public enum Shown {
        ABSENT,
        UNDECIDED,
        COMMIT,
        ROLLBACK
    }

    /** What was found. */
    public enum Kind {
        /** A participant has committed it: COMMIT was decided, and some orders had arrived. */
        WAS_COMMITTED,
        /** A participant has rolled it back, and none has committed it. */
        WAS_ROLLED_BACK,
        /** Every participant that shows it is in doubt. */
        IN_DOUBT,
        /** Participants contradict each other or the log: the data has to be looked at. */
        CONTRADICTION
    }

    /**
     * A decision, and the executions it is for.
     *
     * @param branches those with a ref; empty if none has one
     */
    public record Proposal(Decision decision, List<SeenBranch> branches) {}
}
