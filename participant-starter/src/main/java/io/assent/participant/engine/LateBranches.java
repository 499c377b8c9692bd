package io.assent.participant.engine;

import io.assent.participant.protocol.BranchExecution;
import io.assent.participant.protocol.BranchPhase;
import io.assent.participant.protocol.DuplicateBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Late prepare: branches whose local transaction stays open between calls, until the coordinator asks for the vote. One
 * per global transaction: the first call opens it, and later calls of the same transaction to this process work in it. These
 * say READ_ONLY for themselves, since what they wrote stands and falls with the branch of the first.
 *
 * <p>An open branch has promised nothing. It rolls back alone (R5) when its deadline passes, when nobody calls for too
 * long, when a call in it fails, or with this process; whoever asks for its vote then hears ROLLBACK. Thread-safe; starts no
 * threads.
 */
public final class LateBranches {

    private static final Logger log = LoggerFactory.getLogger(LateBranches.class);

    /** How often somebody looks whether a branch that another thread works on is free. */
    private static final Duration LOOK_INTERVAL = Duration.ofMillis(10);

    /** Of how many branches that turned out to have written nothing the vote is remembered, for a repeated question. */
    private static final int MAX_READ_ONLY = 10_000;

    private final HeldTransaction.Source source;
    private final Settings settings;
    private final BranchService.Runtime runtime;
    private final Map<TransactionId, Open> open = new LinkedHashMap<>();
    private final Set<BranchRef> readOnly = Collections.newSetFromMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<BranchRef, Boolean> eldest) {
            return size() > MAX_READ_ONLY;
        }
    });

    /**
     * Bounds.
     *
     * @param maxOpen how many branches may be open at once; each keeps a connection
     * @param maxIdle how long one stays open while nobody calls or asks
     * @param maxWait how long a call waits while another one works in the same branch, also limited by the deadline
     */
    public record Settings(int maxOpen, Duration maxIdle, Duration maxWait) {}

    /** A call that was not let in: it has done nothing, and its transaction rolls back. */
    public static final class RefusedException extends RuntimeException {

        RefusedException(String message) {
            super(message);
        }
    }

    /** Guarded by the monitor of the whole; whoever has set {@code busy} has the local transaction to himself. */
    private static final class Open {

        private final GlobalTransactionContext first;
        private final Map<BranchId, DuplicateBranch> answered = new HashMap<>();
        private boolean busy = true;
        private @Nullable GlobalTransactionContext call;
        private Instant idleSince;
        /** Null until it has begun. */
        private @Nullable HeldTransaction local;

        Open(GlobalTransactionContext first, Instant now) {
            this.first = first;
            this.call = first;
            this.idleSince = now;
        }

        HeldTransaction local() {
            if (local == null) {
                throw new IllegalStateException("not begun");
            }
            return local;
        }
    }

    public LateBranches(HeldTransaction.Source source, Settings settings, BranchService.Runtime runtime) {
        this.source = source;
        this.settings = settings;
        this.runtime = runtime;
    }

    /** How many are open. */
    public synchronized int count() {
        return open.size();
    }

    /** Whether calls of this transaction work in an open branch here. */
    public synchronized boolean isOpen(TransactionId transaction) {
        return open.containsKey(transaction);
    }

    /**
     * A call begins: from here on the current thread works in the branch. If the call repeats one that has worked, the
     * context learns that, and nothing else happens. Nothing happens either if the call comes from below the one that works
     * in the branch now: that one waits for it, so it prepares early, as a branch of its own.
     *
     * @throws RefusedException if there is no room, or another call works in the branch for too long
     * @throws RuntimeException if the local transaction could not begin
     */
    public void enter(GlobalTransactionContext call) {
        Open branch = take(call);
        if (branch == null) {
            return;
        }
        if (branch.first == call) {
            try {
                branch.local = source.begin();
            } catch (RuntimeException | Error e) {
                remove(branch);
                throw e;
            }
            return;
        }
        try {
            branch.local().resume(call);
        } catch (RuntimeException | Error e) {
            String reason = "the open local transaction could not be resumed: " + e.getMessage();
            end(branch, reason);
            call.setRollbackOnly(reason);
            throw e;
        }
    }

    /** The vote of a call that works in an open branch: PENDING if it opened it, else READ_ONLY. Null for all others. */
    synchronized @Nullable Vote voteOf(GlobalTransactionContext call) {
        Open branch = working(call);
        if (branch == null) {
            return null;
        }
        return branch.first == call ? Vote.PENDING : Vote.READ_ONLY;
    }

    /** The context of the branch that the work of this call belongs to: the first call's if it works in an open one, else its own. */
    public synchronized GlobalTransactionContext branchOf(GlobalTransactionContext call) {
        Open branch = working(call);
        return branch == null ? call : branch.first;
    }

    /** Whether a call works in an open branch. */
    public boolean isWorkedOnBy(GlobalTransactionContext call) {
        return working(call) != null;
    }

    private synchronized @Nullable Open working(GlobalTransactionContext call) {
        Open branch = open.get(call.id());
        return branch != null && branch.call == call ? branch : null;
    }

    /**
     * The call has ended. Does nothing if it is none of these.
     *
     * @param nested the votes of the calls that it made
     * @return what the call says; null if it is none of these, or if the branch was rolled back
     */
    @Nullable
    Vote leave(GlobalTransactionContext call, List<BranchVote> nested) {
        Open branch = working(call);
        if (branch == null) {
            return null;
        }
        String reason = whyRollBack(branch, call);
        if (reason == null) {
            try {
                branch.local().suspend();
            } catch (RuntimeException | Error e) {
                reason = "the local transaction could not be held open: " + e.getMessage();
            }
        }
        if (reason != null) {
            end(branch, reason);
            call.setRollbackOnly(reason);
            return null;
        }
        if (branch.first == call) {
            call.advance(BranchExecution::suspended);
        }
        Vote vote = branch.first == call ? Vote.PENDING : Vote.READ_ONLY;
        synchronized (this) {
            // An order to roll back may have come meanwhile, and relied on this to do it.
            reason = doomed(branch, call);
            if (reason == null) {
                branch.answered.put(call.branch(), new DuplicateBranch(vote, call.ref(), nested));
                free(branch);
                return vote;
            }
        }
        resumeAndEnd(branch, reason);
        call.setRollbackOnly(reason);
        return null;
    }

    /**
     * Asked for the vote of a branch: prepares it, as soon as no call works in it any more.
     *
     * @param until how long that may take
     * @return null if no such branch is open here, or not free in time: then it can only roll back
     */
    @Nullable
    Vote prepare(TransactionId transaction, BranchId id, @Nullable BranchRef ref, Instant until)
            throws InterruptedException {
        while (true) {
            Open branch;
            boolean taken;
            synchronized (this) {
                branch = find(transaction, id, ref);
                if (branch == null) {
                    return ref != null && readOnly.contains(ref) ? Vote.READ_ONLY : null;
                }
                taken = !branch.busy;
                branch.busy = true;
            }
            if (taken) {
                return prepare(branch);
            }
            if (!runtime.clock().instant().isBefore(until)) {
                return null;
            }
            runtime.pause().pause(LOOK_INTERVAL);
        }
    }

    /**
     * Ordered to roll back. If a call works in the branch, it is rolled back when the call ends.
     *
     * @return whether it was open here
     */
    boolean rollBack(TransactionId transaction, BranchId id, @Nullable BranchRef ref, String reason) {
        Open branch;
        synchronized (this) {
            branch = find(transaction, id, ref);
            if (branch == null) {
                return false;
            }
            branch.first.setRollbackOnly(reason);
            if (branch.busy) {
                if (branch.call != null) {
                    branch.call.setRollbackOnly(reason);
                }
                return true;
            }
            branch.busy = true;
        }
        resumeAndEnd(branch, reason);
        return true;
    }

    /** Rolls back what is past its deadline or idle for too long; to be called from time to time. */
    public void expire() {
        Instant now = runtime.clock().instant();
        for (Open branch : expired(now)) {
            String reason = branch.first.remaining().isZero()
                    ? "the deadline passed before it was asked for its vote"
                    : "nobody called or asked for its vote for " + settings.maxIdle()
                            + " (assent.participant.late.max-idle)";
            try (LogIds ids = LogIds.of(branch.first.id(), branch.first.branch())) {
                log.warn(
                        "Transaction {}, branch {}: {}; the open branch rolls back",
                        branch.first.id(),
                        branch.first.branch(),
                        reason);
                resumeAndEnd(branch, reason);
            }
        }
    }

    private synchronized List<Open> expired(Instant now) {
        List<Open> expired = new ArrayList<>();
        for (Open branch : open.values()) {
            boolean late = branch.first.remaining().isZero()
                    || branch.idleSince.plus(settings.maxIdle()).isBefore(now);
            if (late && !branch.busy) {
                branch.busy = true;
                expired.add(branch);
            }
        }
        return expired;
    }

    /** The branch for a call, opened or waited for; null if there is nothing for it to do in one. */
    private @Nullable Open take(GlobalTransactionContext call) {
        Duration wait = call.remaining().compareTo(settings.maxWait()) < 0 ? call.remaining() : settings.maxWait();
        Instant until = runtime.clock().instant().plus(wait);
        while (true) {
            synchronized (this) {
                Open branch = open.get(call.id());
                if (branch == null) {
                    return opened(call);
                }
                GlobalTransactionContext working = branch.call;
                if (working != null && call.branch().isBelow(working.branch())) {
                    return null;
                }
                if (!branch.busy) {
                    DuplicateBranch earlier = branch.answered.get(call.branch());
                    if (earlier != null) {
                        call.duplicateOf(earlier);
                        return null;
                    }
                    branch.busy = true;
                    branch.call = call;
                    return branch;
                }
            }
            if (!runtime.clock().instant().isBefore(until)) {
                throw refused(
                        call,
                        "another call of the same transaction works in the open branch here, and did not end within "
                                + wait + " (assent.participant.lock-timeout)");
            }
            try {
                runtime.pause().pause(LOOK_INTERVAL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw refused(call, "interrupted while it waited for another call of the same transaction");
            }
        }
    }

    private Open opened(GlobalTransactionContext call) {
        if (open.size() >= settings.maxOpen()) {
            throw refused(
                    call,
                    settings.maxOpen()
                            + " branches are open and wait to be asked for their votes, as many as"
                            + " assent.participant.late.max-open allows");
        }
        Open branch = new Open(call, runtime.clock().instant());
        open.put(call.id(), branch);
        return branch;
    }

    private static RefusedException refused(GlobalTransactionContext call, String why) {
        call.setRollbackOnly(why);
        return new RefusedException("Transaction " + call.id() + ", branch " + call.branch() + ": " + why
                + ". The transaction rolls back; it may be tried again.");
    }

    private static @Nullable String doomed(Open branch, GlobalTransactionContext call) {
        String reason = call.rollbackReason();
        return reason != null ? reason : branch.first.rollbackReason();
    }

    private static @Nullable String whyRollBack(Open branch, GlobalTransactionContext call) {
        String reason = doomed(branch, call);
        if (reason != null) {
            return reason;
        }
        if (call.remaining().isZero()) {
            return "the deadline has passed";
        }
        return branch.local().rollbackOnly() ? BranchExecution.BY_THE_FRAMEWORK : null;
    }

    private @Nullable Open find(TransactionId transaction, BranchId id, @Nullable BranchRef ref) {
        Open branch = open.get(transaction);
        boolean same = branch != null
                && branch.first.branch().equals(id)
                && (ref == null || branch.first.ref().equals(ref));
        return same ? branch : null;
    }

    /** With {@code busy} set. */
    private Vote prepare(Open branch) {
        GlobalTransactionContext first = branch.first;
        try {
            branch.local().resume(first);
            first.advance(BranchExecution::resumed);
            branch.local().commit();
        } catch (RuntimeException | Error e) {
            String reason = "it could not be prepared: " + e.getMessage();
            log.warn("Transaction {}, branch {}: {}", first.id(), first.branch(), reason);
            rollBack(branch);
            if (first.own().phase() != BranchPhase.PREPARED) {
                first.advance(own -> own.rolledBack(reason));
            }
        }
        Vote vote = first.own().vote();
        synchronized (this) {
            open.remove(first.id());
            if (vote == Vote.READ_ONLY) {
                readOnly.add(first.ref());
            }
        }
        return vote;
    }

    private void resumeAndEnd(Open branch, String reason) {
        try {
            branch.local().resume(branch.first);
        } catch (RuntimeException | Error e) {
            log.warn(
                    "Transaction {}, branch {}: the open local transaction could not be resumed to roll it back: {}",
                    branch.first.id(),
                    branch.first.branch(),
                    e.getMessage());
        }
        end(branch, reason);
    }

    /** Rolls back what is on this thread. */
    private void end(Open branch, String reason) {
        branch.first.setRollbackOnly(reason);
        rollBack(branch);
        branch.first.advance(own -> own.rolledBack(reason));
        remove(branch);
    }

    private static void rollBack(Open branch) {
        try {
            branch.local().rollback();
        } catch (RuntimeException | Error e) {
            log.warn(
                    "Transaction {}, branch {}: rolling back failed, the connection goes with it: {}",
                    branch.first.id(),
                    branch.first.branch(),
                    e.getMessage());
        }
    }

    private synchronized void remove(Open branch) {
        open.remove(branch.first.id());
    }

    private void free(Open branch) {
        branch.call = null;
        branch.busy = false;
        branch.idleSince = runtime.clock().instant();
    }
}
