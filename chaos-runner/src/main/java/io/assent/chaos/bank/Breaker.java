package io.assent.chaos.bank;

import io.assent.chaos.checker.Fault;
import org.jspecify.annotations.Nullable;

/** What breaks things during a run. For one thread. */
interface Breaker {

    /**
     * Breaks something, mends it, and leaves everything alone for a while.
     *
     * @return what was broken, and when; null: nothing is left to be broken
     */
    @Nullable
    Fault next() throws InterruptedException;
}
