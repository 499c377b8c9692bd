package io.assent.participant.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows the remedy under Spring Boot's "Action". */
final class ParticipantStartFailureAnalyzer extends AbstractFailureAnalyzer<ParticipantStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ParticipantStartException cause) {
        return new FailureAnalysis(cause.getMessage(), cause.remedy(), cause);
    }
}
