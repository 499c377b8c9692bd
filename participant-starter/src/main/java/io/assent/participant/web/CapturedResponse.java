package io.assent.participant.web;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.web.util.ContentCachingResponseWrapper;

/**
 * Keeps a response back until the vote is known, errors and redirects included: headers cannot follow a body, and the
 * container closes the headers at {@code sendError}.
 */
final class CapturedResponse extends ContentCachingResponseWrapper {

    private @Nullable Integer error;
    private @Nullable String errorMessage;
    private @Nullable String redirect;

    CapturedResponse(HttpServletResponse response) {
        super(response);
    }

    @Override
    public void sendError(int status) {
        error = status;
    }

    @Override
    public void sendError(int status, String message) {
        error = status;
        errorMessage = message;
    }

    @Override
    public void sendRedirect(String location) {
        redirect = location;
    }

    @Override
    public int getStatus() {
        return error != null ? error : super.getStatus();
    }

    /** Lets everything go. */
    void release() throws IOException {
        HttpServletResponse target = (HttpServletResponse) getResponse();
        if (error != null) {
            target.sendError(error, errorMessage);
        } else if (redirect != null) {
            target.sendRedirect(redirect);
        } else {
            copyBodyToResponse();
        }
    }
}
