package io.assent.chaos.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.system.Database;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: the system that the chaos runs break is whole when nobody breaks it, takes part in transactions of every shape, and
 * comes back on its ports. Method: real processes, the bank's own API, SQL.
 */
class BankSystemIntegrationTests {

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();

    @TempDir
    static Path state;

    private static final Map<Link, Endpoint> asked = new ConcurrentHashMap<>();
    private static BankSystem system;

    record Answer(int status, JsonNode body, HttpResponse<String> response) {}

    @BeforeAll
    static void start() throws Exception {
        Links noting = (link, target) -> {
            assertThat(asked.put(link, target)).as(link.toString()).isNull();
            return target;
        };
        system = BankSystem.start(
                BankSystem.Options.of(Path.of(System.getProperty("assent.repository", "..")), state, 3)
                        .withLinks(noting),
                System.out::println);
        for (ServiceNode bank : system.banks()) {
            Answer opened = post(
                    bank,
                    "/accounts",
                    "{\"accounts\":[{\"id\":\"a\",\"balance\":1000},{\"id\":\"b\",\"balance\":1000},{\"id\":\"c\",\"balance\":1000}]}");
            assertThat(opened.status()).isEqualTo(204);
        }
    }

    @AfterAll
    static void end() {
        if (system != null) {
            system.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // One branch: here only, and elsewhere only.
                "[{'bank':'bank-1','entries':[{'account':'a','amount':-5},{'account':'b','amount':5}]}]",
                "[{'bank':'bank-2','entries':[{'account':'a','amount':-5},{'account':'b','amount':5}]}]",
                // Two and five.
                "[{'bank':'bank-1','entries':[{'account':'a','amount':-5}]},{'bank':'bank-2','entries':[{'account':'a','amount':5}]}]",
                "[{'bank':'bank-1','entries':[{'account':'a','amount':-4}]},{'bank':'bank-2','entries':[{'account':'a','amount':1}]},"
                        + "{'bank':'bank-2','entries':[{'account':'b','amount':1}]},{'bank':'bank-3','entries':[{'account':'a','amount':1}]},"
                        + "{'bank':'bank-3','entries':[{'account':'b','amount':1}]}]"
            })
    void a_transfer_of_any_number_of_branches_is_carried_out_once(String legs) throws Exception {
        String id = "shape-" + Integer.toHexString(legs.hashCode());
        String body = "{\"id\":\"" + id + "\",\"legs\":" + legs.replace('\'', '"') + "}";

        Answer first = post(system.banks().get(0), "/transfers", body);
        Answer again = post(system.banks().get(0), "/transfers", body);

        assertThat(first.status()).as(first.body().toString()).isEqualTo(201);
        boolean here = legs.contains("bank-1");
        assertThat(again.status()).as(again.body().toString()).isEqualTo(here ? 200 : 409);
        assertThat(again.body().path("type").asString("")).isEqualTo(here ? "" : "urn:assent:problem:entry-exists");
        assertBooked(id, first.body().path("transaction").asString(), legs.split("account").length - 1);
    }

    @Test
    void a_refusal_anywhere_leaves_nothing_anywhere() throws Exception {
        Answer poisoned = post(system.banks().get(0), "/transfers", """
                {"id": "poisoned", "legs": [
                  {"bank": "bank-1", "entries": [{"account": "a", "amount": -1}]},
                  {"bank": "bank-2", "entries": [{"account": "a", "amount": 1}], "refuse": true}]}""");
        Answer poor = post(system.banks().get(0), "/transfers", """
                {"id": "poor", "legs": [
                  {"bank": "bank-1", "entries": [{"account": "a", "amount": 100000}]},
                  {"bank": "bank-2", "entries": [{"account": "a", "amount": -100000}]}]}""");

        assertThat(poisoned.status()).isEqualTo(409);
        assertThat(poisoned.body().path("type").asString()).isEqualTo("urn:assent:problem:refused");
        assertThat(poor.status()).isEqualTo(409);
        assertThat(poor.body().path("type").asString()).isEqualTo("urn:assent:problem:insufficient-funds");
        assertBooked("poisoned", "", 0);
        assertBooked("poor", "", 0);
    }

    @Test
    void a_client_leads_a_transaction_of_its_own() throws Exception {
        Endpoint coordinator = system.forClients("coordinator-1");
        Answer begun = send("POST", coordinator.httpUrl() + "/v1/transactions", "{\"timeout\":\"PT10S\"}", null);
        assertThat(begun.status()).as(begun.body().toString()).isEqualTo(201);
        String transaction = begun.body().path("id").asString();
        long deadline = Instant.parse(begun.body().path("deadline").asString()).toEpochMilli();
        for (int i = 1; i <= 2; i++) {
            String header = "id=\"%s\", branch=\"%d\", deadline=%d, remaining=9000, token=\"%s\""
                    .formatted(
                            transaction, i, deadline, begun.body().path("token").asString());
            String body = "{\"transfer\":\"enlisted\",\"entries\":[{\"account\":\"c\",\"amount\":%d}]}"
                    .formatted(i == 1 ? -3 : 3);
            Answer booked = send("POST", system.forClients("bank-" + (i + 1)).httpUrl() + "/entries", body, header);
            assertThat(booked.status()).as(booked.body().toString()).isEqualTo(201);
            assertThat(booked.response().headers().firstValue("Assent-Branches"))
                    .isPresent();
        }

        Answer committed = send(
                "POST",
                system.forClients("coordinator-2").httpUrl() + "/v1/transactions/" + transaction + "/commit",
                "{\"branches\":[\"1\",\"2\"]}",
                null);

        assertThat(committed.status()).as(committed.body().toString()).isEqualTo(200);
        assertBooked("enlisted", transaction, 2);
    }

    @Test
    void a_bad_request_is_refused_with_a_reason() throws Exception {
        Answer unbalanced = post(
                system.banks().get(0),
                "/transfers",
                "{\"id\":\"x\",\"legs\":[{\"bank\":\"bank-1\",\"entries\":[{\"account\":\"a\",\"amount\":1}]}]}");

        assertThat(unbalanced.status()).isEqualTo(400);
        assertThat(unbalanced.body().path("detail").asString()).contains("add up to zero");
    }

    @Test
    void whatever_is_killed_or_paused_comes_back_where_it_was() throws Exception {
        for (Node node : system.nodes()) {
            Endpoint before = node.endpoint();
            node.pause();
            node.resume();
            node.kill();
            node.start();
            node.awaitReady();
            assertThat(node.endpoint()).isEqualTo(before);
        }
        Awaitility.await("a transfer commits again")
                .atMost(Duration.ofSeconds(30))
                .until(() -> post(system.banks().get(2), "/transfers", """
                                        {"id": "afterwards", "legs": [
                                          {"bank": "bank-3", "entries": [{"account": "a", "amount": -1}]},
                                          {"bank": "bank-1", "entries": [{"account": "a", "amount": 1}]}]}""").status() < 300);
    }

    @Test
    void every_connection_between_two_processes_is_a_link_that_can_be_led_elsewhere() {
        assertThat(asked.keySet())
                .extracting(Link::toString)
                .contains(
                        "coordinator-1>log-postgres",
                        "coordinator-2>bank-3",
                        "bank-1>coordinator-1",
                        "bank-1>bank-2",
                        "bank-3>bank-postgres")
                .doesNotContain("bank-1>bank-1");
    }

    private static void assertBooked(String transfer, String transaction, int entries) throws Exception {
        List<String> found = new ArrayList<>();
        for (Database database : system.bankDatabases()) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet rows = statement.executeQuery(
                            "select transaction_id from entry where transfer = '" + transfer + "'")) {
                while (rows.next()) {
                    found.add(rows.getString(1));
                }
            }
        }
        assertThat(found).hasSize(entries).allMatch(transaction::equals);
    }

    private static Answer post(ServiceNode bank, String path, String body) throws IOException, InterruptedException {
        return send("POST", bank.endpoint().httpUrl() + path, body, null);
    }

    private static Answer send(String method, String url, String body, String transaction)
            throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body));
        if (transaction != null) {
            request.header("Assent-Transaction", transaction);
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        String text = response.body();
        return new Answer(response.statusCode(), JSON.readTree(text.isEmpty() ? "null" : text), response);
    }
}
