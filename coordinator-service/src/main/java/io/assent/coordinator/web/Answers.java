package io.assent.coordinator.web;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.BeginResponse;
import io.assent.protocol.wire.CommitResult;
import io.assent.protocol.wire.CommitsResponse;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.TransactionView;
import io.assent.protocol.wire.WireJson;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.servlet.HandlerMapping;

/** Turns the engine's answers into responses. One table for every call: what a result means does not depend on who asked. */
final class Answers {

    static final MediaType PROBLEM = MediaType.parseMediaType(Problem.MEDIA_TYPE);

    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

    private final Duration retryAfter;

    Answers(Duration retryAfter) {
        this.retryAfter = retryAfter;
    }

    /** What a call shows, and where its id stands. */
    enum Call {
        BEGIN("/id"),
        ENLIST("id"),
        COMMIT("id"),
        ROLLBACK("id"),
        RESOLVE("id"),
        FIND("id");

        private final String idPointer;

        Call(String idPointer) {
            this.idPointer = idPointer;
        }
    }

    ResponseEntity<Object> respond(Answer answer, Call call) {
        ProblemType type = problemType(answer.result());
        if (type != null) {
            return respond(problem(type, answer, call, pointer(answer.result(), call)));
        }
        TransactionView view = view(answer, call, call == Call.FIND || call == Call.RESOLVE);
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(success(answer.result())).contentType(MediaType.APPLICATION_JSON);
        if (call == Call.BEGIN || answer.result() == Answer.Result.PENDING) {
            response.location(URI.create(Paths.TRANSACTIONS + "/" + answer.id()));
        }
        return response.body(call == Call.BEGIN ? BeginResponse.of(view, token(answer)) : view);
    }

    private static @Nullable String token(Answer answer) {
        return answer.token() == null ? null : answer.token().value();
    }

    /** The message as a whole is answered well; what is to be asked again is to be so no sooner than by itself. */
    ResponseEntity<Object> respond(List<CommitResult> results) {
        ResponseEntity.BodyBuilder response = ResponseEntity.ok();
        if (results.stream().anyMatch(result -> result.status() == 503)) {
            response.header(HttpHeaders.RETRY_AFTER, retryAfter());
        }
        return response.body(new CommitsResponse(results));
    }

    private String retryAfter() {
        return Long.toString(Math.max(1, retryAfter.toSeconds()));
    }

    ResponseEntity<Object> respond(Problem problem) {
        ResponseEntity.BodyBuilder response =
                ResponseEntity.status(problem.status()).contentType(PROBLEM);
        if (problem.status() == 429 || problem.status() == 503) {
            response.header(HttpHeaders.RETRY_AFTER, retryAfter());
        }
        return response.body(problem);
    }

    /**
     * Answers a request that was refused at the door. Not by an exception, since finding out what becomes of one costs more than the
     * rest of the refusal, and this is what an instance does that has too much to do.
     */
    void refuse(HttpServletRequest request, HttpServletResponse response, Problem problem) throws IOException {
        Problem told = located(problem, request);
        ResponseEntity<Object> answer = respond(told);
        response.setStatus(answer.getStatusCode().value());
        answer.getHeaders().forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
        response.getOutputStream().write(WireJson.strict().writeValueAsBytes(told));
    }

    /** With the transaction that the path names, if what it names is one, and the problem does not name one itself. */
    static Problem located(Problem problem, HttpServletRequest request) {
        return problem.transaction() != null ? problem : problem.of(transaction(request), null, null);
    }

    /** The transaction that the path names; null if what it names is none. */
    static @Nullable String transaction(HttpServletRequest request) {
        return request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE) instanceof Map<?, ?> variables
                        && variables.get("id") instanceof String id
                        && ID.matcher(id).matches()
                ? id
                : null;
    }

    /**
     * What a request is told that was refused at the door.
     *
     * @param id null where it is not known
     * @param reason with the limit
     */
    Problem overloaded(@Nullable TransactionId id, String reason) {
        Problem problem =
                Problem.of(ProblemType.OVERLOADED, detail(ProblemType.OVERLOADED, null) + " (" + reason + ")");
        return id == null ? problem : problem.of(id.toString(), null, null);
    }

    /** One of the results of {@code POST /v1/commits}. */
    CommitResult result(Answer answer, String at) {
        ProblemType type = problemType(answer.result());
        String id = answer.id().toString();
        if (type != null) {
            String pointer = pointer(answer.result(), Call.COMMIT);
            return result(id, problem(type, answer, Call.COMMIT, pointer == null ? null : at + "/transaction"));
        }
        TransactionView view = view(answer, Call.COMMIT, false);
        return new CommitResult(
                id,
                success(answer.result()).value(),
                view.decision(),
                view.completion(),
                view.outcome(),
                view.reason(),
                null);
    }

    static CommitResult result(String id, Problem problem) {
        return new CommitResult(
                id,
                problem.status(),
                problem.decision(),
                null,
                null,
                problem.reason(),
                problem.of(id, problem.decision(), problem.reason()));
    }

    private static TransactionView view(Answer answer, Call call, boolean withTimeline) {
        TransactionRecord transaction = answer.transaction();
        if (transaction == null) {
            throw new IllegalStateException(
                    "%s of %s says %s but shows no transaction".formatted(call, answer.id(), answer.result()));
        }
        TransactionView view = Views.transaction(transaction, tellable(answer, call), withTimeline);
        if (answer.result() == Answer.Result.COMPLETE && (view.outcome() == null || view.decision() == null)) {
            throw new IllegalStateException("%s of %s is complete but has no outcome".formatted(call, answer.id()));
        }
        return view;
    }

    private static Problem problem(ProblemType type, Answer answer, Call call, @Nullable String pointer) {
        Decision decision = tellable(answer, call);
        String reason = decision == Decision.ROLLBACK && answer.transaction() != null
                ? answer.transaction().reason()
                : null;
        String detail = detail(type, reason) + addition(answer);
        return Problem.of(type, detail)
                .at(pointer)
                .of(answer.id().toString(), decision == null ? null : decision.name(), reason);
    }

    /**
     * What may be told (R4). These results are themselves made of a clean write's return; with every other one the
     * record was read, and only a confirmed decision in it counts.
     */
    private static @Nullable Decision tellable(Answer answer, Call call) {
        TransactionRecord transaction = answer.transaction();
        return switch (answer.result()) {
            case COMPLETE, PENDING -> call == Call.COMMIT ? Decision.COMMIT : Decision.ROLLBACK;
            case ROLLED_BACK -> Decision.ROLLBACK;
            case COMMITTED, SET_CONFLICT -> Decision.COMMIT;
            case CREATED, OK, TRANSACTION_CONFLICT, BRANCH_CONFLICT, CLOSED, BRANCH_LIMIT ->
                transaction == null ? null : Views.confirmed(transaction);
            case NOT_ALLOWED, IN_FUTURE, NOT_FOUND, TOO_OLD, UNKNOWN, HELD, UNAVAILABLE, OVERLOADED -> null;
        };
    }

    private static @Nullable String pointer(Answer.Result result, Call call) {
        return result == Answer.Result.IN_FUTURE ? call.idPointer : null;
    }

    static @Nullable ProblemType problemType(Answer.Result result) {
        return switch (result) {
            case CREATED, OK, COMPLETE, PENDING -> null;
            case ROLLED_BACK -> ProblemType.TRANSACTION_ROLLED_BACK;
            case COMMITTED -> ProblemType.DECISION_FINAL;
            case SET_CONFLICT -> ProblemType.BRANCH_SET_CONFLICT;
            case TRANSACTION_CONFLICT -> ProblemType.TRANSACTION_CONFLICT;
            case BRANCH_CONFLICT -> ProblemType.BRANCH_CONFLICT;
            case CLOSED -> ProblemType.TRANSACTION_CLOSED;
            case BRANCH_LIMIT -> ProblemType.BRANCH_LIMIT;
            case NOT_ALLOWED -> ProblemType.PARTICIPANT_NOT_ALLOWED;
            case IN_FUTURE -> ProblemType.INVALID_VALUE;
            case NOT_FOUND -> ProblemType.TRANSACTION_NOT_FOUND;
            case TOO_OLD -> ProblemType.TRANSACTION_TOO_OLD;
            case UNKNOWN, HELD -> ProblemType.OUTCOME_UNKNOWN;
            case UNAVAILABLE -> ProblemType.DECISION_LOG_UNAVAILABLE;
            case OVERLOADED -> ProblemType.OVERLOADED;
        };
    }

    static HttpStatus success(Answer.Result result) {
        return switch (result) {
            case CREATED -> HttpStatus.CREATED;
            case OK, COMPLETE -> HttpStatus.OK;
            case PENDING -> HttpStatus.ACCEPTED;
            case ROLLED_BACK,
                    COMMITTED,
                    SET_CONFLICT,
                    TRANSACTION_CONFLICT,
                    BRANCH_CONFLICT,
                    CLOSED,
                    BRANCH_LIMIT,
                    NOT_ALLOWED,
                    IN_FUTURE,
                    NOT_FOUND,
                    TOO_OLD,
                    UNKNOWN,
                    HELD,
                    UNAVAILABLE,
                    OVERLOADED -> throw new IllegalArgumentException(result + " is a problem");
        };
    }

    /** What the engine says about this very request; what it says of the database is for the log only. */
    private static String addition(Answer answer) {
        return answer.detail() == null
                        || answer.result() == Answer.Result.UNAVAILABLE
                        || answer.result() == Answer.Result.UNKNOWN
                ? ""
                : " (" + answer.detail() + ")";
    }

    private static String detail(ProblemType type, @Nullable String reason) {
        return switch (type) {
            case TRANSACTION_ROLLED_BACK ->
                (reason == null ? "Rolled back" : "Rolled back: " + reason)
                        + ". Nothing of it remains; the work may be done again in a new transaction";
            case DECISION_FINAL -> "COMMIT was decided before and stands";
            case BRANCH_SET_CONFLICT ->
                "COMMIT was decided before with another set of branches and stands; branches of this request that are not in it are rolled back";
            case TRANSACTION_CONFLICT ->
                "A transaction of this id exists and differs, is decided, or has nothing to resolve or to try again";
            case BRANCH_CONFLICT -> "The branch is enlisted with another participant, address, execution or vote";
            case TRANSACTION_CLOSED ->
                "The commit was requested, or it is decided, or its deadline has passed: roll the branch back";
            case INVALID_VALUE -> "The id was made more than five minutes ahead of the database's clock";
            case PARTICIPANT_NOT_ALLOWED ->
                "This coordinator is not configured to call that address; nothing was written";
            case OUTCOME_UNKNOWN ->
                "The decision may or may not have been written. Ask again with this id: repeat the request or GET the transaction";
            case DECISION_LOG_UNAVAILABLE -> "Nothing was written; the same request may be sent again";
            case OVERLOADED ->
                "This request has decided nothing; ask again with the same id, after the time in Retry-After";
            default -> type.title();
        };
    }
}
