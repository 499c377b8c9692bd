package io.assent.bank;

import java.net.URI;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/** RFC 9457 answers. */
final class Problems {

    static final String PREFIX = "urn:assent:problem:";

    private Problems() {}

    /**
     * @param name the type without its prefix
     * @param transaction the transaction that it is about; null: none
     * @param retryable whether the same request may be sent again as it is
     */
    static ResponseEntity<Object> answer(
            HttpStatus status, String name, String detail, @Nullable String transaction, boolean retryable) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create(PREFIX + name));
        problem.setTitle(name.replace('-', ' '));
        problem.setProperty("retryable", retryable);
        if (transaction != null) {
            problem.setProperty("transaction", transaction);
        }
        ResponseEntity.BodyBuilder answer = ResponseEntity.status(status);
        if (status == HttpStatus.SERVICE_UNAVAILABLE) {
            answer.header("Retry-After", "1");
        }
        return answer.body(problem);
    }
}
