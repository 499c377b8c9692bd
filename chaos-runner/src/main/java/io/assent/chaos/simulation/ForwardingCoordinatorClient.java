package io.assent.chaos.simulation;

import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.header.BranchVote;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Passes every call on; what a wrong twin starts from. */
class ForwardingCoordinatorClient implements CoordinatorClient {

    private final CoordinatorClient real;

    ForwardingCoordinatorClient(CoordinatorClient real) {
        this.real = real;
    }

    @Override
    public CommitAnswer commit(CommitOrder order) {
        return real.commit(order);
    }

    @Override
    public RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> branches) {
        return real.rollback(transaction, reason, branches);
    }

    @Override
    public EnlistAnswer enlist(
            TransactionId transaction, @Nullable TransactionToken token, BranchVote branch, Duration within) {
        return real.enlist(transaction, token, branch, within);
    }

    @Override
    public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches) {
        return real.inquire(branches);
    }
}
