package io.assent.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.systemtests.TraceReceiver.Received;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: one checkout is one trace, from its caller through both services and the coordinator until the last branch has ended,
 * and its id is in the logs of all. Method: the demo's processes export to a receiver in this test, and write their lines as JSON.
 */
class TracingIntegrationTests {

    private static final String CUSTOMER = "tracing";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Shop shop;

    @BeforeAll
    static void openAccount() throws Exception {
        shop = Shop.started();
        shop.openAccount(CUSTOMER, 10_000_000);
    }

    @Test
    void one_checkout_is_one_trace_and_one_id_in_all_logs() throws Exception {
        String trace = random(16);
        String caller = random(8);

        Shop.Answer answer = shop.checkoutIn("00-" + trace + "-" + caller + "-01", Shop.orderNumber(), CUSTOMER);

        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
        await("both branches have ended, and nothing is missing in between")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertWhole(shop.traces().trace(trace), caller));
        List<Received> spans = shop.traces().trace(trace);
        String transaction = one(spans, "assent commit").attributes().get("assent.transaction");
        assertThat(spans)
                .filteredOn(span -> span.attributes().containsKey("assent.transaction"))
                .allMatch(span -> span.attributes().get("assent.transaction").equals(transaction));
        assertLogged(transaction);
        assertDocumented(spans);
    }

    private static void assertWhole(List<Received> spans, String caller) {
        Map<String, Received> byId = spans.stream().collect(Collectors.toMap(Received::id, span -> span));
        assertThat(spans).allMatch(span -> span.parent().equals(caller) || byId.containsKey(span.parent()));

        Received checkout = one(spans, "http post /api/checkout");
        assertThat(checkout.service()).isEqualTo("order-service");
        assertThat(checkout.parent()).isEqualTo(caller);
        Received payment = one(spans, "http post /api/payments");
        assertThat(payment.service()).isEqualTo("payment-service");
        assertThat(payment.attributes()).containsEntry("assent.branch", "1");
        assertThat(byId.get(payment.parent()))
                .returns("order-service", Received::service)
                .returns(checkout.id(), Received::parent);

        Received commit = one(spans, "assent commit");
        assertThat(commit.parent()).isEqualTo(checkout.id());
        assertThat(commit.attributes()).containsEntry("assent.told", "COMMITTED");
        Received request = one(spans, "http post /v1/transactions/{id}/commit");
        assertThat(request.service()).isEqualTo("coordinator");
        assertThat(request.parent()).isEqualTo(commit.id());
        Received decision = one(spans, "assent decide");
        assertThat(decision.parent()).isEqualTo(request.id());
        assertThat(decision.attributes()).containsEntry("assent.decision", "COMMIT");

        List<Received> ends = named(spans, "assent end branch");
        assertThat(ends).extracting(Received::service).containsExactlyInAnyOrder("order-service", "payment-service");
        for (Received end : ends) {
            assertThat(end.attributes()).containsEntry("assent.state", "COMMITTED");
            Received received = byId.get(end.parent());
            assertThat(received.name()).isEqualTo("http post /assent/v1/decisions");
            Received message = byId.get(received.parent());
            assertThat(message.service()).isEqualTo("coordinator");
            Received order = byId.get(message.parent());
            assertThat(order.name()).isEqualTo("assent order");
            assertThat(order.parent()).isEqualTo(request.id());
            assertThat(order.attributes())
                    .containsEntry("assent.branch", end.attributes().get("assent.branch"));
        }
        assertThat(spans)
                .extracting(Received::service)
                .containsOnlyElementsOf(Set.of("order-service", "payment-service", "coordinator"));
    }

    private static void assertDocumented(List<Received> spans) throws IOException {
        String documentation =
                Files.readString(Path.of(System.getProperty("assent.repository", ".."), "docs", "tracing.md"));
        assertThat(spans.stream()
                        .flatMap(span -> Stream.concat(Stream.of(span.name()), span.attributes().keySet().stream()))
                        .filter(name -> name.startsWith("assent"))
                        .distinct())
                .isNotEmpty()
                .allMatch(name -> documentation.contains("`" + name + "`"));
    }

    private static void assertLogged(String transaction) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(lines("coordinator", transaction))
                    .extracting(line -> line.path("message").asString())
                    .anyMatch(text -> text.startsWith("COMMIT of " + transaction))
                    .anyMatch(text -> text.startsWith("Branch 0 (order-service) of " + transaction))
                    .anyMatch(text -> text.startsWith("Transaction " + transaction + " is complete"));
            assertThat(lines("coordinator", transaction))
                    .filteredOn(line -> line.path("message").asString().startsWith("Branch "))
                    .extracting(line -> line.path("assent.branch").asString())
                    .containsExactlyInAnyOrder("0", "1");
            assertThat(lines("order-service", transaction))
                    .filteredOn(line -> line.path("message").asString().contains("committed"))
                    .extracting(line -> line.path("assent.branch").asString())
                    .containsExactly("0");
        });
    }

    private static List<JsonNode> lines(String service, String transaction) throws IOException {
        return Files.readAllLines(shop.jsonLog(service)).stream()
                .filter(line -> line.contains(transaction))
                .map(JSON::readTree)
                .filter(line -> line.path("assent.transaction").asString("").equals(transaction))
                .toList();
    }

    private static List<Received> named(List<Received> spans, String name) {
        return spans.stream().filter(span -> span.name().equals(name)).toList();
    }

    private static Received one(List<Received> spans, String name) {
        assertThat(named(spans, name)).as("%s among %s", name, spans).hasSize(1);
        return named(spans, name).get(0);
    }

    private static String random(int bytes) {
        byte[] id = new byte[bytes];
        ThreadLocalRandom.current().nextBytes(id);
        return HexFormat.of().formatHex(id);
    }
}
