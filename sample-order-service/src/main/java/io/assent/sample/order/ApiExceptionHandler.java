package io.assent.sample.order;

import io.assent.participant.GlobalTransactionRefusedException;
import io.assent.participant.GlobalTransactionRolledBackException;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.transaction.CannotCreateTransactionException;
import org.springframework.web.bind.MethodArgumentNotValidException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.HandlerMethodValidationException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;

/** Every error is a problem document whose type names it and whose detail says what to do. */
@RestControllerAdvice
class ApiExceptionHandler extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(ApiExceptionHandler.class);

    @ExceptionHandler
    ResponseEntity<Object> paymentRefused(PaymentRefusedException e) {
        return Problems.answer(HttpStatus.CONFLICT, "payment-refused", message(e));
    }

    @ExceptionHandler
    ResponseEntity<Object> stockRefused(StockRefusedException e) {
        return Problems.answer(HttpStatus.CONFLICT, "stock-refused", message(e));
    }

    @ExceptionHandler
    ResponseEntity<Object> pointsRefused(PointsRefusedException e) {
        return Problems.answer(HttpStatus.CONFLICT, "points-refused", message(e));
    }

    @ExceptionHandler
    ResponseEntity<Object> invalidOrder(InvalidOrderException e) {
        return Problems.answer(HttpStatus.UNPROCESSABLE_CONTENT, "invalid-order", message(e));
    }

    @ExceptionHandler
    ResponseEntity<Object> invalidInvoice(InvalidInvoiceException e) {
        ProblemDetail problem =
                Problems.problem(HttpStatus.UNPROCESSABLE_CONTENT, "invalid-invoice", message(e), false);
        problem.setProperty("reasons", e.reasons());
        return ResponseEntity.unprocessableContent().body(problem);
    }

    @ExceptionHandler
    ResponseEntity<Object> orderConflict(OrderConflictException e) {
        return Problems.answer(HttpStatus.CONFLICT, "order-conflict", message(e));
    }

    @ExceptionHandler
    ResponseEntity<Object> orderNotFound(OrderNotFoundException e) {
        return Problems.answer(HttpStatus.NOT_FOUND, "order-not-found", message(e));
    }

    @ExceptionHandler
    ResponseEntity<Object> accountNotFound(AccountNotFoundException e) {
        return Problems.answer(HttpStatus.NOT_FOUND, "account-not-found", message(e));
    }

    @ExceptionHandler
    ResponseEntity<Object> coordinatorUnavailable(CoordinatorUnavailableException e) {
        return Problems.tryAgain("coordinator-unavailable", message(e));
    }

    @ExceptionHandler
    ResponseEntity<Object> rolledBack(GlobalTransactionRolledBackException e) {
        log.info("{}; the caller may try again: {}", e.getMessage(), e.isRetryable());
        ProblemDetail problem = Problems.problem(
                HttpStatus.SERVICE_UNAVAILABLE,
                "rolled-back",
                "Nothing was ordered or paid: " + e.reason(),
                e.isRetryable());
        problem.setProperty("transaction", e.transactionId().toString());
        return Problems.later(problem);
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(GlobalTransactionRefusedException e) {
        return Problems.tryAgain(
                "overloaded", "There are too many orders at once; nothing was ordered or paid, try again");
    }

    @ExceptionHandler
    ResponseEntity<Object> unresolved(UnresolvedOrderException e) {
        log.warn(
                "Transaction {} is unresolved; it ends by itself, and whoever asks again gets the result",
                e.transaction());
        ProblemDetail problem = Problems.problem(HttpStatus.SERVICE_UNAVAILABLE, "outcome-unknown", message(e), true);
        problem.setProperty("transaction", e.transaction().toString());
        problem.setProperty("orderNumber", e.orderNumber());
        return Problems.later(problem);
    }

    @ExceptionHandler
    ResponseEntity<Object> paymentUnavailable(PaymentUnavailableException e, HttpMethod method) {
        if (method.equals(HttpMethod.GET)) {
            return Problems.tryAgain("payment-unavailable", message(e) + "; try again");
        }
        log.info("Rolled back, the caller may try again: {}", e.getMessage());
        return Problems.tryAgain("rolled-back", message(e) + "; nothing was ordered or paid, try again");
    }

    @ExceptionHandler({StockUnavailableException.class, PointsUnavailableException.class})
    ResponseEntity<Object> furtherServiceUnavailable(RuntimeException e) {
        log.info("Rolled back, the caller may try again: {}", e.getMessage());
        return Problems.tryAgain("rolled-back", message(e) + "; nothing was ordered or paid, try again");
    }

    /** Lock timeout, deadlock: most often an order in doubt, whose locks go when it is decided. */
    @ExceptionHandler
    ResponseEntity<Object> busy(TransientDataAccessException e) {
        log.info("Rolled back a request that waited too long for a lock; the caller may try again: {}", e.getMessage());
        return Problems.tryAgain("rolled-back", "Another transaction is at this order; nothing was done, try again");
    }

    /** Two requests with one order number at once: the other one won, and asking again gives its result. */
    @ExceptionHandler
    ResponseEntity<Object> raced(DataIntegrityViolationException e) {
        log.info("Rolled back a request that lost a race; the caller may try again: {}", e.getMessage());
        return Problems.tryAgain(
                "rolled-back", "Another request with this number was faster; nothing was done, try again");
    }

    @ExceptionHandler({CannotCreateTransactionException.class, DataAccessResourceFailureException.class})
    ResponseEntity<Object> databaseUnavailable(Exception e) {
        log.warn("The database cannot be reached; requests are refused until it can: {}", e.getMessage());
        return Problems.tryAgain("rolled-back", "The database cannot be reached; nothing was done, try again");
    }

    @ExceptionHandler
    ResponseEntity<Object> unexpected(Exception e) {
        log.error("A request failed in a way that nobody foresaw; its local transaction is rolled back", e);
        return Problems.answer(HttpStatus.INTERNAL_SERVER_ERROR, "internal-error", "Something unexpected happened");
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleMethodArgumentNotValid(
            MethodArgumentNotValidException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return invalid(
                "invalid-order",
                e.getBindingResult().getFieldErrors().stream()
                        .map(error -> error.getField() + " " + error.getDefaultMessage()));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHandlerMethodValidationException(
            HandlerMethodValidationException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return invalid(
                "invalid-value",
                e.getParameterValidationResults().stream()
                        .flatMap(result -> result.getResolvableErrors().stream()
                                .map(error -> result.getMethodParameter().getParameterName() + " "
                                        + error.getDefaultMessage())));
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        String why = e.getCause() instanceof JacksonException json ? UnreadableJson.why(json) : "no JSON body";
        return Problems.answer(HttpStatus.BAD_REQUEST, "malformed-request", "The request body cannot be read: " + why);
    }

    /** What Spring MVC itself refuses (405, 415, …): its own problem, under a name instead of about:blank. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpStatus known = HttpStatus.resolve(status.value());
        if (body instanceof ProblemDetail problem && known != null && hasNoType(problem)) {
            String name = known.getReasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '-');
            String detail = problem.getDetail() == null ? known.getReasonPhrase() : problem.getDetail();
            return ResponseEntity.status(status).headers(headers).body(Problems.problem(known, name, detail, false));
        }
        return super.createResponseEntity(body, headers, status, request);
    }

    private static boolean hasNoType(ProblemDetail problem) {
        URI type = problem.getType();
        return type == null || type.toString().equals("about:blank");
    }

    private static ResponseEntity<Object> invalid(String name, Stream<String> reasons) {
        List<String> sorted = reasons.sorted().toList();
        return Problems.answer(
                HttpStatus.UNPROCESSABLE_CONTENT, name, sorted.stream().collect(Collectors.joining("; ")));
    }

    private static String message(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }
}
