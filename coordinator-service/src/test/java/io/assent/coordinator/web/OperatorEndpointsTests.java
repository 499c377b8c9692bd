package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.engine.ParticipantList.Circuit;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/**
 * Goal: the actuator and the doctor show operators what the REST API knows, whatever fails. Method: over a real port, with
 * ports that say what the test wants.
 */
@WebTest
@ExtendWith(OutputCaptureExtension.class)
class OperatorEndpointsTests {

    @Autowired
    FakeCoordinator coordinator;

    @Autowired
    FakeParticipants participants;

    @Autowired
    FakeLogLives logs;

    @Autowired
    FakeTakeovers takeovers;

    @LocalServerPort
    int port;

    Http http;

    @BeforeEach
    void start() {
        coordinator.reset();
        http = new Http(port);
    }

    @AfterEach
    void reset() {
        logs.available = true;
        participants.called = List.of();
        coordinator.reset();
    }

    @Test
    void transactions_are_listed_and_shown_as_in_the_rest_api() {
        coordinator.found = List.of(Records.heuristic());
        Http.Response list = http.get("/actuator/assent-transactions?state=COMMITTING&limit=7");
        assertThat(list.status()).as(list.body()).isEqualTo(200);
        assertThat(list.json().path("items").path(0).path("id").asString()).isEqualTo(Records.ID.toString());
        var asked = (TransactionSearch.Query) coordinator.lastAsked();
        assertThat(asked.state()).isEqualTo(TransactionState.COMMITTING);
        assertThat(asked.limit()).isEqualTo(7);

        coordinator.answer(Answer.Result.OK, Records.heuristic());
        Http.Response one = http.get("/actuator/assent-transactions/" + Records.ID);
        assertThat(one.status()).as(one.body()).isEqualTo(200);
        assertThat(one.json().path("timeline").isEmpty()).isFalse();
    }

    @Test
    void what_is_wrong_or_unknown_is_a_problem_here_too() {
        assertThat(http.get("/actuator/assent-transactions?state=SOON").status())
                .isEqualTo(400);
        assertThat(http.get("/actuator/assent-transactions/no-id").status()).isEqualTo(400);
        coordinator.answer(Answer.Result.NOT_FOUND, null);
        Http.Response unknown = http.get("/actuator/assent-transactions/" + Records.ID);
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(unknown.text("type")).endsWith(":transaction-not-found");
    }

    @Test
    void what_operators_do_at_the_actuator_is_handed_on_and_written_down(CapturedOutput output) {
        coordinator.answer(Answer.Result.OK, Records.heuristic());
        String tx = "/actuator/assent-transactions/" + Records.ID;

        assertThat(http.post(tx + "/retry", "{\"reason\":\"it is back\"}").status())
                .isEqualTo(200);
        Http.Response resolved = http.post(tx + "/resolve", "{\"reason\":\"refunded by hand\"}");

        assertThat(resolved.status()).as(resolved.body()).isEqualTo(200);
        assertThat(coordinator.lastAsked()).isEqualTo(new FakeCoordinator.Resolve(Records.ID, "refunded by hand"));
        assertThat(output)
                .contains("what=\"retry\" target=\"" + Records.ID + "\" reason=\"it is back\" result=\"200\"")
                .contains("what=\"resolve\" target=\"" + Records.ID + "\" reason=\"refunded by hand\" result=\"200\"");
        assertThat(http.post(tx + "/resolve", "{}").text("pointer")).isEqualTo("/reason");
        assertThat(http.post(tx + "/forget", "{\"reason\":\"x\"}").status()).isEqualTo(400);
        coordinator.answer(Answer.Result.NOT_FOUND, null);
        assertThat(http.post(tx + "/retry", "{\"reason\":\"x\"}").status()).isEqualTo(404);
    }

    @Test
    void an_act_that_is_not_answered_in_time_is_unknown_and_a_look_just_was_not_possible_R8() {
        coordinator.answer = id -> new CompletableFuture<>();
        String tx = "/actuator/assent-transactions/" + Records.ID;

        assertThat(http.post(tx + "/resolve", "{\"reason\":\"refunded by hand\"}")
                        .text("type"))
                .endsWith(":outcome-unknown");
        assertThat(http.get(tx).text("type")).endsWith(":decision-log-unavailable");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/instance", "/actuator/assent-instance"})
    void an_instance_is_drained_and_comes_back(String instance, CapturedOutput output) {
        assertThat(http.get(instance).text("state")).isEqualTo("ACCEPTING");

        Http.Response drained = http.post(instance + "/drain", "{\"reason\":\"a new kernel\"}");

        assertThat(drained.status()).as(drained.body()).isEqualTo(200);
        assertThat(drained.text("state")).isEqualTo("DRAINING");
        assertThat(http.post(instance + "/drain", "{\"reason\":\"again\"}").text("reason"))
                .isEqualTo("a new kernel");
        assertThat(http.get(instance).json().path("since").asString()).isNotBlank();
        assertThat(takeovers.recovering).isFalse();
        assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(503);
        assertThat(http.get("/actuator/health/liveness").status()).isEqualTo(200);
        assertThat(http.post(instance + "/resume", "{}").text("pointer")).isEqualTo("/reason");
        assertThat(http.get(instance).text("state")).isEqualTo("DRAINING");

        assertThat(http.post(instance + "/resume", "{\"reason\":\"done\"}").text("state"))
                .isEqualTo("ACCEPTING");

        assertThat(takeovers.recovering).isTrue();
        assertThat(http.get("/actuator/health/readiness").status()).isEqualTo(200);
        assertThat(output)
                .contains("what=\"drain\" target=\"this instance\" reason=\"a new kernel\" result=\"200\"")
                .contains("what=\"resume\" target=\"this instance\" reason=\"done\" result=\"200\"");
    }

    @Test
    void participants_are_the_same_in_both_places() {
        participants.called = List.of(participant(Circuit.CLOSED));

        assertThat(http.get("/actuator/assent-participants").json())
                .isEqualTo(http.get("/v1/participants").json());
    }

    @Test
    void the_log_tells_how_it_is() {
        JsonNode log = http.get("/actuator/assent-log").json().path("items").path(0);

        assertThat(log.path("name").asString()).isEqualTo("main");
        assertThat(log.path("primary").path("mode").asString()).isEqualTo("replicated");
        assertThat(log.path("primary")
                        .path("standbys")
                        .path(0)
                        .path("bytesBehind")
                        .asLong())
                .isEqualTo(8);
        assertThat(log.path("primary").path("retention").asString()).isEqualTo("PT720H");
        assertThat(log.path("held").asBoolean()).isTrue();

        logs.available = false;
        JsonNode away = http.get("/actuator/assent-log").json().path("items").path(0);
        assertThat(away.path("name").asString()).isEqualTo("main");
        assertThat(away.path("reason").asString()).isEqualTo("its server could not be asked");
    }

    @Test
    void the_doctor_says_what_is_wrong_and_what_to_do() {
        participants.called = List.of(participant(Circuit.OPEN));

        JsonNode report = http.get("/v1/doctor").json();

        assertThat(report.path("status").asString()).isEqualTo("PROBLEM");
        Map<String, JsonNode> findings = findings(report);
        assertThat(findings.keySet())
                .containsExactlyInAnyOrder(
                        "log-available",
                        "log-standby",
                        "log-held",
                        "log-partitions",
                        "clock",
                        "versions",
                        "participants",
                        "delivery",
                        "heuristics",
                        "callers");
        assertThat(findings.get("participants").path("status").asString()).isEqualTo("PROBLEM");
        assertThat(findings.get("participants").path("found").asString()).contains("stock-service at http://stock:1");
        assertThat(findings.get("participants").path("remedy").asString()).contains("GET /v1/participants");
        assertThat(findings.get("log-standby").path("status").asString()).isEqualTo("OK");
        assertThat(findings.get("log-standby").path("remedy").isNull()).isTrue();
        assertThat(findings.get("log-held").path("status").asString()).isEqualTo("PROBLEM");
        assertThat(findings.get("callers").path("status").asString())
                .as("assent.security.mode is none here")
                .isEqualTo("WARNING");
        assertThat(findings(http.get("/actuator/assent-doctor").json()).keySet())
                .isEqualTo(findings.keySet());
    }

    @Test
    void a_check_that_fails_is_unknown_and_spoils_no_other() {
        logs.available = false;
        coordinator.searchFailure = new IllegalStateException("secret");

        Http.Response response = http.get("/v1/doctor");

        assertThat(response.status()).isEqualTo(200);
        assertThat(response.body()).doesNotContain("secret");
        Map<String, JsonNode> findings = findings(response.json());
        for (String failing : List.of("log-standby", "log-held", "log-partitions", "clock", "delivery", "heuristics")) {
            assertThat(findings.get(failing).path("status").asString())
                    .as(failing)
                    .isEqualTo("UNKNOWN");
        }
        assertThat(findings.get("participants").path("status").asString()).isEqualTo("OK");
        assertThat(findings.get("log-available").path("status").asString()).isEqualTo("OK");
    }

    private static ParticipantList.Participant participant(Circuit circuit) {
        return new ParticipantList.Participant(
                new ParticipantName("stock-service"), "http://stock:1", circuit, 0, 0, 34, null, null, null, null);
    }

    private static Map<String, JsonNode> findings(JsonNode report) {
        Map<String, JsonNode> findings = new HashMap<>();
        report.path("items").forEach(item -> findings.put(item.path("check").asString(), item));
        return findings;
    }
}
