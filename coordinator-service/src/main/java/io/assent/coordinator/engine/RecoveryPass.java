package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.TransactionRecord;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One pass over what was left behind: takes transactions whose next attempt is due and gives each to the engine. Any
 * instance may run passes at any time; which transactions are due is the log's business, and what is to be done with
 * them the protocol's. Thread-safe.
 */
public final class RecoveryPass {

    private final DecisionLog log;
    private final TransactionCoordinator coordinator;
    private final EngineSettings settings;

    public RecoveryPass(DecisionLog log, TransactionCoordinator coordinator, EngineSettings settings) {
        this.log = log;
        this.coordinator = coordinator;
        this.settings = settings;
    }

    /**
     * Runs once. One transaction that cannot be driven stops no other: each goes on by itself after this returns.
     *
     * @return how many were taken over; when it equals {@link EngineSettings#recoveryBatch()} there may be more at once
     */
    public CompletionStage<Integer> run() {
        int limit = Math.min(settings.recoveryBatch(), coordinator.room());
        if (limit == 0) {
            return CompletableFuture.completedFuture(0);
        }
        return log.claim(limit, settings.recoveryLease()).thenApply(claimed -> {
            for (TransactionRecord left : claimed) {
                coordinator.recover(left);
            }
            return claimed.size();
        });
    }
}
