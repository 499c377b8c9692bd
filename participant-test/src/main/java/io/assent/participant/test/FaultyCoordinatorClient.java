package io.assent.participant.test;

import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.participant.test.AssentFaults.Point;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.header.BranchVote;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The way to the coordinator, on which requests and answers get lost when the test says so. */
final class FaultyCoordinatorClient implements CoordinatorClient {

    private static final String LOST = "the test lets the request or its answer be lost";

    private final CoordinatorClient real;
    private final AssentFaults faults;
    private final Consumer<TransactionId> asked;

    /** @param asked hears of every transaction that a decision is asked for */
    FaultyCoordinatorClient(CoordinatorClient real, AssentFaults faults, Consumer<TransactionId> asked) {
        this.real = real;
        this.faults = faults;
        this.asked = asked;
    }

    @Override
    public CommitAnswer commit(CommitOrder order) {
        asked.accept(order.transaction());
        CommitAnswer unknown = new CommitAnswer(Told.UNKNOWN, LOST, false);
        if (lost(Point.COMMIT_REQUEST_LOST)) {
            return unknown;
        }
        CommitAnswer answer = real.commit(order);
        return faults.strikes(Point.COMMIT_ANSWER_LOST) ? unknown : answer;
    }

    @Override
    public RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> branches) {
        asked.accept(transaction);
        return lost(Point.ROLLBACK_REQUEST_LOST)
                ? new RollbackAnswer(Told.UNKNOWN, LOST)
                : real.rollback(transaction, reason, branches);
    }

    @Override
    public EnlistAnswer enlist(
            TransactionId transaction, @Nullable TransactionToken token, BranchVote branch, Duration within) {
        return lost(Point.ENLIST_REQUEST_LOST)
                ? new EnlistAnswer(false, LOST)
                : real.enlist(transaction, token, branch, within);
    }

    @Override
    public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches) {
        return lost(Point.INQUIRY_LOST) ? Map.of() : real.inquire(branches);
    }

    private boolean lost(Point point) {
        return faults.strikes(point) || faults.strikes(Point.COORDINATOR_UNREACHABLE);
    }
}
