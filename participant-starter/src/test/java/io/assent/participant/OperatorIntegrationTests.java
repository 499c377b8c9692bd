package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.participant.support.Caller;
import io.assent.participant.support.PaymentApplication;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.Vote;
import io.assent.protocol.header.TransactionContext;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/**
 * Goal: who operates a participant sees what it waits for, what is wrong with it, and what it counts, as documented. Method:
 * a real application on a real PostgreSQL, asked over HTTP; one of its two coordinators is down.
 */
class OperatorIntegrationTests {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private static final Pattern TYPE = Pattern.compile("# TYPE (assent_[a-z_]+) ([a-z]+)");
    private static final Pattern SAMPLE = Pattern.compile("(assent_[a-z_]+)(?:\\{([^}]*)})? .*");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"[^\"]*\"");

    private static TestCoordinator coordinator;
    private static Running payment;

    @BeforeAll
    static void start() {
        coordinator = new TestCoordinator();
        payment = Running.start(
                PaymentApplication.class,
                "payment",
                coordinator.url() + ",http://127.0.0.1:1",
                "--assent.participant.doctor.timeout=30s",
                "--management.endpoints.web.exposure.include=assent-branches,assent-doctor,prometheus");
    }

    @AfterAll
    static void stop() {
        payment.close();
        coordinator.close();
    }

    @Test
    void a_branch_in_doubt_is_listed_with_what_it_waits_for_until_it_ends() {
        TransactionContext transaction = Caller.transaction(true);
        Caller.Answer answer = Caller.post(payment.url() + "/pay?id=" + UUID.randomUUID(), transaction);
        assertThat(answer.own().vote()).isEqualTo(Vote.PREPARED);
        String mine = "/assent-branches/" + transaction.id();

        await().untilAsserted(() -> {
            JsonNode item = json(mine).path("items").path(0);
            assertThat(item.path("asked").intValue()).isGreaterThanOrEqualTo(2);
            assertThat(item.path("lastAnswer").stringValue()).isEqualTo("UNDECIDED");
            assertThat(item.path("waitsFor").stringValue())
                    .startsWith("the coordinator's decision; asked ")
                    .endsWith("last answer UNDECIDED");
        });
        JsonNode all = json("/assent-branches");
        assertThat(all.path("participant").stringValue()).isEqualTo("payment");
        assertThat(all.path("more").booleanValue()).isFalse();
        assertThat(all.path("items")).anySatisfy(item -> {
            assertThat(item.path("ref").stringValue())
                    .isEqualTo(answer.own().ref().value());
            assertThat(item.path("transaction").stringValue())
                    .isEqualTo(transaction.id().toString());
            assertThat(item.path("branch").stringValue()).isEqualTo("1");
            assertThat(Instant.parse(item.path("since").stringValue())).isBefore(Instant.now());
            assertThat(Duration.parse(item.path("age").stringValue())).isPositive();
            assertThat(Instant.parse(item.path("deadline").stringValue()))
                    .isEqualTo(Instant.ofEpochMilli(transaction.deadline().toEpochMilli()));
            assertThat(item.has("otherResources")).as("there is one resource").isFalse();
        });
        assertThat(json(mine + "/1").path("items")).hasSize(1);
        assertThat(get(mine + "/2").statusCode()).isEqualTo(404);

        coordinator.decide(transaction.id().toString(), "FORGOTTEN");
        await().untilAsserted(() -> assertThat(
                        json(mine).path("items").path(0).path("waitsFor").stringValue())
                .startsWith("a person:"));

        coordinator.decide(transaction.id().toString(), "COMMIT");
        await().untilAsserted(() -> assertThat(get(mine).statusCode()).isEqualTo(404));
        assertThat(get("/prometheus").body())
                .as("what was said and heard is counted")
                .containsPattern("assent_participant_votes_total\\{vote=\"PREPARED\"} [1-9]")
                .containsPattern("assent_participant_inquiries_total\\{answer=\"UNDECIDED\"} [1-9]")
                .containsPattern("assent_participant_inquiries_total\\{answer=\"FORGOTTEN\"} [1-9]")
                .containsPattern("assent_participant_inquiries_total\\{answer=\"COMMIT\"} [1-9]")
                .containsPattern("assent_participant_orders_total\\{result=\"ended\"} [1-9]");
        double repeated = orders("repeated");
        coordinator.order(
                payment.protocolUrl(),
                "payment",
                transaction.id().toString(),
                "1",
                answer.own().ref().value(),
                "COMMIT");
        assertThat(orders("repeated")).as("an order that comes again").isEqualTo(repeated + 1);
    }

    @Test
    void a_list_is_bounded_and_says_when_there_is_more() {
        List<TransactionContext> transactions = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            TransactionContext transaction = Caller.transaction(true);
            transactions.add(transaction);
            Caller.post(payment.url() + "/pay?id=" + UUID.randomUUID(), transaction);
        }

        JsonNode two = json("/assent-branches?limit=2");

        assertThat(two.path("items")).hasSize(2);
        assertThat(two.path("more").booleanValue()).isTrue();
        transactions.forEach(transaction -> coordinator.decide(transaction.id().toString(), "ROLLBACK"));
        await().untilAsserted(() -> assertThat(transactions)
                .allSatisfy(transaction -> assertThat(
                                get("/assent-branches/" + transaction.id()).statusCode())
                        .isEqualTo(404)));
    }

    @ParameterizedTest
    @CsvSource({
        "/assent-branches?limit=0",
        "/assent-branches?limit=1001",
        "/assent-branches?limit=many",
        "/assent-branches/7",
        "/assent-branches/019b0000-0000-7000-8000-000000000000/zero"
    })
    void a_question_that_is_malformed_is_refused(String question) {
        assertThat(get(question).statusCode()).isEqualTo(400);
    }

    @Test
    void the_doctor_tells_what_is_wrong_and_what_to_do() throws Exception {
        Map<String, JsonNode> before = findings();
        assertThat(before.keySet())
                .containsExactlyInAnyOrder(
                        "database",
                        "clock",
                        "prepared-slots",
                        "pool",
                        "oldest-prepared",
                        "foreign-prepared",
                        "replication",
                        "lock-timeout",
                        "markers",
                        "in-doubt",
                        "coordinator (" + coordinator.url() + ")",
                        "coordinator (http://127.0.0.1:1)");
        assertThat(status(before, "database")).isEqualTo("OK");
        assertThat(status(before, "clock")).as("one machine").isEqualTo("OK");
        assertThat(status(before, "pool")).isEqualTo("OK");
        assertThat(status(before, "foreign-prepared")).isEqualTo("OK");
        assertThat(status(before, "replication")).as("one server").isEqualTo("WARNING");
        assertThat(status(before, "lock-timeout")).as("none is set").isEqualTo("WARNING");
        assertThat(before.get("markers").path("found").stringValue()).startsWith("assent_branch_marker has");
        assertThat(before.get("coordinator (" + coordinator.url() + ")")
                        .path("found")
                        .stringValue())
                .contains("1.2.3");
        JsonNode down = before.get("coordinator (http://127.0.0.1:1)");
        assertThat(down.path("status").stringValue()).isEqualTo("PROBLEM");
        assertThat(down.path("found").stringValue()).contains("cannot be reached");
        assertThat(before.values())
                .allSatisfy(finding -> assertThat(finding.path("remedy").isNull())
                        .as(finding.toString())
                        .isEqualTo(finding.path("status").stringValue().equals("OK")));

        String gid = "by-hand-" + UUID.randomUUID();
        execute("begin", "create table by_hand (id int)", "prepare transaction '" + gid + "'");
        try {
            JsonNode foreign = findings().get("foreign-prepared");
            assertThat(foreign.path("status").stringValue()).isEqualTo("WARNING");
            assertThat(foreign.path("found").stringValue()).contains(gid);
            assertThat(foreign.path("remedy").stringValue()).contains("ROLLBACK PREPARED");
            assertThat(findings().get("oldest-prepared").path("found").stringValue())
                    .contains("was prepared PT");
        } finally {
            execute("rollback prepared '" + gid + "'");
        }
        assertThat(status(findings(), "foreign-prepared")).isEqualTo("OK");
    }

    @Test
    void the_table_and_a_running_participant_name_the_same_metrics_types_and_tags() throws IOException {
        assertThat(documented()).isEqualTo(shown(get("/prometheus").body()));
    }

    private static double orders(String result) {
        Matcher sample = Pattern.compile("assent_participant_orders_total\\{result=\"" + result + "\"} ([0-9.]+)")
                .matcher(get("/prometheus").body());
        assertThat(sample.find()).isTrue();
        return Double.parseDouble(sample.group(1));
    }

    private static Map<String, JsonNode> findings() {
        Map<String, JsonNode> byCheck = new TreeMap<>();
        JsonNode report = json("/assent-doctor");
        report.path("items").forEach(item -> byCheck.put(item.path("check").stringValue(), item));
        assertThat(report.path("status").stringValue())
                .as("the worst, and a coordinator is down")
                .isEqualTo("PROBLEM");
        return byCheck;
    }

    private static String status(Map<String, JsonNode> findings, String check) {
        return findings.get(check).path("status").stringValue();
    }

    private static JsonNode json(String path) {
        return WireJson.tolerant().readTree(get(path).body());
    }

    private static HttpResponse<String> get(String path) {
        try {
            return HTTP.send(
                    HttpRequest.newBuilder(URI.create(payment.url() + "/actuator" + path))
                            .timeout(Duration.ofMinutes(1))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void execute(String... statements) throws java.sql.SQLException {
        try (Connection connection = DriverManager.getConnection(
                        payment.database().jdbcUrl(),
                        payment.database().username(),
                        payment.database().password());
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** By name: type and tags. */
    private static Map<String, String> shown(String scraped) {
        Map<String, String> types = new TreeMap<>();
        Map<String, Set<String>> tags = new TreeMap<>();
        scraped.lines().forEach(line -> {
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (type.matches()) {
                types.put(type.group(1), type.group(2));
            } else if (sample.matches()) {
                String name = types.keySet().stream()
                        .filter(known -> sample.group(1).startsWith(known))
                        .max(Comparator.comparingInt(String::length))
                        .orElse(sample.group(1));
                Set<String> here = tags.computeIfAbsent(name, any -> new TreeSet<>());
                if (sample.group(2) != null) {
                    LABEL.matcher(sample.group(2)).results().forEach(label -> here.add(label.group(1)));
                }
            }
        });
        Map<String, String> all = new TreeMap<>();
        types.forEach((name, type) -> all.put(name, type + " " + tags.getOrDefault(name, Set.of())));
        return all;
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> all = new TreeMap<>();
        String section = "";
        for (String line : Files.readAllLines(Path.of("..", "docs", "metrics.md"))) {
            if (line.startsWith("## ")) {
                section = line;
            }
            if (section.equals("## Services with the starter") && line.startsWith("| `assent_")) {
                String[] cells =
                        Arrays.stream(line.split("\\|")).map(String::strip).toArray(String[]::new);
                assertThat(cells).as(line).hasSize(6);
                Set<String> tags = new TreeSet<>();
                Pattern.compile("`([a-z_]+)`")
                        .matcher(cells[3].replaceAll("\\([^)]*\\)", ""))
                        .results()
                        .forEach(tag -> tags.add(tag.group(1)));
                assertThat(all.put(cells[1].replace("`", ""), cells[2] + " " + tags))
                        .as(line)
                        .isNull();
            }
        }
        return all;
    }
}
