package io.assent.conformance.http;

import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import java.net.http.HttpHeaders;
import java.util.Arrays;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * An HTTP answer, read to its end.
 *
 * @param status the status code
 * @param headers the headers
 * @param body the body as text
 */
public record Answer(int status, HttpHeaders headers, String body) {

    /** Whether the status is 2xx. */
    public boolean isSuccess() {
        return status >= 200 && status < 300;
    }

    /**
     * The body as a message of the protocol.
     *
     * @throws CaseFailedException if it is none
     */
    public <T> T as(Class<T> type) {
        try {
            T message = WireJson.tolerant().readValue(body, type);
            if (message == null) {
                throw new CaseFailedException("the body is null instead of a " + type.getSimpleName());
            }
            return message;
        } catch (JacksonException e) {
            throw new CaseFailedException(
                    "the body is no " + type.getSimpleName() + ": " + e.getOriginalMessage() + ": " + body);
        }
    }

    /** The body as JSON. */
    public JsonNode json() {
        return as(JsonNode.class);
    }

    /** Requires exactly this status. */
    public Answer expect(int expected, String what) {
        return expect(what, expected);
    }

    /** Requires one of these statuses. */
    public Answer expect(String what, int... expected) {
        if (Arrays.stream(expected).noneMatch(each -> each == status)) {
            throw new CaseFailedException(
                    what + ": expected " + Arrays.toString(expected) + ", was " + status + ": " + body);
        }
        return this;
    }

    /** Requires a registered problem (I15) of this type. */
    public Problem problem(ProblemType type, String what) {
        expect(type.status(), what);
        Problem problem = problem(what);
        if (!problem.type().equals(type.uri())) {
            throw new CaseFailedException(what + ": expected " + type.uri() + ", was " + problem.type());
        }
        return problem;
    }

    /** Requires a registered problem (I15). */
    public Problem problem(String what) {
        String contentType = headers.firstValue("Content-Type").orElse("none");
        if (!contentType.startsWith(Problem.MEDIA_TYPE)) {
            throw new CaseFailedException(
                    what + ": an error is a " + Problem.MEDIA_TYPE + ", the Content-Type was " + contentType);
        }
        Problem problem = as(Problem.class);
        boolean registered = Arrays.stream(ProblemType.values())
                .anyMatch(type -> type.uri().equals(problem.type()) && type.status() == status);
        if (!registered || problem.status() != status) {
            throw new CaseFailedException(what + ": not a registered problem for " + status + ": " + body);
        }
        if ((status == 429 || status == 503)
                && headers.firstValue("Retry-After").isEmpty()) {
            throw new CaseFailedException(what + ": " + status + " without Retry-After");
        }
        return problem;
    }
}
