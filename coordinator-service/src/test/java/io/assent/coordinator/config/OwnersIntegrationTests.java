package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.ServiceKey;
import io.assent.protocol.TransactionId;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;

/**
 * Goal: a service sees and decides its own transactions and no other's, and learns no more of another's than that an id is
 * taken. Method: every call by the owner, by another service and by an operator, of a transaction that is open, one that is
 * decided and one that does not exist; the row before and after. A real coordinator and PostgreSQL.
 */
class OwnersIntegrationTests {

    private static final String OWNER = "order-service";
    private static final String OTHER = "billing-service";
    private static final String OPERATOR = "operator";
    private static final Random RANDOM = new Random();

    private static ConfigurableApplicationContext instance;
    private static TestPostgres.Database database;
    private static Http http;

    /** What a call is about. */
    enum Target {
        /** Begun by the owner, without branches. */
        OPEN,
        /** Committed by the owner with a set, and complete. */
        DECIDED,
        /** Nobody has asked for it. */
        UNKNOWN
    }

    /** What is called. */
    enum Operation {
        BEGIN,
        COMMIT_WHAT_WAS_BEGUN,
        COMMIT_A_SET,
        COMMIT_WHAT_WAS_BEGUN_WITH_OTHERS,
        COMMIT_A_SET_WITH_OTHERS,
        ROLL_BACK,
        FIND,
        SEARCH;

        /** What whoever may decide it is told. */
        String expected(Target target) {
            return switch (this) {
                case BEGIN -> target == Target.DECIDED ? "409 transaction-conflict" : "201";
                case COMMIT_WHAT_WAS_BEGUN, COMMIT_WHAT_WAS_BEGUN_WITH_OTHERS ->
                    target == Target.UNKNOWN ? "404 transaction-not-found" : "200";
                // What was begun has no branch enlisted, so the set is another one.
                case COMMIT_A_SET, COMMIT_A_SET_WITH_OTHERS ->
                    target == Target.OPEN ? "409 transaction-rolled-back" : "200";
                case ROLL_BACK -> target == Target.DECIDED ? "409 decision-final" : "200";
                case FIND, SEARCH -> target == Target.UNKNOWN ? "404 transaction-not-found" : "200";
            };
        }

        /** What somebody else is told of one that exists. */
        String expectedByOthers() {
            return switch (this) {
                case BEGIN, COMMIT_A_SET, COMMIT_A_SET_WITH_OTHERS, ROLL_BACK -> "409 transaction-conflict";
                case COMMIT_WHAT_WAS_BEGUN, COMMIT_WHAT_WAS_BEGUN_WITH_OTHERS, FIND, SEARCH ->
                    "404 transaction-not-found";
            };
        }
    }

    /**
     * What came of a call.
     *
     * @param told status and type of the problem
     * @param body as it was sent, but for the id
     */
    record Told(String told, String body) {}

    @BeforeAll
    static void start() {
        database = TestPostgres.shared().freshDatabase("owners");
        instance = new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--assent.coordinator.participants.allowed-hosts=loopback:*",
                        "--assent.security.mode=keys",
                        "--assent.security.services." + OWNER + ".keys=" + ServiceKey.digest(key(OWNER)),
                        "--assent.security.services." + OTHER + ".keys=" + ServiceKey.digest(key(OTHER)),
                        "--assent.security.services." + OPERATOR + ".keys=" + ServiceKey.digest(key(OPERATOR)),
                        "--assent.security.services." + OPERATOR
                                + ".scopes=tx:begin,tx:enlist,tx:decide,tx:read,tx:operate");
        http = new Http(((WebServerApplicationContext) instance).getWebServer().getPort());
    }

    @AfterAll
    static void stop() {
        instance.close();
    }

    static Stream<Arguments> everyCallByEverybody() {
        return Stream.of(OWNER, OTHER, OPERATOR)
                .flatMap(caller -> Stream.of(Operation.values())
                        .flatMap(operation ->
                                Stream.of(Target.values()).map(target -> Arguments.of(caller, operation, target))));
    }

    @ParameterizedTest(name = "{0}: {1}, {2}")
    @MethodSource("everyCallByEverybody")
    void each_sees_and_decides_its_own(String caller, Operation operation, Target target) throws SQLException {
        TransactionId id = make(target);
        String before = row(id);

        Told told = call(caller, operation, id);

        if (caller.equals(OTHER) && target != Target.UNKNOWN) {
            assertThat(told.told()).as(told.body()).isEqualTo(operation.expectedByOthers());
            assertThat(row(id)).as("not even its version has changed").isEqualTo(before);
            assertThat(told.body()).doesNotContain("decision\":\"", "reason\":\"", "checkout", "COMMIT");
            if (told.told().startsWith("404")) {
                assertThat(told).isEqualTo(call(caller, operation, id()));
            }
        } else {
            assertThat(told.told()).as(told.body()).isEqualTo(operation.expected(target));
        }
    }

    @Test
    void what_an_operator_begins_belongs_to_all() throws SQLException {
        TransactionId id = id();
        assertThat(call(OPERATOR, Operation.BEGIN, id).told()).isEqualTo("201");

        assertThat(call(OTHER, Operation.FIND, id).told()).isEqualTo("200");
        assertThat(call(OTHER, Operation.SEARCH, id).told()).isEqualTo("200");
        assertThat(call(OTHER, Operation.COMMIT_WHAT_WAS_BEGUN, id).told()).isEqualTo("200");
        assertThat(call(OWNER, Operation.FIND, id).told()).isEqualTo("200");
        assertThat(row(id)).contains("\"owner\": null");
    }

    @Test
    void whoever_asks_for_a_decision_first_owns_it_whatever_it_asks_for() throws SQLException {
        TransactionId id = id();
        assertThat(call(OTHER, Operation.ROLL_BACK, id).told()).isEqualTo("200");

        assertThat(row(id)).contains("\"owner\": \"" + OTHER + "\"");
        assertThat(call(OWNER, Operation.COMMIT_A_SET, id).told()).isEqualTo("409 transaction-conflict");
    }

    @Test
    void one_message_with_commits_of_two_owners_decides_its_own_only() throws SQLException {
        TransactionId own = id();
        TransactionId foreign = make(Target.OPEN);
        String before = row(foreign);

        Http.Response response = post(OTHER, "/v1/commits", """
                {"commits": [{"transaction": "%s", %s}, {"transaction": "%s", %s}]}
                """.formatted(foreign, set(), own, set()));

        JsonNode results = response.json().path("results");
        assertThat(results.path(0).path("status").asInt()).isEqualTo(409);
        assertThat(results.path(1).path("status").asInt()).isEqualTo(200);
        assertThat(row(foreign)).isEqualTo(before);
        assertThat(row(own)).contains("\"verdict\": \"COMMIT\"");
    }

    private static TransactionId make(Target target) {
        TransactionId id = id();
        if (target != Target.UNKNOWN) {
            Operation made = target == Target.OPEN ? Operation.BEGIN : Operation.COMMIT_A_SET;
            assertThat(call(OWNER, made, id).told()).isEqualTo(made == Operation.BEGIN ? "201" : "200");
        }
        if (target == Target.DECIDED) {
            // The owner is answered first; then the end is recorded.
            await().until(() -> row(id), row -> !row.contains("\"completed_at\": null"));
        }
        return id;
    }

    private static Told call(String caller, Operation operation, TransactionId id) {
        String path = "/v1/transactions/" + id;
        return switch (operation) {
            case BEGIN ->
                told(
                        id,
                        post(
                                caller,
                                "/v1/transactions",
                                "{\"id\": \"%s\", \"name\": \"checkout\", \"timeout\": \"PT1M\"}".formatted(id)));
            case COMMIT_WHAT_WAS_BEGUN -> told(id, post(caller, path + "/commit", "{}"));
            case COMMIT_A_SET -> told(id, post(caller, path + "/commit", "{" + set() + "}"));
            case COMMIT_WHAT_WAS_BEGUN_WITH_OTHERS ->
                result(id, post(caller, "/v1/commits", "{\"commits\": [{\"transaction\": \"" + id + "\"}]}"));
            case COMMIT_A_SET_WITH_OTHERS ->
                result(
                        id,
                        post(
                                caller,
                                "/v1/commits",
                                "{\"commits\": [{\"transaction\": \"" + id + "\", " + set() + "}]}"));
            case ROLL_BACK -> told(id, post(caller, path + "/rollback", "{\"reason\": \"wanted\"}"));
            case FIND -> told(id, get(caller, path));
            case SEARCH -> {
                Http.Response found = get(caller, "/v1/transactions?limit=500");
                assertThat(found.status()).as(found.body()).isEqualTo(200);
                boolean there =
                        found.json().path("items").findValuesAsString("id").contains(id.toString());
                yield new Told(there ? "200" : "404 transaction-not-found", "");
            }
        };
    }

    /** Nothing has to be ordered: its only branch has only read. */
    private static String set() {
        return """
                "name": "checkout", "deadline": "%s", "branches": [{"branch": "1", "participant": "payment-service",
                 "ref": "assent:payment-service:1", "vote": "READ_ONLY"}]
                """.formatted(Instant.now().plusSeconds(60));
    }

    private static Told told(TransactionId id, Http.Response response) {
        return new Told(
                told(response.status(), response.text("type")), response.body().replace(id.toString(), "the id"));
    }

    private static Told result(TransactionId id, Http.Response response) {
        assertThat(response.status()).as(response.body()).isEqualTo(200);
        JsonNode result = response.json().path("results").path(0);
        JsonNode type = result.path("problem").path("type");
        return new Told(
                told(result.path("status").asInt(), type.isString() ? type.asString() : null),
                response.body().replace(id.toString(), "the id"));
    }

    private static String told(int status, @Nullable String type) {
        return type == null ? "" + status : status + " " + type.substring("urn:assent:problem:".length());
    }

    private static Http.Response post(String caller, String path, String body) {
        return http.send(HttpRequest.newBuilder(http.uri(path))
                .POST(BodyPublishers.ofString(body))
                .setHeader("Content-Type", "application/json")
                .setHeader("Authorization", "Bearer " + key(caller)));
    }

    private static Http.Response get(String caller, String path) {
        return http.send(
                HttpRequest.newBuilder(http.uri(path)).GET().setHeader("Authorization", "Bearer " + key(caller)));
    }

    /** The row and the transaction of the database that wrote it; "none" if there is none. */
    private static String row(TransactionId id) throws SQLException {
        try (Connection connection =
                        DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
                PreparedStatement statement = connection.prepareStatement(
                        "select to_jsonb(t) || jsonb_build_object('xmin', t.xmin::text) from assent_transaction t where id = ?")) {
            statement.setObject(1, id.value());
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : "none";
            }
        }
    }

    private static TransactionId id() {
        return TransactionId.create(Instant.now(), RANDOM);
    }

    private static String key(String name) {
        return "assent_key-of-" + name;
    }
}
