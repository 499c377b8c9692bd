package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.engine.DecisionLogs;
import io.assent.protocol.Decision;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.web.server.LocalServerPort;

/** Goal: what an operator needs after a restore can be asked for and said. Method: HTTP against fakes. */
@WebTest
class LogApiTests {

    private static final String DECISION = "/v1/transactions/" + Records.ID + "/decision";

    @Autowired
    private FakeLogLives lives;

    private Http http;

    @BeforeEach
    void open(@LocalServerPort int port) {
        http = new Http(port);
        lives.asked.clear();
        lives.settled = Status.OK;
        lives.record = Records.complete(Decision.COMMIT);
        lives.available = true;
        lives.logs = List.of(FakeLogLives.ONLY);
    }

    @Test
    void one_of_several_logs_is_asked_for_by_its_name() {
        lives.logs = List.of(
                FakeLogLives.ONLY, new DecisionLogs.Log("second", Instant.parse("2026-12-01T00:00:00Z"), "it is down"));
        Http.Response logs = http.get("/v1/logs");
        assertThat(logs.json().path("logs").toString())
                .isEqualTo("[{\"name\":\"main\",\"available\":true},"
                        + "{\"name\":\"second\",\"since\":\"2026-12-01T00:00:00Z\",\"available\":false}]");
        assertThat(http.get("/v1/logs/second").json().at("/epochs/0/epoch").asInt())
                .isEqualTo(2);
        assertThat(http.post("/v1/logs/second/epochs", "{\"reason\":\"snapshot\"}")
                        .status())
                .isEqualTo(200);
        assertThat(http.post("/v1/logs/second/epochs/2/completion", "{\"reason\":\"compared\"}")
                        .status())
                .isEqualTo(200);
        assertThat(lives.asked).containsExactly("restored: snapshot", "end 2: compared");
        assertThat(http.get("/v1/logs/third").status()).isEqualTo(404);
        assertThat(http.get("/v1/log").status()).as("which one would that be?").isEqualTo(404);
        assertThat(http.get("/v1/log").text("detail")).contains("[main, second]");
        assertThat(http.get("/v1/log/reconciliation").text("detail")).contains("[main, second]");
        assertThat(http.get("/v1/logs/third/reconciliation").status()).isEqualTo(404);
        assertThat(http.get("/v1/logs/second/reconciliation?epoch=9").text("detail"))
                .contains("no epoch 9");
        assertThat(http.get("/v1/logs/second/reconciliation?older=1").status()).isEqualTo(400);
    }

    @Test
    void the_lives_of_the_log_are_shown() {
        Http.Response response = http.get("/v1/log");
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.json().at("/epochs/0/epoch").asInt()).isEqualTo(2);
        assertThat(response.json().at("/epochs/0/held").asBoolean()).isTrue();
        assertThat(response.json().at("/epochs/0/heldUntil").asString()).isEqualTo("2026-11-21T12:05:00Z");
        assertThat(response.json().at("/epochs/0").has("endedAt")).isFalse();
    }

    @Test
    void a_restore_that_cannot_be_noticed_is_told() {
        assertThat(http.post("/v1/log/epochs", "{\"reason\":\"snapshot\"}").status())
                .isEqualTo(200);
        assertThat(lives.asked).containsExactly("restored: snapshot");
        assertThat(http.post("/v1/log/epochs", "{}").status()).as("why?").isEqualTo(400);
    }

    @Test
    void a_hold_is_ended_with_a_reason() {
        assertThat(http.post("/v1/log/epochs/2/completion", "{\"reason\":\"compared\"}")
                        .status())
                .isEqualTo(200);
        assertThat(lives.asked).containsExactly("end 2: compared");
        Http.Response none = http.post("/v1/log/epochs/3/completion", "{\"reason\":\"compared\"}");
        assertThat(none.status()).isEqualTo(404);
        assertThat(none.json().path("detail").asString()).contains("Nothing is held in epoch 3");
        assertThat(http.post("/v1/log/epochs/x/completion", "{\"reason\":\"compared\"}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void a_held_transaction_is_decided_with_a_reason() {
        String branch =
                "{\"branch\":\"1\",\"participant\":\"shop\",\"url\":\"http://%s/assent/v1\",\"ref\":\"assent:shop:1\"}";
        Http.Response settled = http.post(
                DECISION,
                "{\"decision\":\"COMMIT\",\"reason\":\"shop has it\",\"branches\":[" + branch.formatted("shop") + "]}");
        assertThat(settled.status()).isEqualTo(200);
        assertThat(lives.asked).containsExactly("COMMIT [1 PREPARED]: shop has it");

        assertThat(http.post(
                                DECISION,
                                "{\"decision\":\"COMMIT\",\"reason\":\"x\",\"branches\":["
                                        + branch.formatted("elsewhere") + "]}")
                        .status())
                .isEqualTo(400);
        for (String wrong : new String[] {
            "{\"reason\":\"x\"}", "{\"decision\":\"MAYBE\",\"reason\":\"x\"}", "{\"decision\":\"COMMIT\"}"
        }) {
            assertThat(http.post(DECISION, wrong).status()).as(wrong).isEqualTo(400);
        }
        assertThat(lives.asked).hasSize(1);
    }

    @Test
    void what_is_decided_or_not_held_is_refused() {
        lives.settled = Status.CONFLICT;
        String request = "{\"decision\":\"ROLLBACK\",\"reason\":\"x\"}";
        assertThat(http.post(DECISION, request).status()).isEqualTo(409);
        lives.settled = Status.ABSENT;
        lives.record = null;
        assertThat(http.post(DECISION, request).status()).isEqualTo(404);
        lives.settled = Status.UNAVAILABLE;
        assertThat(http.post(DECISION, request).status()).isEqualTo(503);
    }

    @Test
    void a_log_that_cannot_be_read_is_a_problem_that_may_be_repeated() {
        lives.available = false;
        Http.Response response = http.get("/v1/log");
        assertThat(response.status()).isEqualTo(503);
        assertThat(response.json().path("retryable").asBoolean()).isTrue();
    }
}
