package io.assent.sample.points.service;

import java.net.URI;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every error is a problem document; {@code retryable} tells whether the same request may be sent again as it is. */
@RestControllerAdvice
class ApiExceptionHandler extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ApiExceptionHandler.class);

    @ExceptionHandler
    ResponseEntity<ProblemDetail> refused(PointsRefusedException e) {
        return answer(HttpStatus.CONFLICT, "points-refused", String.valueOf(e.getMessage()));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> conflict(AwardConflictException e) {
        return answer(HttpStatus.CONFLICT, "order-conflict", String.valueOf(e.getMessage()));
    }

    /** What the provider made of it nobody knows: the reservation is cancelled with the transaction. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> unavailable(ProviderUnavailableException e) {
        log.info("Rolled back, the caller may try again: {}", e.getMessage());
        return answer(HttpStatus.SERVICE_UNAVAILABLE, "provider-unavailable", String.valueOf(e.getMessage()));
    }

    /** Lock timeout, deadlock: most often an award in doubt, whose locks go when it is decided. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> busy(TransientDataAccessException e) {
        log.info("Refused a request that waited too long for a lock; the caller may try again: {}", e.getMessage());
        return answer(HttpStatus.SERVICE_UNAVAILABLE, "busy", "Another transaction is at this order, try again");
    }

    @ExceptionHandler({CannotCreateTransactionException.class, DataAccessResourceFailureException.class})
    ResponseEntity<ProblemDetail> databaseUnavailable(Exception e) {
        log.warn("The database cannot be reached; requests are refused until it can: {}", e.getMessage());
        return answer(
                HttpStatus.SERVICE_UNAVAILABLE, "database-unavailable", "The database cannot be reached, try again");
    }

    private static ResponseEntity<ProblemDetail> answer(HttpStatus status, String name, String detail) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(status, detail);
        problem.setType(URI.create("urn:assent:problem:" + name));
        problem.setTitle(name.replace('-', ' '));
        problem.setProperty("retryable", status.is5xxServerError());
        return ResponseEntity.status(status).body(problem);
    }
}
