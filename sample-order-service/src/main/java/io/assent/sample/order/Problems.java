package io.assent.sample.order;

import java.net.URI;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;

/** RFC 9457 answers. {@code retryable}: the same request may be sent again as it is. */
final class Problems {

    private Problems() {}

    static ProblemDetail problem(HttpStatus status, String name, String detail, boolean retryable) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:assent:problem:" + name));
        problem.setTitle(name.replace('-', ' '));
        problem.setProperty("retryable", retryable);
        return problem;
    }

    static ResponseEntity<Object> answer(HttpStatus status, String name, String detail) {
        return ResponseEntity.status(status).body(problem(status, name, detail, false));
    }

    static ResponseEntity<Object> tryAgain(String name, String detail) {
        return later(problem(HttpStatus.SERVICE_UNAVAILABLE, name, detail, true));
    }

    static ResponseEntity<Object> later(ProblemDetail problem) {
        return ResponseEntity.status(problem.getStatus())
                .header("Retry-After", "1")
                .body(problem);
    }
}
