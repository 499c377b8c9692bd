package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.wire.CommitResult;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.TransactionView;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.http.ResponseEntity;

/** Goal: every result of the engine has exactly the status of the specification. Method: all of them, from a table. */
class AnswersTests {

    private static final Map<Answer.Result, String> TABLE = new EnumMap<>(Answer.Result.class);

    static {
        TABLE.put(Answer.Result.CREATED, "201");
        TABLE.put(Answer.Result.OK, "200");
        TABLE.put(Answer.Result.COMPLETE, "200");
        TABLE.put(Answer.Result.PENDING, "202");
        TABLE.put(Answer.Result.ROLLED_BACK, "409 transaction-rolled-back");
        TABLE.put(Answer.Result.COMMITTED, "409 decision-final");
        TABLE.put(Answer.Result.SET_CONFLICT, "409 branch-set-conflict");
        TABLE.put(Answer.Result.TRANSACTION_CONFLICT, "409 transaction-conflict");
        TABLE.put(Answer.Result.BRANCH_CONFLICT, "409 branch-conflict");
        TABLE.put(Answer.Result.CLOSED, "409 transaction-closed");
        TABLE.put(Answer.Result.BRANCH_LIMIT, "422 branch-limit");
        TABLE.put(Answer.Result.NOT_ALLOWED, "400 participant-not-allowed");
        TABLE.put(Answer.Result.IN_FUTURE, "400 invalid-value");
        TABLE.put(Answer.Result.NOT_FOUND, "404 transaction-not-found");
        TABLE.put(Answer.Result.TOO_OLD, "410 transaction-too-old");
        TABLE.put(Answer.Result.UNKNOWN, "503 outcome-unknown");
        TABLE.put(Answer.Result.HELD, "503 outcome-unknown");
        TABLE.put(Answer.Result.UNAVAILABLE, "503 decision-log-unavailable");
        TABLE.put(Answer.Result.OVERLOADED, "503 overloaded");
    }

    private final Answers answers = new Answers(Duration.ofSeconds(7));

    @ParameterizedTest
    @EnumSource(Answer.Result.class)
    void every_result_has_the_status_of_the_specification(Answer.Result result) {
        TransactionRecord record = Records.complete(Decision.COMMIT);

        ResponseEntity<Object> response =
                answers.respond(new Answer(result, Records.ID, record, null), Answers.Call.COMMIT);

        String got = Integer.toString(response.getStatusCode().value());
        if (response.getBody() instanceof Problem problem) {
            got += " " + problem.type().substring("urn:assent:problem:".length());
            assertThat(problem.status()).isEqualTo(response.getStatusCode().value());
            assertThat(problem.transaction()).isEqualTo(Records.ID.toString());
            assertThat(problem.detail()).isNotBlank();
            assertThat(response.getHeaders().getContentType()).isEqualTo(Answers.PROBLEM);
        } else {
            assertThat(response.getBody()).isInstanceOf(TransactionView.class);
        }
        assertThat(got).isEqualTo(TABLE.get(result));
        assertThat(response.getHeaders().getFirst("Retry-After"))
                .isEqualTo(response.getStatusCode().value() == 503 ? "7" : null);
    }

    @ParameterizedTest
    @EnumSource(Answer.Result.class)
    void a_result_in_a_batch_says_what_a_single_commit_would_have_said(Answer.Result result) {
        Answer answer = new Answer(result, Records.ID, Records.complete(Decision.COMMIT), null);

        CommitResult one = answers.result(answer, "/commits/3");

        assertThat(one.transaction()).isEqualTo(Records.ID.toString());
        assertThat(one.status()
                        + (one.problem() == null
                                ? ""
                                : " " + one.problem().type().substring(19)))
                .isEqualTo(TABLE.get(result));
        if (result == Answer.Result.IN_FUTURE) {
            assertThat(one.problem().pointer()).isEqualTo("/commits/3/transaction");
        }
    }

    @Test
    void a_decision_that_is_not_confirmed_is_told_only_by_the_calls_that_wrote_it() {
        TransactionRecord unconfirmed = Records.decided(Decision.COMMIT, false);

        assertThat(view(Answer.Result.OK, unconfirmed, Answers.Call.FIND)).satisfies(view -> {
            assertThat(view.state()).isEqualTo("PREPARING");
            assertThat(view.decision()).isNull();
            assertThat(view.completion()).isNull();
            assertThat(view.timeline()).noneMatch(entry -> entry.event().equals("DECIDED"));
        });
        assertThat(view(Answer.Result.PENDING, unconfirmed, Answers.Call.COMMIT).decision())
                .isEqualTo("COMMIT");
        for (Answer.Result conflict : new Answer.Result[] {
            Answer.Result.CLOSED, Answer.Result.TRANSACTION_CONFLICT, Answer.Result.BRANCH_CONFLICT
        }) {
            assertThat(problem(conflict, unconfirmed).decision()).isNull();
            assertThat(problem(conflict, Records.decided(Decision.COMMIT, true)).decision())
                    .isEqualTo("COMMIT");
        }
    }

    @Test
    void a_heuristic_outcome_is_shown_while_its_branch_is_open() {
        TransactionView view = view(Answer.Result.PENDING, Records.heuristic(), Answers.Call.COMMIT);

        assertThat(view.completion()).isEqualTo("PENDING");
        assertThat(view.outcome()).isEqualTo("HEURISTIC_ROLLBACK");
        assertThat(view.state()).isEqualTo("COMMITTING");
    }

    @Test
    void a_rollback_tells_its_reason_and_that_it_stands() {
        Problem problem = problem(Answer.Result.ROLLED_BACK, Records.decided(Decision.ROLLBACK, false));

        assertThat(problem.decision()).isEqualTo("ROLLBACK");
        assertThat(problem.reason()).isEqualTo("no money");
        assertThat(problem.detail()).contains("no money");
        assertThat(problem.retryable()).isTrue();
    }

    @Test
    void the_timeline_is_in_order() {
        TransactionView view = view(Answer.Result.OK, Records.complete(Decision.ROLLBACK), Answers.Call.FIND);

        assertThat(view.timeline())
                .extracting(entry -> entry.event())
                .containsExactly("BEGUN", "ENLISTED", "COMMIT_REQUESTED", "DECIDED", "ACKNOWLEDGED", "COMPLETED");
        assertThat(view.timeline().get(3).detail()).isEqualTo("ROLLBACK: no money");
        assertThat(view.state()).isEqualTo("ROLLED_BACK");
        assertThat(view.outcome()).isEqualTo("ROLLED_BACK");
    }

    @Test
    void complete_without_an_outcome_is_a_bug_and_not_an_answer() {
        Answer answer = new Answer(Answer.Result.COMPLETE, Records.ID, Records.decided(Decision.COMMIT, true), null);

        assertThatThrownBy(() -> answers.respond(answer, Answers.Call.COMMIT))
                .isInstanceOf(IllegalStateException.class);
    }

    private TransactionView view(Answer.Result result, TransactionRecord record, Answers.Call call) {
        return (TransactionView) answers.respond(new Answer(result, Records.ID, record, null), call)
                .getBody();
    }

    private Problem problem(Answer.Result result, TransactionRecord record) {
        return (Problem) answers.respond(new Answer(result, Records.ID, record, null), Answers.Call.COMMIT)
                .getBody();
    }
}
