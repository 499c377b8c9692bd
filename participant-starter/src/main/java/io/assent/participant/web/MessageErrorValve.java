package io.assent.participant.web;

import io.assent.protocol.wire.Problem;
import jakarta.servlet.ServletException;
import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ValveBase;

/**
 * Answers what Tomcat refuses about a message before any application sees it (an encoded slash, a NUL in the path) with a
 * problem instead of a page. It stands behind the valves that write pages: what is not a message is theirs, and so is an
 * answer that the application has begun. Thread-safe.
 */
public final class MessageErrorValve extends ValveBase {

    private final String messages;

    /** @param protocolPath where the participant's endpoints are, with the path of the application before it */
    public MessageErrorValve(String protocolPath) {
        super(true);
        this.messages = protocolPath + "/";
    }

    @Override
    public void invoke(Request request, Response response) throws IOException, ServletException {
        getNext().invoke(request, response);
        String uri = request.getRequestURI();
        if (uri == null
                || !uri.startsWith(messages)
                || !response.isErrorReportRequired()
                || response.isCommitted()
                || response.getContentWritten() > 0) {
            return;
        }
        // An error closes the answer to everybody but those who report it.
        response.setSuspended(false);
        if (response.setErrorReported()) {
            BranchFilter.write(response, Problem.ofStatus(response.getStatus()));
            response.finishResponse();
        }
    }
}
