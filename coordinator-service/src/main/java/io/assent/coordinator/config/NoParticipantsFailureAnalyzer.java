package io.assent.coordinator.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Tells which setting is missing. */
final class NoParticipantsFailureAnalyzer extends AbstractFailureAnalyzer<NoParticipantsException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, NoParticipantsException cause) {
        return new FailureAnalysis(
                cause.getMessage(),
                "Set assent.coordinator.participants.allowed-hosts, for instance to *.shop.svc.cluster.local:8080, or"
                        + " assent.coordinator.participants.services.<name>.url.",
                cause);
    }
}
