package io.assent.demo;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import com.github.tomakehurst.wiremock.stubbing.Scenario;
import io.assent.demo.Replay.Kind;
import io.assent.demo.Replay.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: every line gets a definite answer or is reported as unresolved, none is lost, and one customer's lines keep their
 * order. Method: an order service played by WireMock, and a till that records who is served when.
 */
class ReplayTests {

    private static final InvoiceLine LINE = new InvoiceLine("1", "2010-12-01T08:26", "17850", "France", "4", "3.91");
    private static final String PAID = "{\"orderNumber\": \"1\", \"status\": \"PAID\", \"amountPence\": 1564}";

    private final WireMockServer server = new WireMockServer(
            WireMockConfiguration.options().bindAddress("127.0.0.1").dynamicPort());
    private ShopClient client;

    @BeforeEach
    void start() {
        server.start();
        client = new ShopClient(server.baseUrl(), server.baseUrl(), server.baseUrl(), server.baseUrl(), "key", 4);
    }

    @AfterEach
    void stop() {
        client.close();
        server.stop();
    }

    @Test
    void sendsTheLineWordForWord() throws Exception {
        answer(aResponse().withStatus(201).withBody(PAID));
        assertThat(send(3)).isEqualTo(new Outcome(Kind.PAID, "", 1));
        server.verify(postRequestedFor(urlEqualTo("/api/invoices")).withRequestBody(equalToJson("""
                {"invoiceNo": "1", "invoiceDate": "2010-12-01T08:26", "customerId": "17850", "country": "France",
                 "quantity": "4", "unitPrice": "3.91"}""")));
    }

    @Test
    void refundIsTold() throws Exception {
        answer(aResponse().withStatus(201).withBody(PAID.replace("PAID", "REFUND")));
        assertThat(send(3)).isEqualTo(new Outcome(Kind.REFUNDED, "", 1));
    }

    @Test
    void refusalIsDefiniteAndHasAReason() throws Exception {
        answer(aResponse().withStatus(422).withBody("""
                {"type": "urn:assent:problem:invalid-invoice", "status": 422, "reasons": ["NO_CUSTOMER", "ZERO_PRICE"]}"""));
        assertThat(send(3)).isEqualTo(new Outcome(Kind.REFUSED, "invalid-invoice: NO_CUSTOMER, ZERO_PRICE", 1));
        answer(aResponse().withStatus(409).withBody("""
                {"type": "urn:assent:problem:payment-refused", "detail": "not enough money: balance 7"}"""));
        assertThat(send(3)).isEqualTo(new Outcome(Kind.REFUSED, "payment-refused", 1));
    }

    @Test
    void unknownAndBrokenAnswersAreAskedAgainWithTheSameNumber() throws Exception {
        List<ResponseDefinitionBuilder> answers = List.of(
                aResponse().withStatus(503).withBody("{\"type\": \"urn:assent:problem:outcome-unknown\"}"),
                aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER),
                aResponse().withFault(Fault.EMPTY_RESPONSE),
                aResponse().withStatus(200).withBody("<html>"),
                aResponse().withStatus(500).withBody("{}"),
                aResponse().withStatus(200).withBody(PAID));
        for (int i = 0; i < answers.size(); i++) {
            server.stubFor(post("/api/invoices")
                    .inScenario("failures")
                    .whenScenarioStateIs(i == 0 ? Scenario.STARTED : "after " + i)
                    .willSetStateTo("after " + (i + 1))
                    .willReturn(answers.get(i)));
        }
        assertThat(send(10)).isEqualTo(new Outcome(Kind.PAID, "", 6));
    }

    @Test
    void lineWithoutAnswerIsUnresolvedAfterItsLastAttempt() throws Exception {
        answer(aResponse().withStatus(503).withBody("{\"type\": \"urn:assent:problem:outcome-unknown\"}"));
        assertThat(send(3)).isEqualTo(new Outcome(Kind.UNRESOLVED, "503 outcome-unknown", 3));
        server.stop();
        Outcome outcome = send(2);
        assertThat(outcome.kind()).isEqualTo(Kind.UNRESOLVED);
        assertThat(outcome.attempts()).isEqualTo(2);
    }

    @Test
    void linesOfACustomerKeepTheirOrderAndNoneIsLost() throws Exception {
        List<InvoiceLine> lines = IntStream.range(0, 2_000)
                .mapToObj(i -> new InvoiceLine(
                        String.valueOf(i), "", i % 5 == 0 ? "(blank)" : "customer-" + i % 17, "", "", ""))
                .toList();
        Set<String> busy = ConcurrentHashMap.newKeySet();
        Map<String, List<Integer>> served = new ConcurrentHashMap<>();
        AtomicInteger collisions = new AtomicInteger();
        JsonNode paid = JsonMapper.shared().readTree(PAID);
        Replay replay = new Replay(
                line -> {
                    boolean known = !line.customerId().equals("(blank)");
                    if (known && !busy.add(line.customerId())) {
                        collisions.incrementAndGet();
                    }
                    served.compute(line.customerId(), (customer, numbers) -> {
                        List<Integer> more = numbers == null ? new ArrayList<>() : numbers;
                        more.add(Integer.valueOf(line.invoiceNo()));
                        return more;
                    });
                    busy.remove(line.customerId());
                    return new ShopClient.Answer(201, paid);
                },
                8,
                1,
                1);
        Set<Integer> progress = ConcurrentHashMap.newKeySet();

        Replay.Tally tally = replay.run(lines, progress::add);

        assertThat(tally.total()).isEqualTo(2_000);
        assertThat(tally.count(Kind.PAID)).isEqualTo(2_000);
        assertThat(progress).hasSize(2_000);
        assertThat(collisions).hasValue(0);
        Map<String, List<Integer>> byCustomer = new HashMap<>(served);
        assertThat(byCustomer.remove("(blank)")).hasSize(400);
        assertThat(byCustomer).hasSize(17);
        byCustomer.values().forEach(numbers -> assertThat(numbers).isSorted());
    }

    @Test
    void emptyFileEndsAtOnce() throws Exception {
        Replay.Tally tally = new Replay(client::invoice, 3, 1, 1).run(List.of(), done -> {});
        assertThat(tally.total()).isZero();
    }

    private Outcome send(int attempts) throws Exception {
        return new Replay(client::invoice, 1, attempts, 1).send(LINE);
    }

    private void answer(ResponseDefinitionBuilder response) {
        server.stubFor(post("/api/invoices").willReturn(response));
    }
}
