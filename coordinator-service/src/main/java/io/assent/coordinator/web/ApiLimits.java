package io.assent.coordinator.web;

import java.time.Duration;

/**
 * What the engine leaves to its callers to check.
 *
 * @param longestLifetime of a transaction; the longest timeout that begin accepts
 */
public record ApiLimits(Duration longestLifetime) {}
