package io.assent.chaos.proxy;

import org.jspecify.annotations.Nullable;

/**
 * One line of the history of a link.
 *
 * @param message what passed, with the time at which it had left its sender
 * @param fate what became of it
 * @param endedNanos when the proxy was done with it, in {@link System#nanoTime()}
 * @param rule the rule that was applied to it, in words; null if none was
 */
public record Passage(
        Message message,
        Fate fate,
        long endedNanos,
        @Nullable String rule) {}
