package io.assent.sample.order;

import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/**
 * Calls another service and tells a refusal, which is final, from a failure, after which one may try again.
 *
 * @param service what it is called in messages
 * @param refused makes the exception for a refusal
 * @param unavailable makes the exception for a failure
 */
record ServiceCall(
        String service,
        BiFunction<String, Throwable, RuntimeException> refused,
        BiFunction<String, Throwable, RuntimeException> unavailable) {

    <T> T call(Supplier<T> request) {
        try {
            return request.get();
        } catch (RestClientResponseException e) {
            throw translate(e);
        } catch (ResourceAccessException e) {
            throw unavailable.apply(service + " cannot be reached", e);
        } catch (RestClientException e) {
            throw unavailable.apply(service + " gave an answer that cannot be read", e);
        }
    }

    private RuntimeException translate(RestClientResponseException e) {
        HttpStatusCode status = e.getStatusCode();
        ProblemDetail problem = problem(e);
        String detail = problem == null ? null : problem.getDetail();
        if (status.is4xxClientError() && status.value() != 408 && status.value() != 429 && !isRetryable(problem)) {
            return refused.apply(detail != null ? detail : service + " answered " + status.value(), e);
        }
        return unavailable.apply(service + " answered " + status.value() + (detail != null ? ": " + detail : ""), e);
    }

    /** Such as a branch that waited too long for rows which another transaction holds. */
    private static boolean isRetryable(@Nullable ProblemDetail problem) {
        return problem != null
                && problem.getProperties() != null
                && Boolean.TRUE.equals(problem.getProperties().get("retryable"));
    }

    private static @Nullable ProblemDetail problem(RestClientResponseException e) {
        try {
            return e.getResponseBodyAs(ProblemDetail.class);
        } catch (RuntimeException unreadable) {
            return null;
        }
    }
}
