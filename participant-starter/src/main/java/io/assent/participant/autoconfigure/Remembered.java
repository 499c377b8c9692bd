package io.assent.participant.autoconfigure;

import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks once for several who ask shortly after each other. A failure is remembered, too: each attempt may take as long as a
 * database takes not to answer. Thread-safe.
 */
final class Remembered<T> {

    private final Supplier<T> source;
    private final Duration validity;
    private long askedAt;
    private @Nullable T value;
    private @Nullable RuntimeException failure;

    /** @param validity for how long after an answer nobody asks again */
    Remembered(Supplier<T> source, Duration validity) {
        this.source = source;
        this.validity = validity;
    }

    /** What the source gives, or throws. */
    synchronized T get() {
        boolean asked = value != null || failure != null;
        if (!asked || System.nanoTime() - askedAt > validity.toNanos()) {
            ask();
        }
        if (value == null) {
            throw failure != null ? failure : new IllegalStateException("nothing was given");
        }
        return value;
    }

    private void ask() {
        try {
            value = source.get();
            failure = null;
        } catch (RuntimeException e) {
            value = null;
            failure = e;
        } finally {
            askedAt = System.nanoTime();
        }
    }
}
