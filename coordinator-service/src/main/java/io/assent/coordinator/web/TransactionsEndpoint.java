package io.assent.coordinator.web;

import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.ResolutionRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** Transactions as the API shows them, and what operators do with them, for those who work at the actuator. */
@Endpoint(id = "assentTransactions")
class TransactionsEndpoint {

    private final TransactionController api;
    private final WebSettings settings;

    TransactionsEndpoint(TransactionController api, WebSettings settings) {
        this.api = api;
        this.settings = settings;
    }

    @ReadOperation
    WebEndpointResponse<Object> list(
            @Nullable String state,
            @Nullable String outcome,
            @Nullable String name,
            @Nullable String participant,
            @Nullable String olderThan,
            @Nullable String limit,
            @Nullable String cursor) {
        return ActuatorAnswers.now(() ->
                api.search(state, outcome, name, participant, olderThan, limit, cursor, ActuatorAnswers.request()));
    }

    @ReadOperation
    WebEndpointResponse<Object> one(@Selector String id) {
        return ActuatorAnswers.later(
                settings.requestTimeout(),
                ProblemType.DECISION_LOG_UNAVAILABLE,
                () -> api.find(id, ActuatorAnswers.request()));
    }

    /**
     * Does something about a transaction.
     *
     * @param action {@code retry} or {@code resolve}
     * @param reason for the audit log; with {@code resolve} it is kept with the transaction
     */
    @WriteOperation
    WebEndpointResponse<Object> act(@Selector String id, @Selector String action, @Nullable String reason) {
        ResolutionRequest body = new ResolutionRequest(reason);
        return ActuatorAnswers.later(settings.requestTimeout(), ProblemType.OUTCOME_UNKNOWN, () -> switch (action) {
            case "retry" -> api.retry(id, body, ActuatorAnswers.request());
            case "resolve" -> api.resolve(id, body, ActuatorAnswers.request());
            default -> throw ActuatorAnswers.unknownAction(action, "retry or resolve");
        });
    }
}
