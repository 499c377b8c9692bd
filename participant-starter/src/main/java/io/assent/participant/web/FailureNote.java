package io.assent.participant.web;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Notes what a work call failed with before the application turns it into an answer, so that the vote ROLLBACK can say why.
 * Resolves nothing.
 */
public final class FailureNote implements HandlerExceptionResolver, Ordered {

    /** PostgreSQL's SQLSTATE when lock_timeout strikes. */
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public @Nullable ModelAndView resolveException(
            HttpServletRequest request, HttpServletResponse response, @Nullable Object handler, Exception failure) {
        GlobalTransactionContext context = CurrentTransaction.get();
        if (context != null) {
            String message = failure.getMessage();
            if (waitedForLock(failure)) {
                context.waitedForLock();
            }
            context.failedWith(failure.getClass().getSimpleName() + (message == null ? "" : ": " + message));
        }
        return null;
    }

    private static boolean waitedForLock(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql && LOCK_NOT_AVAILABLE.equals(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
