package io.assent.coordinator.participant;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.coordinator.engine.ParticipantBranches.Listed;
import io.assent.coordinator.engine.ParticipantBranches.Reply;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: only what a participant clearly says is taken for what it shows. Method: participants that misbehave, over real sockets. */
class HttpParticipantBranchesTests {

    private static final ParticipantName PAYMENT = new ParticipantName("payment-service");
    private static final Instant NOON = Instant.parse("2026-01-31T12:00:00Z");
    private static final TransactionId TX = TransactionId.create(NOON, new Random(2));
    private static final TransactionRange HOUR = TransactionRange.between(NOON, NOON.plusSeconds(3_600));
    private static final String BRANCH = "{\"transaction\":\"" + TX
            + "\",\"branch\":\"%s\",\"ref\":\"assent:p:1\",\"state\":\"%s\",\"since\":\"2026-01-31T12:00:05Z\",\"later\":1}";

    private static WireMockServer participant;
    private HttpParticipantBranches branches;

    @BeforeAll
    static void startParticipant() {
        participant = new WireMockServer(wireMockConfig().dynamicPort());
        participant.start();
    }

    @AfterAll
    static void stopParticipant() {
        participant.stop();
    }

    @BeforeEach
    void open() {
        participant.resetAll();
        branches = new HttpParticipantBranches(
                Properties.of(
                        List.of("localhost:" + participant.port()),
                        Map.of(
                                "configured",
                                Properties.service(url(), null),
                                "hosts-only",
                                Properties.service(null, List.of()))),
                ParticipantTls.ofTheRuntime());
    }

    @AfterEach
    void close() {
        branches.close();
    }

    @Test
    void what_a_participant_shows_is_heard_in_order_and_in_range() {
        TransactionId earlier = TransactionId.create(NOON.minusMillis(1), new Random(3));
        participant.stubFor(get(urlPathEqualTo("/assent/v1/branches"))
                .withQueryParam("ended", equalTo("true"))
                .withQueryParam("participant", equalTo("payment-service"))
                .withQueryParam("after", equalTo(HOUR.after().toString()))
                .withQueryParam("before", equalTo(HOUR.before().toString()))
                .withQueryParam("limit", equalTo("64"))
                .willReturn(okJson("{\"participant\":\"payment-service\",\"more\":true,\"branches\":["
                        + BRANCH.formatted("2", "COMMITTED") + "," + BRANCH.formatted("1", "PREPARED")
                        + ",{\"transaction\":\"" + earlier + "\",\"branch\":\"1\",\"state\":\"ROLLED_BACK\"}]}")));

        Reply reply = ask(url());

        assertThat(reply.error()).isNull();
        assertThat(reply.page().branches())
                .containsExactly(listed("1", BranchState.PREPARED), listed("2", BranchState.COMMITTED));
        assertThat(reply.page().more()).isTrue();
        assertThat(reply.page().ended()).isTrue();
        assertThat(reply.page().url()).isEqualTo(url());
    }

    @Test
    void one_that_cannot_list_what_has_ended_is_recognised() {
        participant.stubFor(
                get(anyUrl()).willReturn(okJson("{\"branches\":[" + BRANCH.formatted("1", "PREPARED") + "]}")));

        assertThat(ask(url()).page().ended()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "200 | {} | without a list",
                "200 | [] | something else",
                "200 | <html></html> | something else",
                "200 | {\"participant\":\"stock-service\",\"branches\":[],\"more\":false} | another participant",
                "200 | {\"branches\":[],\"more\":true} | shows nothing",
                "200 | {\"branches\":[null]} | something else",
                "200 | {\"branches\":[{\"transaction\":\"x\",\"branch\":\"1\",\"state\":\"ROLLED_BACK\"}]} | something else",
                "421 | {} | another participant",
                "302 | {} | status 302",
                "404 | {} | status 404",
                "500 | {} | status 500"
            })
    void everything_else_is_no_answer(int status, String body, String error) {
        participant.stubFor(get(anyUrl())
                .willReturn(aResponse()
                        .withStatus(status)
                        .withHeader("Location", url() + "/elsewhere")
                        .withBody(body)));

        assertThat(ask(url()).page()).isNull();
        assertThat(ask(url()).error()).contains(error);
        assertThat(participant.getAllServeEvents()).as("no redirect").hasSize(2);
    }

    @ParameterizedTest
    @CsvSource({"NEVER_SEEN, assent:p:1", "MAYBE, assent:p:1", "PREPARED, ", "COMMITTED, "})
    void a_branch_in_no_state_of_a_list_or_without_its_execution_is_no_answer(String state, String ref) {
        participant.stubFor(get(anyUrl())
                .willReturn(okJson("{\"branches\":[{\"transaction\":\"" + TX + "\",\"branch\":\"1\",\"state\":\""
                        + state + "\"" + (ref == null ? "" : ",\"ref\":\"" + ref + "\"") + "}]}")));

        assertThat(ask(url()).error()).contains("something else");
    }

    @Test
    void an_endless_answer_and_a_slow_one_are_cut_off() {
        participant.stubFor(get(anyUrl()).willReturn(aResponse().withBody("[" + " ".repeat(70_000) + "]")));
        assertThat(ask(url()).error()).contains("larger than 65536 bytes");

        participant.stubFor(get(anyUrl())
                .willReturn(okJson("{\"branches\":[],\"more\":false}").withChunkedDribbleDelay(20, 5_000)));
        assertThat(ask(url()).error()).contains("did not answer within PT2S");
    }

    @Test
    void an_address_that_is_not_allowed_is_never_called() {
        assertThat(ask("http://127.0.0.1:" + participant.port() + "/assent/v1").error())
                .contains("may not be called");
        assertThat(ask(null).error()).as("none is configured").contains("may not be called");
        assertThat(participant.getAllServeEvents()).isEmpty();
    }

    @Test
    void a_configured_address_is_known_and_used() throws Exception {
        participant.stubFor(get(anyUrl()).willReturn(okJson("{\"branches\":[],\"more\":false}")));

        assertThat(branches.configured()).containsExactly(new ParticipantName("configured"));
        Reply reply = branches.list(new ParticipantName("configured"), null, HOUR)
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        assertThat(reply.page().url()).isEqualTo(url());
    }

    private Reply ask(String url) {
        try {
            return branches.list(PAYMENT, url, HOUR).toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static Listed listed(String branch, BranchState state) {
        return new Listed(
                TX, new BranchId(branch), new BranchRef("assent:p:1"), state, Instant.parse("2026-01-31T12:00:05Z"));
    }

    private static String url() {
        return "http://localhost:" + participant.port() + "/assent/v1";
    }
}
