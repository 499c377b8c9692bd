package io.assent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.Examples;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * Sends the documents' examples to a running service, with only ids and addresses replaced, and compares the members of
 * the answer with those of the example of the answer.
 */
final class ExampleExchange {

    private static final String TRANSACTION = "019a1b2c-3d4e-7f50-8a6b-0c1d2e3f4a5b";
    private static final String TOKEN = "nU9tWq3bX0eYk7RzLh2cVA";
    private static final String PARTICIPANT = "stock-service";

    private final URI base;
    private final String transaction;
    private final String token;

    private ExampleExchange(URI base, String transaction, String token) {
        this.base = base;
        this.transaction = transaction;
        this.token = token;
    }

    static void withParticipant(URI base, String name) throws IOException, InterruptedException {
        String id = TransactionId.create(Instant.now(), new SecureRandom()).toString();
        ExampleExchange exchange = new ExampleExchange(base, id, TOKEN);

        JsonNode vote =
                exchange.post("/prepare", exchange.text("prepare-request.json").replace(PARTICIPANT, name), 200);
        assertSameMembers(vote, "prepare-response-rollback.json");
        assertThat(vote.path("vote").asString()).isEqualTo("ROLLBACK");

        String order = exchange.text("decisions-request.json").replace(PARTICIPANT, name);
        JsonNode result = exchange.post("/decisions", order, 200);
        assertSameMembers(result, "decisions-response.json");

        JsonNode stranger = exchange.post("/decisions", order.replace(name, "somebody-else"), 421);
        assertSameMembers(stranger, "problem-misdirected.json");
    }

    static void withCoordinator(URI base) throws IOException, InterruptedException {
        ExampleExchange nobody = new ExampleExchange(base, TRANSACTION, TOKEN);
        JsonNode begun = nobody.post("/transactions", nobody.text("begin-request.json"), 201);
        assertSameMembers(begun, "transaction-active.json");
        ExampleExchange exchange = new ExampleExchange(
                base, begun.path("id").asString(), begun.path("token").asString());

        // Nobody answers there: the votes are said when enlisting, and the completion stays pending.
        String branch = exchange.text("enlist-request.json").replace("\"ref\"", "\"vote\": \"PREPARED\", \"ref\"");
        exchange.post(exchange.path("/branches"), branch, 201);
        exchange.post(
                exchange.path("/branches"), branch.replace("\"2\"", "\"1\"").replace(":2:", ":1:"), 201);
        JsonNode committing = exchange.post(exchange.path("/commit"), exchange.text("commit-request.json"), 202);
        assertThat(committing.path("decision").asString()).isEqualTo("COMMIT");
        assertThat(committing.path("completion").asString()).isEqualTo("PENDING");
        assertThat(members(Examples.text("transaction-committing.json"))).containsAll(members(committing.toString()));

        JsonNode answers = exchange.post("/inquiries", exchange.text("inquiry-request.json"), 200);
        assertThat(answers).isEqualTo(WireJson.strict().readTree(exchange.text("inquiry-response.json")));
    }

    private String path(String rest) {
        return "/transactions/" + transaction + rest;
    }

    private String text(String example) {
        return Examples.text(example)
                .replace(TRANSACTION, transaction)
                .replace(TOKEN, token)
                // A port at which nobody listens (RFC 863 was never widely served), at an address that is allowed.
                .replaceAll("http://[a-z]+-service:\\d+", "http://127.0.0.1:9");
    }

    private JsonNode post(String path, String body, int status) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(base + path))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as("%s: %s", path, response.body()).isEqualTo(status);
        return WireJson.strict().readTree(response.body());
    }

    private static void assertSameMembers(JsonNode actual, String example) {
        assertThat(members(actual.toString())).isEqualTo(members(Examples.text(example)));
    }

    private static Set<String> members(String json) {
        Set<String> found = new TreeSet<>();
        collect("", WireJson.strict().readTree(json), found);
        return found;
    }

    private static void collect(String at, JsonNode node, Set<String> found) {
        if (node.isArray()) {
            node.forEach(each -> collect(at + "[]", each, found));
        }
        node.properties().forEach(member -> {
            found.add(at + "/" + member.getKey());
            collect(at + "/" + member.getKey(), member.getValue(), found);
        });
    }
}
