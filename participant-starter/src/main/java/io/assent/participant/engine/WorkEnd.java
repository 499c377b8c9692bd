package io.assent.participant.engine;

import org.jspecify.annotations.Nullable;

/**
 * Prepares the own branch when its work is over, where no local transaction does that in its commit. Thread-safe; each
 * context is used by one thread at a time.
 */
@FunctionalInterface
public interface WorkEnd {

    /** Local transactions prepare by themselves. */
    WorkEnd NONE = context -> null;

    /**
     * The work has ended, well or not, and nobody has heard a vote. Leaves the context's own branch prepared, read-only or rolled
     * back; does nothing if it is no longer {@code WORKING}. Must not throw: what fails rolls back.
     *
     * @return why the answer of work that went well must not be given, or null
     */
    @Nullable
    String end(GlobalTransactionContext context);
}
