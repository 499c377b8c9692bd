package io.assent.participant.web;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Ordered;
import org.springframework.web.servlet.HandlerExceptionResolver;
import org.springframework.web.servlet.ModelAndView;

/**
 * Notes what a work call failed with before the application turns it into an answer, so that the vote ROLLBACK can say why.
 * Resolves nothing.
 */
public final class FailureNote implements HandlerExceptionResolver, Ordered {

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
            context.failedWith(failure.getClass().getSimpleName() + (message == null ? "" : ": " + message));
        }
        return null;
    }
}
