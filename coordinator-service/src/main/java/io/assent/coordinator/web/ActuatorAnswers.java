package io.assent.coordinator.web;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.http.ResponseEntity;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/**
 * What the API answers, at the actuator. Problems are made here, since the actuator may have a port, and then a context, of
 * its own.
 */
final class ActuatorAnswers {

    private ActuatorAnswers() {}

    /** The answer of a call that has it when it returns. */
    static WebEndpointResponse<Object> now(Supplier<?> call) {
        try {
            return new WebEndpointResponse<>(call.get());
        } catch (ProblemException e) {
            return problem(e.problem());
        }
    }

    /**
     * The answer of a call that has it later; waits for it, at most for {@code timeout}.
     *
     * @param silence what is said of the call if it has none by then: something may have been done (R8)
     */
    static WebEndpointResponse<Object> later(
            Duration timeout, ProblemType silence, Supplier<CompletionStage<ResponseEntity<Object>>> call) {
        try {
            Object body = await(timeout, silence, call.get()).getBody();
            return body instanceof Problem problem ? problem(problem) : new WebEndpointResponse<>(body);
        } catch (ProblemException e) {
            return problem(e.problem());
        }
    }

    /** The request that is being answered in this thread. */
    static HttpServletRequest request() {
        return ((ServletRequestAttributes) RequestContextHolder.currentRequestAttributes()).getRequest();
    }

    /** There is no such thing to do. */
    static ProblemException unknownAction(String action, String known) {
        return ProblemException.invalid("action", "expected " + known + ", but is \"" + action + '"');
    }

    private static ResponseEntity<Object> await(
            Duration timeout, ProblemType silence, CompletionStage<ResponseEntity<Object>> answer) {
        try {
            return answer.toCompletableFuture().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof ProblemException problem
                    ? problem
                    : new IllegalStateException("a call of the API failed", e.getCause());
        } catch (TimeoutException e) {
            throw new ProblemException(Problem.of(silence, "There was no answer within " + timeout));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(Problem.of(silence, "The wait was interrupted"));
        }
    }

    private static WebEndpointResponse<Object> problem(Problem problem) {
        return new WebEndpointResponse<>(problem, problem.status(), Answers.PROBLEM);
    }
}
