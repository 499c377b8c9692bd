package io.assent.coordinator.web;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.WireJson;
import jakarta.servlet.RequestDispatcher;
import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.apache.tomcat.util.res.StringManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what Tomcat refuses before the application sees it (a broken request line, headers too large, an encoded
 * slash, TRACE) with a problem instead of an HTML page. Public with a public constructor because Tomcat makes it.
 */
public final class ProblemReportValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ProblemReportValve.class);

    // As Tomcat says it, in the language of this process: there are no classes of exceptions for these.
    private static final String HEADERS_TOO_LARGE =
            StringManager.getManager("org.apache.coyote.http11").getString("iib.requestheadertoolarge.error");

    private static final StringManager OF_HEADERS = StringManager.getManager("org.apache.tomcat.util.http");

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int status = status(request, response.getStatus());
        // Something was sent already, or another valve reports.
        if (status < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
            return;
        }
        AtomicBoolean open = new AtomicBoolean();
        response.getCoyoteResponse().action(ActionCode.IS_IO_ALLOWED, open);
        if (!open.get()) {
            return;
        }
        try {
            response.setStatus(status);
            response.setContentType(Problem.MEDIA_TYPE);
            response.setCharacterEncoding("UTF-8");
            if (status == 429 || status == 503) {
                response.setHeader("Retry-After", "1");
            }
            Writer writer = response.getReporter();
            if (writer != null) {
                writer.write(WireJson.strict().writeValueAsString(Problem.ofStatus(status, limit(request, status))));
                response.finishResponse();
            }
        } catch (IOException | IllegalStateException e) {
            log.debug("The client did not take the answer {}; nothing is to be done", status, e);
        }
    }

    /**
     * What the status should be. Tomcat answers 400 to everything it cannot read, and 5xx to what it will not do: but it is
     * the client who has to change something.
     */
    private static int status(Request request, int status) {
        return switch (status) {
            case 400 -> tooLarge(request) ? lineOrHeaders(request) : 400;
            // CONNECT, or a transfer coding that is not known here.
            case 501 -> request.getMethod().equals("CONNECT") ? 405 : 400;
            case 505 -> 400;
            default -> status;
        };
    }

    private static Integer mostHeaders(Request request) {
        return Integer.valueOf(String.valueOf(request.getConnector().getProperty("maxHeaderCount")));
    }

    private static @Nullable String limit(Request request, int status) {
        return status == 414 || status == 431
                ? "The line of a request and its headers may have %s bytes together, and it may have %d headers"
                        .formatted(request.getConnector().getProperty("maxHttpRequestHeaderSize"), mostHeaders(request))
                : null;
    }

    private static boolean tooLarge(Request request) {
        return request.getAttribute(RequestDispatcher.ERROR_EXCEPTION) instanceof Exception e
                && (HEADERS_TOO_LARGE.equals(e.getMessage())
                        || OF_HEADERS
                                .getString("headers.maxCountFail", mostHeaders(request))
                                .equals(e.getMessage()));
    }

    private static int lineOrHeaders(Request request) {
        return request.getCoyoteRequest().requestURI().isNull() ? 414 : 431;
    }
}
