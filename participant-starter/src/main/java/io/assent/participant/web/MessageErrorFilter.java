package io.assent.participant.web;

import io.assent.protocol.wire.Problem;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.RequestDispatcher;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;

/**
 * Answers errors that the container or another filter raises about a message, instead of the application's error page: a body
 * that could not be read, or a sender who may not send. For error dispatches only. Thread-safe.
 */
public final class MessageErrorFilter implements Filter {

    private final String protocolPath;

    /** @param protocolPath where the participant's endpoints are */
    public MessageErrorFilter(String protocolPath) {
        this.protocolPath = protocolPath;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        if (request instanceof HttpServletRequest http
                && response instanceof HttpServletResponse answer
                && request.getAttribute(RequestDispatcher.ERROR_REQUEST_URI) instanceof String uri
                && request.getAttribute(RequestDispatcher.ERROR_STATUS_CODE) instanceof Integer status
                && uri.startsWith(http.getContextPath() + protocolPath + "/")) {
            BranchFilter.write(answer, Problem.ofStatus(status));
        } else {
            chain.doFilter(request, response);
        }
    }
}
