package io.assent.protocol.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Body of every error answer, {@code application/problem+json} (RFC 9457).
 *
 * @param type {@link ProblemType#uri()}
 * @param title {@link ProblemType#title()}
 * @param status the HTTP status
 * @param detail for people: what was wrong with this request, or what to do; never a stack trace or a secret
 * @param pointer JSON pointer (RFC 6901) to the member that is wrong, or the name of the parameter or header
 * @param transaction id of the transaction concerned
 * @param retryable {@link ProblemType#retryable()}, unless the sender knows better
 * @param decision COMMIT or ROLLBACK, where it is known and may be told (R4)
 * @param reason why the transaction was rolled back
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        @Nullable String pointer,
        @Nullable String transaction,
        boolean retryable,
        @Nullable String decision,
        @Nullable String reason) {

    /** The media type of problems. */
    public static final String MEDIA_TYPE = "application/problem+json";

    /** A problem with what every problem of its type says. */
    public static Problem of(ProblemType type, @Nullable String detail) {
        return new Problem(type.uri(), type.title(), type.status(), detail, null, null, type.retryable(), null, null);
    }

    /** A registered type for any error status that a container or a framework gives; the status itself is kept. */
    public static Problem ofStatus(int status) {
        return ofStatus(status, null);
    }

    /** The same, with a detail for people. */
    public static Problem ofStatus(int status, @Nullable String detail) {
        ProblemType type = switch (status) {
            case 401 -> ProblemType.UNAUTHORIZED;
            case 403 -> ProblemType.FORBIDDEN;
            case 404 -> ProblemType.NOT_FOUND;
            case 405, 501 -> ProblemType.METHOD_NOT_ALLOWED;
            case 406 -> ProblemType.NOT_ACCEPTABLE;
            case 413, 414, 431 -> ProblemType.PAYLOAD_TOO_LARGE;
            case 415 -> ProblemType.UNSUPPORTED_MEDIA_TYPE;
            case 429 -> ProblemType.RATE_LIMITED;
            case 503 -> ProblemType.OVERLOADED;
            default -> status < 500 ? ProblemType.MALFORMED_REQUEST : ProblemType.INTERNAL_ERROR;
        };
        boolean retryable = type.retryable() || status == 408;
        return new Problem(type.uri(), type.title(), status, detail, null, null, retryable, null, null);
    }

    /** The same, pointing at the member that is wrong. */
    public Problem at(@Nullable String pointer) {
        return new Problem(type, title, status, detail, pointer, transaction, retryable, decision, reason);
    }

    /** The same, naming the transaction and what may be told of it. */
    public Problem of(@Nullable String transaction, @Nullable String decision, @Nullable String reason) {
        return new Problem(type, title, status, detail, pointer, transaction, retryable, decision, reason);
    }
}
