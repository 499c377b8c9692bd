package io.assent.participant.transaction;

import io.assent.participant.engine.BranchService;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Decision;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * What waits for the decision. At prepare time nothing runs that says "committed": {@code afterCommit} is held back, and
 * so are {@code @TransactionalEventListener}s of every phase after the commit; {@code afterCompletion} of everything else
 * is told STATUS_UNKNOWN, so that resources are released. When this instance carries out the decision, what was held runs
 * once, on the thread that does so and outside of any transaction. Best effort: what another replica ends, what a dead
 * process held, and what is beyond the bound, does not run. Thread-safe.
 */
public final class HeldCallbacks implements BranchService.EndListener {

    private static final Logger log = LoggerFactory.getLogger(HeldCallbacks.class);

    private final int max;
    private final Map<BranchRef, List<TransactionSynchronization>> held = new LinkedHashMap<>();

    /** @param max for how many branches callbacks are held; the oldest are dropped beyond */
    public HeldCallbacks(int max) {
        this.max = max;
    }

    /** Releases resources and keeps the rest until the decision. */
    void holdAndRelease(BranchRef ref, List<TransactionSynchronization> synchronizations) {
        if (!synchronizations.isEmpty()) {
            hold(ref, synchronizations);
        }
        for (TransactionSynchronization synchronization : synchronizations) {
            if (!isEventListener(synchronization)) {
                complete(List.of(synchronization), TransactionSynchronization.STATUS_UNKNOWN);
            }
        }
    }

    private void hold(BranchRef ref, List<TransactionSynchronization> synchronizations) {
        BranchRef dropped = null;
        synchronized (held) {
            held.put(ref, synchronizations);
            if (held.size() > max) {
                dropped = held.keySet().iterator().next();
                held.remove(dropped);
            }
        }
        if (dropped != null) {
            log.warn(
                    "After-commit callbacks of branch {} will not run: more than {} branches wait for their decision"
                            + " (assent.participant.max-held-callbacks)",
                    dropped,
                    max);
        }
    }

    @Override
    public void ended(BranchRef ref, Decision decision) {
        @Nullable List<TransactionSynchronization> synchronizations;
        synchronized (held) {
            synchronizations = held.remove(ref);
        }
        if (synchronizations == null) {
            return;
        }
        boolean committed = decision == Decision.COMMIT;
        for (TransactionSynchronization synchronization : synchronizations) {
            if (committed) {
                guarded(synchronization, synchronization::afterCommit);
            }
            if (isEventListener(synchronization)) {
                complete(
                        List.of(synchronization),
                        committed
                                ? TransactionSynchronization.STATUS_COMMITTED
                                : TransactionSynchronization.STATUS_ROLLED_BACK);
            }
        }
    }

    static void complete(List<TransactionSynchronization> synchronizations, int status) {
        for (TransactionSynchronization synchronization : synchronizations) {
            guarded(synchronization, () -> synchronization.afterCompletion(status));
        }
    }

    /**
     * Spring's event listeners have no resources to release and know one completion only, so theirs is the decision. Their
     * class is not public; its package is.
     */
    private static boolean isEventListener(TransactionSynchronization synchronization) {
        return synchronization.getClass().getName().startsWith("org.springframework.transaction.event.");
    }

    private static void guarded(TransactionSynchronization synchronization, Runnable callback) {
        try {
            callback.run();
        } catch (RuntimeException | Error e) {
            log.error("An after-completion callback failed: {}", synchronization, e);
        }
    }
}
