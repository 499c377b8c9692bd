package io.assent.coordinator.security;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells what has to be written down. */
final class SecurityFailureAnalyzer extends AbstractFailureAnalyzer<SecurityNotChosenException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, SecurityNotChosenException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
    }
}
