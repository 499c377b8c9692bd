package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.engine.ParticipantList.Circuit;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionState;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.dao.DataAccessResourceFailureException;
import tools.jackson.databind.JsonNode;

/**
 * Goal: every call hands the engine exactly what was sent and answers exactly what came of it. Method: over a real port,
 * with an engine that remembers.
 */
@WebTest
@ExtendWith(OutputCaptureExtension.class)
class ApiTests {

    private static final String TX = "/v1/transactions/" + Records.ID;
    private static final String BRANCH = "{\"branch\":\"1\",\"participant\":\"payment-service\","
            + "\"url\":\"http://localhost:8082/assent/v1\",\"ref\":\"" + Records.REF + "\",\"vote\":\"PREPARED\"}";

    private static final TransactionToken TOKEN = new TransactionToken("nU9tWq3bX0eYk7RzLh2cVA");
    private static final String ENLISTED = BRANCH.replace("}", ",\"token\":\"" + TOKEN.value() + "\"}");

    @Autowired
    FakeCoordinator coordinator;

    @Autowired
    FakeParticipants participants;

    @LocalServerPort
    int port;

    Http http;

    @BeforeEach
    void start() {
        coordinator.reset();
        participants.called = List.of();
        http = new Http(port);
    }

    @Test
    void begin_answers_with_the_address_of_the_transaction() {
        coordinator.answer(Answer.Result.CREATED, Records.active());

        Http.Response response = http.post("/v1/transactions", "{\"name\":\"checkout\",\"timeout\":\"PT30S\"}");

        assertThat(response.status()).isEqualTo(201);
        assertThat(response.headers()).containsEntry("Location", TX);
        assertThat(response.contentType()).isEqualTo("application/json");
        assertThat(response.text("id")).isEqualTo(Records.ID.toString());
        assertThat(response.text("state")).isEqualTo("ACTIVE");
        assertThat(response.json().has("decision")).isFalse();
        assertThat(response.json().has("token")).as("one that has none").isFalse();
        assertThat(coordinator.lastAsked())
                .isEqualTo(new Coordinator.Begin(null, "checkout", Duration.ofSeconds(30), null));
    }

    @Test
    void begin_is_the_only_answer_that_tells_the_token() {
        coordinator.answer = id ->
                CompletableFuture.completedFuture(new Answer(Answer.Result.CREATED, id, Records.active(), null, TOKEN));

        assertThat(http.post("/v1/transactions", "{\"timeout\":\"PT30S\"}").text("token"))
                .isEqualTo(TOKEN.value());
        assertThat(http.post(TX + "/branches", ENLISTED).body()).doesNotContain(TOKEN.value());
        coordinator.answer = id ->
                CompletableFuture.completedFuture(new Answer(Answer.Result.OK, id, Records.active(), null, TOKEN));
        assertThat(http.get(TX).body()).doesNotContain(TOKEN.value());
    }

    @Test
    void without_room_begins_and_commits_are_refused_before_they_are_read_and_what_ends_work_is_not() {
        coordinator.overloaded = "the limit is 7 requests without a decision";
        String commits = "{\"commits\":[{\"transaction\":\"" + Records.ID + "\"}]}";

        for (Http.Response response : List.of(
                http.post("/v1/transactions", "no JSON at all"),
                http.post(TX + "/commit", "no JSON at all"),
                http.post("/v1/commits", commits))) {
            assertThat(response.status()).isEqualTo(503);
            assertThat(response.text("type")).isEqualTo("urn:assent:problem:overloaded");
            assertThat(response.text("detail")).contains("decided nothing", "ask again", "the limit is 7 ");
            assertThat(response.json().path("retryable").asBoolean()).isTrue();
            assertThat(response.headers()).containsEntry("Retry-After", "1");
        }
        assertThat(coordinator.asked).isEmpty();
        assertThat(coordinator.refused).hasValue(3);

        coordinator.answer(Answer.Result.NOT_FOUND, null);
        assertThat(http.post(TX + "/rollback", "{}").status()).isEqualTo(404);
        assertThat(http.get(TX).status()).isEqualTo(404);
        assertThat(http.post(TX + "/branches", ENLISTED).status()).isEqualTo(404);
        assertThat(http.post(
                                "/v1/inquiries",
                                "{\"participant\":\"payment-service\",\"branches\":[{\"transaction\":\"" + Records.ID
                                        + "\",\"branch\":\"1\",\"ref\":\"" + Records.REF + "\"}]}")
                        .status())
                .isEqualTo(200);
        assertThat(http.post("/v1/transactions/no-id/commit", "{}").status()).isEqualTo(400);
        assertThat(coordinator.refused).hasValue(3);
    }

    @Test
    void a_message_with_a_refused_commit_says_when_to_ask_for_it_again() {
        coordinator.answer(Answer.Result.OVERLOADED, null);
        String commit = "{\"transaction\":\"" + Records.ID + "\",\"branches\":[\"1\"]}";

        Http.Response response = http.post("/v1/commits", "{\"commits\":[" + commit + "]}");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.headers()).containsEntry("Retry-After", "1");
        assertThat(response.json().path("results").path(0).path("status").asInt())
                .isEqualTo(503);
    }

    @Test
    void instances_are_shown_as_they_were_last_read() {
        assertThat(http.get("/v1/instances").json().has("asOf"))
                .as("not read yet")
                .isFalse();
        Instant now = Instant.parse("2026-01-31T12:00:00Z");
        UUID id = UUID.randomUUID();
        coordinator.instances = new InstanceList.Snapshot(
                now,
                List.of(new InstanceList.Instance(
                        id, "pod-1", null, null, "1.0", now.minusSeconds(60), now.minusSeconds(1), true, true)));

        Http.Response response = http.get("/v1/instances");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.contentType()).isEqualTo("application/json");
        assertThat(response.text("asOf")).isEqualTo("2026-01-31T12:00:00Z");
        JsonNode item = response.json().path("items").path(0);
        assertThat(item.path("id").asString()).isEqualTo(id.toString());
        assertThat(item.path("lastSeen").asString()).isEqualTo("2026-01-31T11:59:59Z");
        assertThat(item.path("alive").asBoolean()).isTrue();
        assertThat(item.path("self").asBoolean()).isTrue();
        assertThat(item.has("port")).as("it does not listen yet").isFalse();
        assertThat(http.get("/v1/instances?limit=5").text("type")).endsWith("unknown-field");
    }

    @Test
    void participants_are_shown_with_what_they_have_not_acknowledged() {
        Instant now = Instant.parse("2026-01-31T12:00:00Z");
        String url = "http://payment:8082/assent/v1";
        var payment = new ParticipantName("payment-service");
        participants.called = List.of(
                new ParticipantList.Participant(
                        new ParticipantName("stock-service"), url, Circuit.CLOSED, 0, 0, 34, null, null, null, null),
                new ParticipantList.Participant(
                        payment, url, Circuit.HALF_OPEN, 2, 5, 34, 50.0, "answered with status 503", now, now));
        coordinator.backlog = new TransactionSearch.Backlog(
                List.of(
                        new TransactionSearch.Undelivered(payment, url, 3, now.plusSeconds(1)),
                        new TransactionSearch.Undelivered(payment, url, 2, now.plusSeconds(2)),
                        new TransactionSearch.Undelivered(payment, "http://elsewhere:1/", 7, now)),
                0,
                List.of());

        Http.Response response = http.get("/v1/participants");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().path("items").path(0).toString())
                .isEqualTo(("{'name':'payment-service','url':'http://payment:8082/assent/v1','circuit':'HALF_OPEN',"
                                + "'calls':{'underWay':2,'waiting':5,'limit':34},'failureRate':50.0,'unacknowledged':5,"
                                + "'oldestUnacknowledgedSince':'2026-01-31T12:00:01Z',"
                                + "'lastError':'answered with status 503','lastErrorAt':'2026-01-31T12:00:00Z',"
                                + "'lastAnswerAt':'2026-01-31T12:00:00Z'}")
                        .replace('\'', '"'));
        JsonNode stock = response.json().path("items").path(1);
        assertThat(stock.path("unacknowledged").asLong()).isZero();
        for (String unknown :
                List.of("failureRate", "oldestUnacknowledgedSince", "lastError", "lastErrorAt", "lastAnswerAt")) {
            assertThat(stock.path(unknown).isNull()).as(unknown).isTrue();
        }
        assertThat(http.get("/v1/participants?limit=5").text("type")).endsWith("unknown-field");
    }

    @Test
    void participants_are_shown_while_no_log_can_be_asked() {
        participants.called = List.of(new ParticipantList.Participant(
                new ParticipantName("stock-service"),
                "http://stock:1",
                Circuit.OPEN,
                0,
                0,
                34,
                null,
                null,
                null,
                null));
        coordinator.searchFailure = new TransactionSearch.UnavailableException("no connection", null);

        Http.Response response = http.get("/v1/participants");

        assertThat(response.status()).isEqualTo(200);
        JsonNode stock = response.json().path("items").path(0);
        assertThat(stock.path("circuit").asString()).isEqualTo("OPEN");
        assertThat(stock.path("unacknowledged").isNull()).as("not known").isTrue();
    }

    @Test
    void a_retry_is_handed_on_and_written_down(CapturedOutput output) {
        coordinator.answer(Answer.Result.OK, Records.decided(Decision.COMMIT, true));

        Http.Response response = http.post(TX + "/retry", "{\"reason\":\"it is \\\"back\\\" again\"}");

        assertThat(response.status()).as(response.body()).isEqualTo(200);
        assertThat(response.text("decision")).isEqualTo("COMMIT");
        assertThat(coordinator.lastAsked()).isEqualTo(new FakeCoordinator.Retry(Records.ID));
        assertThat(output)
                .contains("who=\"127.0.0.1\" what=\"retry\" target=\"" + Records.ID
                        + "\" reason=\"it is \\\"back\\\" again\" result=\"200\"");

        coordinator.answer(Answer.Result.TRANSACTION_CONFLICT, Records.active());
        Http.Response undecided = http.post(TX + "/retry", "{\"reason\":\"hurry\"}");
        assertThat(undecided.status()).isEqualTo(409);
        assertThat(undecided.text("type")).endsWith(":transaction-conflict");
        assertThat(output).contains("reason=\"hurry\" result=\"409 transaction-conflict\"");

        assertThat(http.post(TX + "/retry", "{}").text("pointer")).isEqualTo("/reason");
    }

    @Test
    void begin_takes_the_callers_id() {
        coordinator.answer(Answer.Result.CREATED, Records.active());

        http.post("/v1/transactions", "{\"id\":\"" + Records.ID + "\",\"timeout\":\"PT0.1S\"}");

        assertThat(coordinator.lastAsked())
                .isEqualTo(new Coordinator.Begin(Records.ID, null, Duration.ofMillis(100), null));
    }

    @Test
    void enlist_is_a_participants_message_and_may_hold_members_of_a_newer_release() {
        coordinator.answer(Answer.Result.CREATED, Records.active());

        Http.Response response =
                http.post(TX + "/branches", ENLISTED.replace("\"vote\":\"PREPARED\"", "\"later\":{\"a\":[1]}"));

        assertThat(response.status()).isEqualTo(201);
        var enlist = (FakeCoordinator.Enlist) coordinator.lastAsked();
        assertThat(enlist.id()).isEqualTo(Records.ID);
        assertThat(enlist.branch().id()).isEqualTo(new BranchId("1"));
        assertThat(enlist.branch().vote()).isEqualTo(Vote.PENDING);
        assertThat(enlist.branch().ref()).isEqualTo(Records.REF);
        assertThat(enlist.token()).isEqualTo(TOKEN);
        assertThat(response.json().path("branches")).hasSize(1);
    }

    @Test
    void a_commit_with_full_branches_and_a_deadline_is_given_to_the_engine_as_set_and_as_expectation() {
        coordinator.answer(Answer.Result.COMPLETE, Records.complete(Decision.COMMIT));

        Http.Response response = http.post(
                TX + "/commit",
                "{\"name\":\"checkout\",\"deadline\":\"2026-01-31T12:00:30Z\",\"branches\":[" + BRANCH + "]}");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text("decision")).isEqualTo("COMMIT");
        assertThat(response.text("completion")).isEqualTo("COMPLETE");
        assertThat(response.text("outcome")).isEqualTo("COMMITTED");
        var commit = (Coordinator.Commit) coordinator.lastAsked();
        assertThat(commit.collected()).singleElement().satisfies(branch -> {
            assertThat(branch.vote()).isEqualTo(Vote.PREPARED);
            assertThat(branch.url()).isEqualTo("http://localhost:8082/assent/v1");
        });
        assertThat(commit.expected()).containsExactly(new ExpectedBranch(new BranchId("1"), Records.REF));
        assertThat(commit.deadline()).isEqualTo(Records.NOW.plusSeconds(30));
        assertThat(commit.patience()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void names_alone_are_an_expectation_and_no_set() {
        coordinator.answer(Answer.Result.PENDING, Records.decided(Decision.COMMIT, false));

        Http.Response response = http.post(
                TX + "/commit",
                "{\"deadline\":\"2026-01-31T12:00:30Z\",\"branches\":[\"1\"," + BRANCH.replace("\"1\"", "\"2\"")
                        + "]}");

        assertThat(response.status()).isEqualTo(202);
        assertThat(response.text("completion")).isEqualTo("PENDING");
        assertThat(response.headers()).containsEntry("Location", TX);
        var commit = (Coordinator.Commit) coordinator.lastAsked();
        assertThat(commit.collected()).isNull();
        assertThat(commit.expected())
                .containsExactly(
                        new ExpectedBranch(new BranchId("1"), null),
                        new ExpectedBranch(new BranchId("2"), Records.REF));
    }

    @Test
    void a_commit_without_branches_expects_nothing_and_an_empty_list_expects_none() {
        coordinator.answer(Answer.Result.COMPLETE, Records.complete(Decision.COMMIT));

        http.post(TX + "/commit", "{}");
        assertThat(((Coordinator.Commit) coordinator.lastAsked()).expected()).isNull();
        assertThat(((Coordinator.Commit) coordinator.lastAsked()).collected()).isNull();

        http.post(TX + "/commit", "{\"branches\":[],\"deadline\":\"2026-01-31T12:00:30Z\"}");
        assertThat(((Coordinator.Commit) coordinator.lastAsked()).expected()).isEmpty();
        assertThat(((Coordinator.Commit) coordinator.lastAsked()).collected()).isEmpty();
    }

    @Test
    void a_set_without_a_deadline_is_refused_if_the_transaction_was_never_begun() {
        coordinator.answer(Answer.Result.NOT_FOUND, null);

        Http.Response response = http.post(TX + "/commit", "{\"branches\":[" + BRANCH + "]}");

        assertThat(response.status()).isEqualTo(400);
        assertThat(response.text("type")).isEqualTo("urn:assent:problem:invalid-value");
        assertThat(response.text("pointer")).isEqualTo("/deadline");
        assertThat(response.text("transaction")).isEqualTo(Records.ID.toString());
        assertThat(((Coordinator.Commit) coordinator.lastAsked()).collected()).isNull();
        assertThat(http.post(TX + "/commit", "{}").status()).isEqualTo(404);
    }

    @Test
    void how_long_the_answer_waits_is_the_callers_choice_within_the_limit() {
        coordinator.answer(Answer.Result.PENDING, Records.decided(Decision.COMMIT, true));

        Http.Response async = http.post(TX + "/commit", "{}", "Prefer", "respond-async");
        assertThat(((Coordinator.Commit) coordinator.lastAsked()).patience()).isEqualTo(Duration.ZERO);
        assertThat(async.headers()).containsEntry("Preference-Applied", "respond-async");

        http.post(TX + "/commit", "{}", "Prefer", "handling=strict, wait=3");
        assertThat(((Coordinator.Commit) coordinator.lastAsked()).patience()).isEqualTo(Duration.ofSeconds(3));

        Http.Response capped = http.post(TX + "/commit", "{}", "Prefer", "wait=999999999");
        assertThat(((Coordinator.Commit) coordinator.lastAsked()).patience()).isEqualTo(Duration.ofSeconds(20));
        assertThat(capped.headers()).containsEntry("Preference-Applied", "wait=20");

        int asked = coordinator.asked.size();
        assertThat(http.post(TX + "/commit", "{}", "Prefer", "wait=soon").text("pointer"))
                .isEqualTo("Prefer");
        assertThat(coordinator.asked).hasSize(asked);
    }

    @Test
    void each_commit_of_a_batch_succeeds_or_fails_alone() {
        String other = "0199a1b2-7c3d-7e4f-8a5b-6c7d8e9f0a1b";
        coordinator.answer = id -> CompletableFuture.completedFuture(
                id.equals(Records.ID)
                        ? new Answer(Answer.Result.COMPLETE, id, Records.complete(Decision.COMMIT), null)
                        : new Answer(Answer.Result.NOT_FOUND, id, null, null));

        Http.Response response = http.post("/v1/commits", """
                {"commits":[
                 {"transaction":"%1$s"},
                 {"transaction":"%2$s","branches":[{"branch":"1","participant":"p","url":7,"ref":"assent:x"}]},
                 {"transaction":"%2$s","branches":["1"]},
                 {"transaction":"%2$s"},
                 {"transaction":"%1$s","deadline":"tomorrow"}]}""".formatted(Records.ID, other));

        assertThat(response.status()).isEqualTo(200);
        var results = response.json().path("results");
        assertThat(results).hasSize(5);
        assertThat(results.path(0).path("outcome").asString()).isEqualTo("COMMITTED");
        assertThat(results.path(0).path("status").asInt()).isEqualTo(200);
        assertThat(results.path(1).path("problem").path("pointer").asString()).isEqualTo("/commits/1/branches/0/url");
        assertThat(results.path(2).path("problem").path("pointer").asString()).isEqualTo("/commits/2/deadline");
        assertThat(results.path(3).path("status").asInt()).isEqualTo(404);
        assertThat(results.path(3).path("problem").path("transaction").asString())
                .isEqualTo(other);
        assertThat(results.path(4).path("status").asInt()).isEqualTo(400);
        assertThat(coordinator.asked).hasSize(3);
    }

    @Test
    void a_rollback_may_name_branches_of_which_the_caller_never_learned_the_ref() {
        coordinator.answer(Answer.Result.COMPLETE, Records.complete(Decision.ROLLBACK));

        Http.Response response = http.post(
                TX + "/rollback",
                "{\"reason\":\"out of stock\",\"branches\":[{\"branch\":\"2\",\"participant\":\"stock\"}]}");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.text("decision")).isEqualTo("ROLLBACK");
        assertThat(response.text("outcome")).isEqualTo("ROLLED_BACK");
        var rollback = (Coordinator.Rollback) coordinator.lastAsked();
        assertThat(rollback.reason()).isEqualTo("out of stock");
        assertThat(rollback.branches()).singleElement().satisfies(branch -> {
            assertThat(branch.ref()).isNull();
            assertThat(branch.participant()).isEqualTo(new ParticipantName("stock"));
        });
    }

    @Test
    void a_resolution_needs_a_reason() {
        coordinator.answer(Answer.Result.OK, Records.complete(Decision.COMMIT));

        assertThat(http.post(TX + "/resolution", "{\"reason\":\"by hand\"}").status())
                .isEqualTo(200);
        assertThat(coordinator.lastAsked()).isEqualTo(new FakeCoordinator.Resolve(Records.ID, "by hand"));
        assertThat(http.post(TX + "/resolution", "{}").text("pointer")).isEqualTo("/reason");
        assertThat(http.post(TX + "/resolution", "{\"reason\":\" \"}").text("pointer"))
                .isEqualTo("/reason");
        assertThat(coordinator.asked).hasSize(1);
    }

    @Test
    void a_transaction_is_shown_with_its_timeline() {
        coordinator.answer(Answer.Result.OK, Records.complete(Decision.COMMIT));

        Http.Response response = http.get(TX);

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().path("timeline")).hasSize(6);
        assertThat(response.text("deadline")).isEqualTo("2026-01-31T12:00:30Z");
        assertThat(response.json().path("branches").path(0).path("acknowledged").asBoolean())
                .isTrue();
    }

    @Test
    void search_passes_every_filter_and_pages_by_cursor() {
        coordinator.found = java.util.List.of(Records.decided(Decision.COMMIT, false));

        Http.Response response = http.get(
                "/v1/transactions?state=COMMITTING&outcome=HEURISTIC_MIXED&name=checkout&participant=payment-service"
                        + "&older-than=PT1M&limit=1&cursor=" + Records.ID);

        assertThat(response.status()).isEqualTo(200);
        assertThat(coordinator.lastAsked())
                .isEqualTo(new TransactionSearch.Query(
                        TransactionState.COMMITTING,
                        Set.of(Outcome.HEURISTIC_MIXED),
                        "checkout",
                        new ParticipantName("payment-service"),
                        Duration.ofMinutes(1),
                        1,
                        Records.ID,
                        null));
        var item = response.json().path("items").path(0);
        assertThat(item.path("state").asString()).isEqualTo("PREPARING");
        assertThat(item.has("decision")).isFalse();
        assertThat(item.has("timeline")).isFalse();
        assertThat(response.text("cursor")).isEqualTo(Records.ID.toString());
        assertThat(http.get("/v1/transactions").text("cursor")).isNull();
        assertThat(coordinator.lastAsked())
                .isEqualTo(new TransactionSearch.Query(null, Set.of(), null, null, null, 50, null, null));
    }

    @Test
    void one_word_finds_every_heuristic_outcome() {
        http.get("/v1/transactions?outcome=HEURISTIC");
        assertThat(((TransactionSearch.Query) coordinator.lastAsked()).outcomes())
                .containsExactlyInAnyOrder(
                        Outcome.HEURISTIC_COMMIT,
                        Outcome.HEURISTIC_ROLLBACK,
                        Outcome.HEURISTIC_MIXED,
                        Outcome.HEURISTIC_HAZARD);
        assertThat(http.get("/v1/transactions?outcome=HEURISTI").text("pointer"))
                .isEqualTo("outcome");
    }

    @Test
    void a_search_that_could_not_ask_every_log_says_so() {
        coordinator.missing = List.of("second");
        assertThat(http.get("/v1/transactions").json().path("missingLogs").toString())
                .isEqualTo("[\"second\"]");
        coordinator.missing = List.of();
        assertThat(http.get("/v1/transactions").json().has("missingLogs")).isFalse();
        coordinator.searchFailure = new TransactionSearch.UnavailableException("no primary at secret host", null);
        Http.Response none = http.get("/v1/transactions");
        assertThat(none.status()).isEqualTo(503);
        assertThat(none.body()).doesNotContain("secret");
    }

    @Test
    void a_search_without_a_database_is_a_problem() {
        coordinator.searchFailure = new DataAccessResourceFailureException("secret host name");

        Http.Response response = http.get("/v1/transactions");

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.text("type")).isEqualTo("urn:assent:problem:decision-log-unavailable");
        assertThat(response.headers()).containsEntry("Retry-After", "1");
        assertThat(response.body()).doesNotContain("secret");
    }

    @Test
    void an_inquiry_is_answered_for_each_branch() {
        coordinator.inquiryAnswer = InquiryAnswer.ROLLBACK;

        Http.Response response = http.post(
                "/v1/inquiries",
                ("{\"participant\":\"payment-service\",\"since\":1,\"branches\":[{\"transaction\":\"%s\",\"branch\":\"1\","
                                + "\"ref\":\"%s\",\"deadline\":\"2026-01-31T12:00:30Z\"}]}")
                        .formatted(Records.ID, Records.REF));

        assertThat(response.status()).isEqualTo(200);
        var answer = response.json().path("answers").path(0);
        assertThat(answer.path("answer").asString()).isEqualTo("ROLLBACK");
        assertThat(answer.path("transaction").asString()).isEqualTo(Records.ID.toString());
        assertThat(answer.path("ref").asString()).isEqualTo(Records.REF.toString());
        var asked = (FakeCoordinator.Inquire) coordinator.lastAsked();
        assertThat(asked.inquiries().get(0).deadline()).isEqualTo(Records.NOW.plusSeconds(30));
    }

    @Test
    void a_failing_program_never_says_that_a_commit_failed() {
        coordinator.answer = id -> CompletableFuture.failedFuture(new IllegalStateException("secret"));

        Http.Response commit = http.post(TX + "/commit", "{}");
        Http.Response find = http.get(TX);

        assertThat(commit.status()).isEqualTo(503);
        assertThat(commit.text("type")).isEqualTo("urn:assent:problem:outcome-unknown");
        assertThat(commit.headers()).containsEntry("Retry-After", "1");
        assertThat(commit.body()).doesNotContain("secret");
        assertThat(find.status()).isEqualTo(500);
        assertThat(find.text("type")).isEqualTo("urn:assent:problem:internal-error");
        assertThat(find.body()).doesNotContain("secret").doesNotContain("Exception");
    }

    @Test
    void who_waits_too_long_is_told_that_the_outcome_is_unknown() {
        coordinator.answer = id -> new CompletableFuture<>();

        Http.Response response = http.post(TX + "/commit", "{}");

        assertThat(response.status()).isEqualTo(503);
        assertThat(response.text("type")).isEqualTo("urn:assent:problem:outcome-unknown");
        assertThat(response.text("transaction")).isEqualTo(Records.ID.toString());
    }
}
