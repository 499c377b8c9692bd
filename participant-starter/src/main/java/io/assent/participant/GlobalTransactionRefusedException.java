package io.assent.participant;

import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.web.ErrorResponse;

/**
 * The transaction was not started, because this service has enough to do: no work was done, no other service was called, and
 * there is no transaction id. The same may be tried again later. Where nothing handles it, Spring MVC answers 503 with
 * {@code Retry-After}.
 */
public final class GlobalTransactionRefusedException extends RuntimeException implements ErrorResponse {

    /** Whole seconds are all that the header can say. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    public GlobalTransactionRefusedException(String reason, Throwable cause) {
        super("No global transaction was started: " + reason, cause);
    }

    /** After which time it may be tried again, at the earliest. */
    public Duration retryAfter() {
        return RETRY_AFTER;
    }

    @Override
    public HttpStatusCode getStatusCode() {
        return HttpStatus.SERVICE_UNAVAILABLE;
    }

    @Override
    public HttpHeaders getHeaders() {
        HttpHeaders headers = new HttpHeaders();
        headers.set(HttpHeaders.RETRY_AFTER, Long.toString(RETRY_AFTER.toSeconds()));
        return headers;
    }

    @Override
    public ProblemDetail getBody() {
        return ProblemDetail.forStatusAndDetail(HttpStatus.SERVICE_UNAVAILABLE, "Too much to do. Try again later.");
    }
}
