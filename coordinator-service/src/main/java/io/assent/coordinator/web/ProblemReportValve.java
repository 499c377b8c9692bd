package io.assent.coordinator.web;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.io.Writer;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.apache.coyote.ActionCode;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what Tomcat refuses before the application sees it (a broken request line, headers too large, an encoded
 * slash, TRACE) with a problem instead of an HTML page. Public with a public constructor because Tomcat makes it.
 */
public final class ProblemReportValve extends ErrorReportValve {

    private static final Logger log = LoggerFactory.getLogger(ProblemReportValve.class);

    @Override
    protected void report(Request request, Response response, @Nullable Throwable throwable) {
        int status = response.getStatus();
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
            response.setContentType(Problem.MEDIA_TYPE);
            response.setCharacterEncoding("UTF-8");
            if (status == 429 || status == 503) {
                response.setHeader("Retry-After", "1");
            }
            Writer writer = response.getReporter();
            if (writer != null) {
                writer.write(WireJson.strict().writeValueAsString(Problems.ofStatus(status)));
                response.finishResponse();
            }
        } catch (IOException | IllegalStateException e) {
            log.debug("The client did not take the answer {}; nothing is to be done", status, e);
        }
    }
}
