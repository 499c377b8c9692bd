package io.assent.coordinator.management;

import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells several listeners; one that throws, against its contract, disturbs neither the others nor the protocol. */
final class Listeners implements TransactionListener {

    private static final Logger log = LoggerFactory.getLogger(Listeners.class);

    private final List<TransactionListener> listeners;

    Listeners(List<TransactionListener> listeners) {
        this.listeners = List.copyOf(listeners);
    }

    @Override
    public void begun(TransactionRecord transaction) {
        tell(listener -> listener.begun(transaction));
    }

    @Override
    public void enlisted(TransactionId transaction, Branch branch) {
        tell(listener -> listener.enlisted(transaction, branch));
    }

    @Override
    public void decided(TransactionRecord transaction, @Nullable RollbackCause cause, boolean won, Duration took) {
        tell(listener -> listener.decided(transaction, cause, won, took));
    }

    @Override
    public void indeterminate(TransactionId transaction, @Nullable String detail, Duration retryIn) {
        tell(listener -> listener.indeterminate(transaction, detail, retryIn));
    }

    @Override
    public void acknowledged(TransactionId transaction, Branch branch) {
        tell(listener -> listener.acknowledged(transaction, branch));
    }

    @Override
    public void unacknowledged(TransactionId transaction, Branch branch, Duration retryIn) {
        tell(listener -> listener.unacknowledged(transaction, branch, retryIn));
    }

    @Override
    public void heuristic(TransactionId transaction, Branch branch) {
        tell(listener -> listener.heuristic(transaction, branch));
    }

    @Override
    public void completed(TransactionRecord transaction) {
        tell(listener -> listener.completed(transaction));
    }

    @Override
    public void recovered(TransactionRecord transaction) {
        tell(listener -> listener.recovered(transaction));
    }

    @Override
    public void refused(Refused why) {
        tell(listener -> listener.refused(why));
    }

    private void tell(Consumer<TransactionListener> event) {
        for (TransactionListener listener : listeners) {
            try {
                event.accept(listener);
            } catch (RuntimeException e) {
                log.error("A listener failed; the protocol goes on", e);
            }
        }
    }
}
