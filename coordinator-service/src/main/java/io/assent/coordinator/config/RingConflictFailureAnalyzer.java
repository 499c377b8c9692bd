package io.assent.coordinator.config;

import io.assent.coordinator.shard.RingConflictException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says which log does not fit the configuration; the exception says what to do. */
final class RingConflictFailureAnalyzer extends AbstractFailureAnalyzer<RingConflictException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, RingConflictException cause) {
        return new FailureAnalysis(
                "The decision logs cannot be used as they are configured: " + cause.getMessage() + ".",
                "Every instance must be configured with the same logs, by the same names. See 'Add a log' in"
                        + " docs/operations.md.",
                cause);
    }
}
