package io.assent.coordinator.web;

import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.transaction.TransactionException;
import org.springframework.web.ErrorResponse;
import org.springframework.web.HttpMediaTypeNotAcceptableException;
import org.springframework.web.HttpRequestMethodNotSupportedException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.async.AsyncRequestNotUsableException;
import org.springframework.web.context.request.async.AsyncRequestTimeoutException;
import org.springframework.web.util.DisconnectedClientHelper;

/** Every exception becomes a registered problem; what went wrong inside is logged and never sent. */
@RestControllerAdvice
class ProblemAdvice {

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    private final Answers answers;

    ProblemAdvice(Answers answers) {
        this.answers = answers;
    }

    @ExceptionHandler
    ResponseEntity<Object> problem(ProblemException e, HttpServletRequest request) {
        return answers.respond(Answers.located(e.problem(), request));
    }

    @ExceptionHandler
    ResponseEntity<Object> method(HttpRequestMethodNotSupportedException e) {
        String[] methods = e.getSupportedMethods();
        String allowed = methods == null ? "" : String.join(", ", methods);
        ResponseEntity<Object> response = answers.respond(
                Problem.of(ProblemType.METHOD_NOT_ALLOWED, allowed.isEmpty() ? null : "Allowed: " + allowed));
        HttpHeaders headers = new HttpHeaders(response.getHeaders());
        headers.set(HttpHeaders.ALLOW, allowed);
        return new ResponseEntity<>(response.getBody(), headers, response.getStatusCode());
    }

    @ExceptionHandler
    ResponseEntity<Object> notAcceptable(HttpMediaTypeNotAcceptableException e) {
        return answers.respond(Problem.of(ProblemType.NOT_ACCEPTABLE, null).at(HttpHeaders.ACCEPT));
    }

    /** The engine is still at work; what it will find is not known (R8). */
    @ExceptionHandler
    ResponseEntity<Object> tookTooLong(AsyncRequestTimeoutException e, HttpServletRequest request) {
        return answers.respond(Problem.of(
                        ProblemType.OUTCOME_UNKNOWN,
                        "It takes longer than this service lets a request wait; it goes on. Ask again with this id")
                .of(Answers.transaction(request), null, null));
    }

    /** The client has gone: nobody reads an answer. */
    @ExceptionHandler
    void gone(AsyncRequestNotUsableException e) {
        log.debug("The client closed the connection before its answer; nothing is to be done", e);
    }

    @ExceptionHandler({DataAccessException.class, TransactionException.class})
    ResponseEntity<Object> database(Exception e) {
        log.warn("A read of the decision log failed; the caller is told to ask again: {}", e.toString());
        return answers.respond(Problem.of(ProblemType.DECISION_LOG_UNAVAILABLE, "It could not be read; ask again"));
    }

    @ExceptionHandler
    ResponseEntity<Object> unavailable(TransactionSearch.UnavailableException e) {
        log.warn("No decision log can be searched; the caller is told to ask again: {}", e.getMessage());
        return answers.respond(Problem.of(ProblemType.DECISION_LOG_UNAVAILABLE, "It could not be read; ask again"));
    }

    @ExceptionHandler
    ResponseEntity<Object> unavailable(LogLives.UnavailableException e) {
        log.warn("The lives of the decision log cannot be read or written; the caller is told to ask again", e);
        return answers.respond(Problem.of(ProblemType.DECISION_LOG_UNAVAILABLE, "The same request may be sent again"));
    }

    /** @return null if there is nobody to answer */
    @ExceptionHandler
    @Nullable
    ResponseEntity<Object> other(Exception e, HttpServletRequest request) {
        if (DisconnectedClientHelper.isClientDisconnectedException(e)) {
            log.debug("The client closed the connection while it was answered; nothing is to be done", e);
            return null;
        }
        if (e instanceof ErrorResponse response && response.getStatusCode().value() < 500) {
            return answers.respond(Problem.ofStatus(response.getStatusCode().value()));
        }
        log.error(
                "{} {} ended in a programming error; the caller is told to ask again",
                request.getMethod(),
                request.getRequestURI(),
                e);
        return answers.respond(Problem.of(ProblemType.INTERNAL_ERROR, "The service's log tells more")
                .of(Answers.transaction(request), null, null));
    }
}
