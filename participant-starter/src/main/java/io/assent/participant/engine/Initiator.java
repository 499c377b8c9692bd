package io.assent.participant.engine;

import io.assent.participant.protocol.BranchPhase;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions that this process starts (collected flow): makes the id, and when the work is over turns the votes into
 * one request. Framework-free: whoever calls it runs the work and the local transaction in between.
 */
public final class Initiator {

    private static final Logger log = LoggerFactory.getLogger(Initiator.class);

    private final BranchService branches;
    private final CoordinatorClient coordinator;
    private final ParticipantDirectory directory;
    private final BranchService.Runtime runtime;
    private final WorkEnd workEnd;

    public Initiator(
            BranchService branches,
            CoordinatorClient coordinator,
            ParticipantDirectory directory,
            BranchService.Runtime runtime) {
        this(branches, coordinator, directory, runtime, WorkEnd.NONE);
    }

    /** @param workEnd what prepares the own branch, where no local transaction does */
    public Initiator(
            BranchService branches,
            CoordinatorClient coordinator,
            ParticipantDirectory directory,
            BranchService.Runtime runtime,
            WorkEnd workEnd) {
        this.branches = branches;
        this.coordinator = coordinator;
        this.directory = directory;
        this.runtime = runtime;
        this.workEnd = workEnd;
    }

    /** Starts a transaction. No call to the coordinator: it hears of it with the commit request. */
    public GlobalTransactionContext begin(Duration timeout) {
        TransactionId id = TransactionId.create(runtime.clock().instant(), runtime.random());
        return branches.initiate(id, timeout, directory);
    }

    /**
     * The work and the local transaction ended well: asks for the commit if anybody needs one.
     *
     * @return COMMITTED also when no decision was needed
     */
    public CoordinatorClient.CommitAnswer commit(GlobalTransactionContext context, String name) {
        context.endCalls();
        workEnd.end(context);
        String reason = context.rollbackReason();
        if (reason != null) {
            if (context.own().phase() == BranchPhase.COMMITTED_LOCALLY) {
                // The own branch committed because nobody else had written; what doomed the rest came after that.
                log.error("Transaction {}: the own branch had committed locally before this: {}", context.id(), reason);
            }
            rollback(context, reason);
            return new CoordinatorClient.CommitAnswer(CoordinatorClient.Told.ROLLED_BACK, reason, true);
        }
        List<BranchVote> all = branches.votes(context);
        if (all.stream().allMatch(vote -> vote.vote() == Vote.READ_ONLY)) {
            branches.end(context);
            return new CoordinatorClient.CommitAnswer(
                    CoordinatorClient.Told.COMMITTED, "nobody else had written", false);
        }
        // From here on an order may arrive for the own branch, too.
        branches.end(context);
        return coordinator.commit(new CoordinatorClient.CommitOrder(
                context.id(), name, context.deadline(), named(all, prepared(context))));
    }

    /** The work failed, or the transaction is rollback-only. The own local transaction has been rolled back. */
    public void rollback(GlobalTransactionContext context, String reason) {
        context.setRollbackOnly(reason);
        workEnd.end(context);
        // Also when it is rolled back below: should that fail, the order reaches it.
        boolean ownPrepared = prepared(context);
        List<BranchVote> all = branches.votes(context);
        branches.end(context);
        if (context.calledNobody()) {
            return;
        }
        CoordinatorClient.RollbackAnswer answer = coordinator.rollback(context.id(), reason, named(all, ownPrepared));
        switch (answer.told()) {
            case ROLLED_BACK -> log.info("Transaction {} rolled back: {}", context.id(), reason);
            case COMMITTED ->
                log.error(
                        "Transaction {}: {} stands although its initiator rolled back ({}); tell the maintainers",
                        context.id(),
                        Decision.COMMIT,
                        reason);
            case UNKNOWN ->
                log.warn(
                        "Transaction {} rolls back ({}), but no coordinator took the order ({}). Its branches end by"
                                + " themselves after the deadline, {}.",
                        context.id(),
                        reason,
                        answer.detail(),
                        context.deadline());
        }
    }

    /** What became of the only branch that wrote is not known, and nobody is told anything. */
    public void leave(GlobalTransactionContext context) {
        branches.end(context);
    }

    private static boolean prepared(GlobalTransactionContext context) {
        return context.own().phase() == BranchPhase.PREPARED;
    }

    /** An own branch that is over or wrote nothing is left out: nobody has to give it an order. */
    private static List<BranchVote> named(List<BranchVote> all, boolean ownPrepared) {
        return ownPrepared ? all : all.subList(1, all.size());
    }
}
