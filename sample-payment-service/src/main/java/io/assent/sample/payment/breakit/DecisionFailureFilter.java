package io.assent.sample.payment.breakit;

import io.assent.sample.payment.breakit.ArmedFailure.Setting;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import org.springframework.web.filter.OncePerRequestFilter;

/** Strikes when a decision arrives, before anybody has read it. */
class DecisionFailureFilter extends OncePerRequestFilter {

    private final ArmedFailure failure;
    private final Killer killer;

    DecisionFailureFilter(ArmedFailure failure, Killer killer) {
        this.failure = failure;
        this.killer = killer;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Setting struck = failure.strike(EnumSet.of(FailureMode.KILL_AFTER_VOTE, FailureMode.KILL_AFTER_DECISION));
        if (struck.mode() == FailureMode.KILL_AFTER_VOTE) {
            killer.killThisProcess();
        } else if (struck.mode() == FailureMode.KILL_AFTER_DECISION) {
            killer.killCoordinator();
        }
        chain.doFilter(request, response);
    }
}
