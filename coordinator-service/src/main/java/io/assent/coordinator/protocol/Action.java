package io.assent.coordinator.protocol;

import io.assent.protocol.Decision;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Something that the protocol wants done. The engine does it and reports what came of it as an event. */
public sealed interface Action {

    /** Close a begun transaction for enlisting; reported by {@code closed}. Durable before any vote is asked for. */
    record Close(@Nullable List<ExpectedBranch> expected) implements Action {}

    /** Ask a branch for its vote; reported by {@code voted} or {@code voteUnknown}. */
    record AskVote(Branch branch) implements Action {}

    /**
     * Propose a decision to the log; reported by {@code decided}, {@code decisionIndeterminate},
     * {@code proposalConflicted} or {@code notWritten}.
     *
     * @param cause why ROLLBACK is proposed; null with COMMIT
     */
    record Propose(
            Decision decision,
            List<Branch> branches,
            @Nullable RollbackCause cause,
            @Nullable String reason) implements Action {}

    /** Send the last proposal again, unchanged, after a while (L3). */
    record ProposeAgain() implements Action {}

    /** Order the end of a branch; reported by {@code reported} or {@code orderFailed}. */
    record Order(Branch branch, Decision decision) implements Action {}

    /** Remember executions that a losing request named, so that any instance delivers to them. */
    record Adopt(List<Branch> branches) implements Action {}

    /** A branch has ended as ordered. */
    record Acknowledged(Branch branch) implements Action {}

    /**
     * A branch did not acknowledge: record that, and order again later; reported by {@code redeliveryDue}.
     *
     * @param slowly it ended against the decision, so that haste does not help
     */
    record Redeliver(Branch branch, boolean slowly) implements Action {}

    /** A branch ended against the decision: a person is needed (R7). */
    record ReportHeuristic(Branch branch) implements Action {}

    /** Record that every branch has ended. Nobody waits for it: the facts were heard. */
    record RecordCompletion() implements Action {}

    /** Tell those who wait what is known now. */
    record Tell() implements Action {}
}
