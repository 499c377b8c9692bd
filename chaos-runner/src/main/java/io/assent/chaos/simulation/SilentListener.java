package io.assent.chaos.simulation;

import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Counts what the engine tells. */
final class SilentListener implements TransactionListener {

    private final Statistics statistics;
    private final BiConsumer<TransactionId, Branch> heuristic;

    SilentListener(Statistics statistics, BiConsumer<TransactionId, Branch> heuristic) {
        this.statistics = statistics;
        this.heuristic = heuristic;
    }

    @Override
    public void refused(Refused why) {
        statistics.count("told: refused " + why);
    }

    @Override
    public void begun(TransactionRecord transaction) {
        statistics.count("told: begun");
    }

    @Override
    public void enlisted(TransactionId transaction, Branch branch) {
        statistics.count("told: enlisted");
    }

    @Override
    public void decided(TransactionRecord transaction, @Nullable RollbackCause cause, boolean won, Duration took) {
        statistics.count(won ? "told: decided, won" : "told: decided, lost");
    }

    @Override
    public void indeterminate(TransactionId transaction, @Nullable String detail, Duration retryIn) {
        statistics.count("told: indeterminate");
    }

    @Override
    public void acknowledged(TransactionId transaction, Branch branch) {
        statistics.count("told: acknowledged");
    }

    @Override
    public void unacknowledged(TransactionId transaction, Branch branch, Duration retryIn) {
        statistics.count("told: unacknowledged");
    }

    @Override
    public void heuristic(TransactionId transaction, Branch branch) {
        statistics.count("told: heuristic");
        heuristic.accept(transaction, branch);
    }

    @Override
    public void completed(TransactionRecord transaction) {
        statistics.count("told: completed");
    }

    @Override
    public void recovered(TransactionRecord transaction) {
        statistics.count("told: recovered");
    }
}
