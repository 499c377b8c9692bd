package io.assent.coordinator.web;

import io.assent.coordinator.operations.Audit;
import io.assent.coordinator.security.Callers;
import io.assent.protocol.wire.Problem;
import jakarta.servlet.http.HttpServletRequest;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;

/** Writes down what an operator asked for and how it was answered. Thread-safe. */
final class Audited {

    private final Audit audit;

    Audited(Audit audit) {
        this.audit = audit;
    }

    /**
     * What is asked for.
     *
     * @param what the name of the call
     * @param target what it is about
     * @param reason that the operator gave
     */
    record Act(String what, String target, String reason) {}

    /** The answer as it is; written down when it is there. */
    CompletionStage<ResponseEntity<Object>> later(
            HttpServletRequest request, Act act, Supplier<CompletionStage<ResponseEntity<Object>>> call) {
        // Now: the request is for the thread that brought it.
        String who = Callers.who(request);
        CompletionStage<ResponseEntity<Object>> answer;
        try {
            answer = call.get();
        } catch (RuntimeException e) {
            done(who, act, result(e));
            throw e;
        }
        return answer.whenComplete(
                (response, failure) -> done(who, act, failure == null ? result(response) : result(failure)));
    }

    /** The same for a call that has its answer when it returns. */
    <T> T now(HttpServletRequest request, Act act, Supplier<T> call) {
        String result = "200";
        try {
            return call.get();
        } catch (RuntimeException e) {
            result = result(e);
            throw e;
        } finally {
            done(Callers.who(request), act, result);
        }
    }

    private void done(String who, Act act, String result) {
        audit.done(who, act.what(), act.target(), act.reason(), result);
    }

    private static String result(ResponseEntity<Object> response) {
        int status = response.getStatusCode().value();
        return response.getBody() instanceof Problem problem ? Audit.result(problem) : Integer.toString(status);
    }

    private static String result(@Nullable Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return cause instanceof ProblemException problem
                ? Audit.result(problem.problem())
                : "failed: " + (cause == null ? "?" : cause.getClass().getSimpleName());
    }
}
