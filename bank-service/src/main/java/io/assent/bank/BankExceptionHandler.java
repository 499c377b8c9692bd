package io.assent.bank;

import io.assent.participant.GlobalTransactionOutcomeUnknownException;
import io.assent.participant.GlobalTransactionRefusedException;
import io.assent.participant.GlobalTransactionRolledBackException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.TransientDataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.transaction.TransactionException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/** Every error is a problem whose type says what became of the transfer. */
@RestControllerAdvice
class BankExceptionHandler extends ResponseEntityExceptionHandler {

    private static final Logger log = LoggerFactory.getLogger(BankExceptionHandler.class);

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    @ExceptionHandler
    ResponseEntity<Object> failed(TransferFailedException e) {
        return answer(e.failure(), e.transaction().toString());
    }

    @ExceptionHandler
    ResponseEntity<Object> rolledBack(GlobalTransactionRolledBackException e) {
        return Problems.answer(
                HttpStatus.SERVICE_UNAVAILABLE,
                "transaction-rolled-back",
                "Nothing was transferred: " + e.reason(),
                e.transactionId().toString(),
                e.isRetryable());
    }

    @ExceptionHandler
    ResponseEntity<Object> refused(GlobalTransactionRefusedException e) {
        return Problems.answer(
                HttpStatus.SERVICE_UNAVAILABLE, "overloaded", String.valueOf(e.getMessage()), null, true);
    }

    @ExceptionHandler
    ResponseEntity<Object> unknown(GlobalTransactionOutcomeUnknownException e) {
        return Problems.answer(
                HttpStatus.SERVICE_UNAVAILABLE,
                "outcome-unknown",
                String.valueOf(e.getMessage()),
                e.transactionId().toString(),
                true);
    }

    @ExceptionHandler
    ResponseEntity<Object> notFound(NotFoundException e) {
        return Problems.answer(HttpStatus.NOT_FOUND, e.problem(), String.valueOf(e.getMessage()), null, false);
    }

    @ExceptionHandler
    ResponseEntity<Object> other(RuntimeException e) {
        return answer(e, null);
    }

    private static ResponseEntity<Object> answer(RuntimeException e, @Nullable String transaction) {
        String message = String.valueOf(e.getMessage());
        if (e instanceof InvalidTransferException) {
            return Problems.answer(HttpStatus.BAD_REQUEST, "invalid-value", message, transaction, false);
        }
        if (e instanceof RefusedException refused) {
            return Problems.answer(HttpStatus.CONFLICT, refused.problem(), message, transaction, false);
        }
        if (e instanceof DuplicateKeyException) {
            String detail = "The transfer has touched one of these accounts before";
            return Problems.answer(HttpStatus.CONFLICT, "entry-exists", detail, transaction, false);
        }
        if (e instanceof PeerFailedException) {
            return Problems.answer(HttpStatus.SERVICE_UNAVAILABLE, "peer-unavailable", message, transaction, true);
        }
        if (e instanceof TransientDataAccessException || isLockTimeout(e)) {
            String detail = "Another transaction is at one of these accounts; try again";
            return Problems.answer(HttpStatus.CONFLICT, "account-busy", detail, transaction, true);
        }
        if (e instanceof DataAccessException || e instanceof TransactionException) {
            log.warn("The database failed: {}", message);
            String detail = "The database cannot be reached; try again";
            return Problems.answer(HttpStatus.SERVICE_UNAVAILABLE, "database-unavailable", detail, transaction, true);
        }
        log.error("A request failed in a way that nobody foresaw", e);
        return Problems.answer(
                HttpStatus.INTERNAL_SERVER_ERROR,
                "internal-error",
                "Something unexpected happened",
                transaction,
                false);
    }

    /** Spring has no name for PostgreSQL's "lock not available". */
    private static boolean isLockTimeout(RuntimeException e) {
        return e instanceof UncategorizedSQLException failed
                && failed.getSQLException() != null
                && LOCK_NOT_AVAILABLE.equals(failed.getSQLException().getSQLState());
    }

    @Override
    protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
            HttpMessageNotReadableException e, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        return Problems.answer(
                HttpStatus.BAD_REQUEST, "malformed-request", "The request body cannot be read as JSON", null, false);
    }

    /** What Spring MVC itself refuses (405, 415, …), under a name instead of about:blank. */
    @Override
    protected ResponseEntity<Object> createResponseEntity(
            @Nullable Object body, HttpHeaders headers, HttpStatusCode status, WebRequest request) {
        HttpStatus known = HttpStatus.valueOf(status.value());
        String name = known.getReasonPhrase().toLowerCase(Locale.ROOT).replace(' ', '-');
        return Problems.answer(known, name, known.getReasonPhrase(), null, false);
    }
}
