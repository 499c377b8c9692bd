package io.assent.protocol.wire;

import java.util.Locale;

/** Every error answer is one of these (RFC 9457); the {@code type} ends in the name. */
public enum ProblemType {
    MALFORMED_REQUEST(400, false, "The request is not well-formed JSON or not well-formed HTTP"),
    INVALID_VALUE(400, false, "A value is missing, out of range or of the wrong form"),
    UNKNOWN_FIELD(400, false, "A member is not known here"),
    DUPLICATE_MEMBER(400, false, "A member is given twice"),
    PARTICIPANT_NOT_ALLOWED(400, false, "The participant's address is not allowed here"),
    UNAUTHORIZED(401, false, "Credentials are missing or not valid"),
    FORBIDDEN(403, false, "The credentials do not allow this"),
    NOT_FOUND(404, false, "There is nothing at this address"),
    TRANSACTION_NOT_FOUND(404, false, "No transaction of this id was ever seen"),
    METHOD_NOT_ALLOWED(405, false, "The method is not allowed here"),
    NOT_ACCEPTABLE(406, false, "Only application/json is offered"),
    TRANSACTION_CLOSED(409, false, "The transaction takes no more branches"),
    TRANSACTION_CONFLICT(409, false, "The transaction exists with other content"),
    BRANCH_CONFLICT(409, false, "The branch exists with other content"),
    BRANCH_SET_CONFLICT(409, false, "The branches differ from the recorded ones"),
    TRANSACTION_ROLLED_BACK(409, true, "The transaction has been rolled back"),
    DECISION_FINAL(409, false, "The transaction has been committed"),
    TRANSACTION_TOO_OLD(410, false, "The transaction is older than what is kept"),
    PAYLOAD_TOO_LARGE(413, false, "The body is larger than the limit"),
    UNSUPPORTED_MEDIA_TYPE(415, false, "Only application/json is accepted"),
    MISDIRECTED(421, false, "The message is meant for another participant"),
    BRANCH_LIMIT(422, false, "The transaction has as many branches as it may have"),
    RATE_LIMITED(429, true, "Too many requests"),
    INTERNAL_ERROR(500, true, "Something went wrong here"),
    OUTCOME_UNKNOWN(503, true, "The outcome is not known yet: ask again with this id"),
    DECISION_LOG_UNAVAILABLE(503, true, "The decision log cannot be reached; nothing was written"),
    OVERLOADED(503, true, "Too much is under way; nothing was started");

    /** What every type starts with. */
    public static final String PREFIX = "urn:assent:problem:";

    private final int status;
    private final boolean retryable;
    private final String title;

    ProblemType(int status, boolean retryable, String title) {
        this.status = status;
        this.retryable = retryable;
        this.title = title;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /**
     * Whether sending the same again can help. For {@link #TRANSACTION_ROLLED_BACK} it means doing the work again in a
     * new transaction.
     */
    public boolean retryable() {
        return retryable;
    }

    /** One sentence for people, the same for every problem of this type. */
    public String title() {
        return title;
    }

    /** The name as it ends the type, such as {@code outcome-unknown}. */
    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The URI that goes into {@code type}. */
    public String uri() {
        return PREFIX + slug();
    }
}
