package io.assent.participant.own;

import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.WorkEnd;
import io.assent.participant.protocol.BranchPhase;
import io.assent.protocol.BranchState;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Phase one in the application's own log, when the work of a call, or of an initiator, has ended. Thread-safe. */
public final class OwnLogWork implements WorkEnd {

    private static final Logger log = LoggerFactory.getLogger(OwnLogWork.class);

    private final OwnLog own;
    private final CoordinatorClient coordinator;
    private final Function<GlobalTransactionContext, BranchVote> enlistment;
    private final Duration wait;

    /**
     * @param enlistment the branch as the coordinator is told of it, in the enlisted flow
     * @param wait how long a call waits for another one, or for an order, that is at work on the same branch
     */
    public OwnLogWork(
            OwnLog own,
            CoordinatorClient coordinator,
            Function<GlobalTransactionContext, BranchVote> enlistment,
            Duration wait) {
        this.own = own;
        this.coordinator = coordinator;
        this.enlistment = enlistment;
        this.wait = wait;
    }

    @Override
    public @Nullable String end(GlobalTransactionContext context) {
        if (context.own().phase() != BranchPhase.WORKING) {
            return null;
        }
        // What the application calls from its log is no part of the transaction: nobody would gather its vote.
        GlobalTransactionContext current = CurrentTransaction.get();
        CurrentTransaction.clear();
        try {
            return endOutside(context);
        } finally {
            if (current != null) {
                CurrentTransaction.set(current);
            }
        }
    }

    private @Nullable String endOutside(GlobalTransactionContext context) {
        context.endCalls();
        String failure = failureOf(context);
        if (failure != null) {
            rolledBack(context, failure);
            drop(context);
            return null;
        }
        String refusal = prepare(context);
        if (refusal != null) {
            rolledBack(context, refusal);
        }
        return refusal;
    }

    /** An exception that the application has turned into an answer counts: there is no local transaction that would have seen it. */
    private static @Nullable String failureOf(GlobalTransactionContext context) {
        String reason = context.rollbackReason();
        return reason != null || context.initiator() ? reason : context.failure();
    }

    private static void rolledBack(GlobalTransactionContext context, String reason) {
        context.advance(branch -> branch.rolledBack(reason).doomed(reason));
    }

    private @Nullable String prepare(GlobalTransactionContext context) {
        if (context.remaining().isZero()) {
            drop(context);
            return "the deadline has passed";
        }
        if (context.toBeEnlisted()) {
            // Durable before prepare: if this process dies in between, the missing vote rolls back.
            CoordinatorClient.EnlistAnswer answer =
                    coordinator.enlist(context.id(), context.token(), enlistment.apply(context), context.remaining());
            if (!answer.enlisted()) {
                drop(context);
                return "the branch could not be enlisted: " + answer.detail();
            }
        }
        Duration longest = context.remaining().compareTo(wait) < 0 ? context.remaining() : wait;
        try (BranchLocks.Held held = own.take(context.id(), context.branch(), longest)) {
            return prepareAlone(context);
        } catch (BranchLocks.BusyException e) {
            drop(context);
            return e.getMessage();
        }
    }

    /** Nobody else in this process is at work on the branch. */
    private @Nullable String prepareAlone(GlobalTransactionContext context) {
        Vote vote;
        try {
            if (own.record(context.id(), context.branch()).isPresent()) {
                // Whose record it is, and what vote it stands for, is looked up afterwards.
                dropAlone(context);
                return "another execution of the branch, or a rollback order, was there first";
            }
            vote = own.prepare(context.id(), context.branch(), context.ref());
            if (vote == Vote.READ_ONLY) {
                context.advance(branch -> branch.committed(false));
                return null;
            }
            if (vote == Vote.PREPARED && isPrepared(context)) {
                context.advance(branch -> branch.preparing().prepared());
                return null;
            }
        } catch (Throwable e) {
            log.warn("Transaction {}, branch {}: prepare failed, votes ROLLBACK", context.id(), context.branch(), e);
            dropUnlessAsked(context);
            if (e instanceof InterruptedException) {
                // Afterwards: an interrupted thread may not be able to use the log.
                Thread.currentThread().interrupt();
            }
            return "prepare failed with " + describe(e);
        }
        dropUnlessAsked(context);
        if (vote == Vote.ROLLBACK) {
            return "the participant refused to prepare";
        }
        log.error(
                "Transaction {}, branch {}: prepare returned {}, and the participant's log shows no record PREPARED of {};"
                        + " votes ROLLBACK",
                context.id(),
                context.branch(),
                vote,
                context.ref());
        return "prepare returned " + vote + ", and the log does not show the branch as prepared";
    }

    private boolean isPrepared(GlobalTransactionContext context) {
        return OwnLog.is(own.record(context.id(), context.branch()), BranchState.PREPARED, context.ref());
    }

    /**
     * After a prepare without a yes, which may have been written nevertheless. Collected: nobody has heard a vote, so it may
     * roll back alone (R5). Enlisted: another process may have shown the record to the coordinator already; what is prepared
     * stays, and an order or the sweep ends it. Its ref is in no commit set unless the coordinator has heard a yes.
     */
    private void dropUnlessAsked(GlobalTransactionContext context) {
        try {
            if (!context.collect() && isPrepared(context)) {
                log.warn(
                        "Transaction {}, branch {}: votes ROLLBACK, and is prepared; an order or the sweep ends it",
                        context.id(),
                        context.branch());
                return;
            }
        } catch (BranchResourceException e) {
            log.warn(
                    "Transaction {}, branch {}: votes ROLLBACK, and whether it is prepared cannot be told; an order or the"
                            + " sweep ends it then: {}",
                    context.id(),
                    context.branch(),
                    e.getMessage());
            return;
        }
        dropAlone(context);
    }

    private void drop(GlobalTransactionContext context) {
        try (BranchLocks.Held held = own.take(context.id(), context.branch(), wait)) {
            dropAlone(context);
        } catch (BranchLocks.BusyException e) {
            log.warn(
                    "Transaction {}, branch {}: what {} has kept aside could not be dropped: {}",
                    context.id(),
                    context.branch(),
                    context.ref(),
                    e.getMessage());
        }
    }

    private void dropAlone(GlobalTransactionContext context) {
        try {
            own.rollback(context.id(), context.branch(), context.ref());
        } catch (BranchResourceException e) {
            log.warn(
                    "Transaction {}, branch {}: votes ROLLBACK, and what it has kept aside could not be dropped: {}",
                    context.id(),
                    context.branch(),
                    e.getMessage());
        }
    }

    private static String describe(Throwable e) {
        String message = e.getMessage();
        return e.getClass().getSimpleName() + (message == null ? "" : ": " + message);
    }
}
