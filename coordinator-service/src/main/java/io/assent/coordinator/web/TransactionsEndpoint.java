package io.assent.coordinator.web;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.ResponseEntity;

/**
 * {@code GET /v1/transactions} and {@code GET /v1/transactions/{id}} for those who look at the actuator. Problems are made
 * here, since the actuator may have a port, and then a context, of its own.
 */
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
            @Nullable String name,
            @Nullable String participant,
            @Nullable String olderThan,
            @Nullable String limit,
            @Nullable String cursor) {
        return answered(
                () -> new WebEndpointResponse<>(api.search(state, name, participant, olderThan, limit, cursor)));
    }

    @ReadOperation
    WebEndpointResponse<Object> one(@Selector String id) {
        return answered(() -> {
            ResponseEntity<Object> found = await(id);
            return found.getBody() instanceof Problem problem
                    ? problem(problem)
                    : new WebEndpointResponse<>(found.getBody());
        });
    }

    private ResponseEntity<Object> await(String id) {
        try {
            return api.find(id)
                    .toCompletableFuture()
                    .get(settings.requestTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a transaction could not be looked up", e.getCause());
        } catch (TimeoutException e) {
            throw new ProblemException(Problem.of(ProblemType.DECISION_LOG_UNAVAILABLE, "It does not answer"));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(Problem.of(ProblemType.DECISION_LOG_UNAVAILABLE, "The wait was interrupted"));
        }
    }

    private static WebEndpointResponse<Object> answered(Supplier<WebEndpointResponse<Object>> call) {
        try {
            return call.get();
        } catch (ProblemException e) {
            return problem(e.problem());
        }
    }

    private static WebEndpointResponse<Object> problem(Problem problem) {
        return new WebEndpointResponse<>(problem, problem.status(), Answers.PROBLEM);
    }
}
