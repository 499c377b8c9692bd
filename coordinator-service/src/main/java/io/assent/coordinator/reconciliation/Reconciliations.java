package io.assent.coordinator.reconciliation;

import io.assent.coordinator.engine.LogLives;

/** The reconciliation of each decision log. Thread-safe. */
@FunctionalInterface
public interface Reconciliations {

    /**
     * @param log the name of one that there is
     * @throws LogLives.UnavailableException if it could not be opened yet
     */
    Reconciliation of(String log);
}
