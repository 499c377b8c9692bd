package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.ServiceKey;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: only whoever has a transaction's token enlists in it, and whoever has not learns nothing of it. Method: every kind of
 * token for a transaction in every state; the answer is compared with that about an id that never was, and the row with
 * what it was before. Two instances on one log: one that requires tokens, and one that takes them as optional.
 */
@ExtendWith(OutputCaptureExtension.class)
class TokensIntegrationTests {

    private static final String INITIATOR = "order-service";
    private static final String OTHER_INITIATOR = "billing-service";
    private static final String PARTICIPANT = "payment-service";
    private static final String OPERATOR = "operator";
    private static final SecureRandom RANDOM = new SecureRandom();

    private static ConfigurableApplicationContext requiring;
    private static ConfigurableApplicationContext upgrading;
    private static TestPostgres.Database database;
    private static Http required;
    private static Http optional;

    /** What is enlisted in. */
    enum Target {
        OPEN("201"),
        /** It has this very branch. */
        ENLISTED("200"),
        /** It has this very branch, without its vote. */
        VOTE_MISSING("200"),
        COMMITTED("409 transaction-closed"),
        /** Nobody has asked for its end in time. */
        PAST_ITS_DEADLINE("409 transaction-closed"),
        /** As an instance of a version that knew no tokens has begun it. */
        WITHOUT_TOKEN("404 transaction-not-found"),
        NEVER_BEGUN("404 transaction-not-found"),
        /** It would be said of every id of this age. */
        TOO_OLD("410 transaction-too-old");

        private final String withItsToken;

        Target(String withItsToken) {
            this.withItsToken = withItsToken;
        }
    }

    /** What is brought. */
    enum Brought {
        ITS_TOKEN,
        ITS_TOKEN_AS_A_REPEATED_BEGIN_TOLD_IT,
        NONE,
        NULL,
        EMPTY,
        TOO_SHORT,
        ANOTHER_ALPHABET,
        NUMBER,
        FIRST_CHARACTER_ALTERED,
        LAST_CHARACTER_ALTERED,
        CASE_ALTERED,
        OF_ANOTHER_TRANSACTION,
        OF_ANOTHER_INITIATOR,
        GUESSED;

        boolean right() {
            return this == ITS_TOKEN || this == ITS_TOKEN_AS_A_REPEATED_BEGIN_TOLD_IT;
        }

        boolean wellFormed() {
            return switch (this) {
                case NONE, NULL, EMPTY, TOO_SHORT, ANOTHER_ALPHABET, NUMBER -> false;
                default -> true;
            };
        }
    }

    /** A transaction, and what its begin answered; the token is one that never was where it has none. */
    private record Begun(String id, String token) {}

    /** Status and type of the problem; and the body, but for the id. */
    private record Told(String told, String body) {}

    @BeforeAll
    static void start() {
        database = TestPostgres.shared().freshDatabase("tokens");
        upgrading = instance("--assent.security.mode=none", "--assent.security.enlist-token=optional");
        requiring = instance(
                "--assent.security.mode=keys",
                key(INITIATOR),
                key(OTHER_INITIATOR),
                key(PARTICIPANT),
                key(OPERATOR),
                "--assent.security.services." + OPERATOR + ".scopes=tx:begin,tx:read,tx:operate",
                // What is read and written is logged as text.
                "--logging.level.org.springframework.web=debug");
        required = http(requiring);
        optional = http(upgrading);
    }

    @AfterAll
    static void stop() {
        upgrading.close();
        requiring.close();
    }

    static Stream<Arguments> everyTokenInEveryState() {
        return Stream.of(Target.values())
                .flatMap(target -> Stream.of(Brought.values()).map(brought -> Arguments.of(target, brought)));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("everyTokenInEveryState")
    void only_the_token_of_the_transaction_enlists_in_it(Target target, Brought brought) throws SQLException {
        Begun begun = make(target);
        String member = member(brought, target, begun);
        String before = row(begun.id());

        Told told = enlist(required, begun.id(), member);

        if (brought.right()) {
            assertThat(told.told()).as(told.body()).isEqualTo(target.withItsToken);
        } else {
            Told unknown = enlist(required, target == Target.TOO_OLD ? old() : id(), member);
            assertThat(told).as("as if there were no such transaction").isEqualTo(unknown);
            assertThat(told.told())
                    .isEqualTo(
                            !brought.wellFormed()
                                    ? "400 invalid-value"
                                    : target == Target.TOO_OLD
                                            ? "410 transaction-too-old"
                                            : "404 transaction-not-found");
            if (!brought.wellFormed()) {
                assertThat(told.body()).contains("\"/token\"");
            }
            assertThat(row(begun.id())).as("not even its version has changed").isEqualTo(before);
        }
        assertThat(told.body()).doesNotContain(begun.token());
    }

    @ParameterizedTest(name = "{0}, {1}: {2}")
    @CsvSource({
        "OPEN, NONE, 201",
        "OPEN, ITS_TOKEN, 201",
        "OPEN, EMPTY, 400 invalid-value",
        "OPEN, FIRST_CHARACTER_ALTERED, 404 transaction-not-found",
        "OPEN, OF_ANOTHER_TRANSACTION, 404 transaction-not-found",
        "ENLISTED, NONE, 200",
        "VOTE_MISSING, NONE, 200",
        "COMMITTED, NONE, 409 transaction-closed",
        "WITHOUT_TOKEN, NONE, 201",
        "WITHOUT_TOKEN, GUESSED, 404 transaction-not-found",
        "NEVER_BEGUN, NONE, 404 transaction-not-found",
    })
    void during_an_upgrade_a_token_may_be_missing_but_not_be_wrong(Target target, Brought brought, String expected)
            throws SQLException {
        Begun begun = make(target);
        String member = member(brought, target, begun);
        String before = row(begun.id());

        Told told = enlist(optional, begun.id(), member);

        assertThat(told.told()).as(told.body()).isEqualTo(expected);
        if (!expected.startsWith("20") && !expected.startsWith("409")) {
            assertThat(row(begun.id())).isEqualTo(before);
        }
    }

    @Test
    void whoever_begins_again_is_told_the_same_token_and_nobody_else_is() {
        String id = id();
        String token = begin(INITIATOR, id, "PT1M").text("token");

        assertThat(begin(INITIATOR, id, "PT1M").text("token")).isEqualTo(token);
        Http.Response operator = begin(OPERATOR, id, "PT1M");
        assertThat(operator.status()).isEqualTo(201);
        assertThat(operator.json().has("token"))
                .as("an operator sees it, but takes no part in it")
                .isFalse();
        for (Http.Response refused : List.of(begin(OTHER_INITIATOR, id, "PT1M"), begin(INITIATOR, id, "PT2M"))) {
            assertThat(refused.status()).isEqualTo(409);
            assertThat(refused.body()).doesNotContain(token);
        }
    }

    @Test
    void no_answer_but_that_of_begin_and_no_line_of_the_log_has_it(CapturedOutput output) {
        Begun begun = make(Target.OPEN);
        Begun other = make(Target.OPEN);
        String token = ",\"token\":\"" + begun.token() + "\"";
        String path = "/v1/transactions/" + begun.id();
        List<Http.Response> answers = new ArrayList<>(List.of(
                post(PARTICIPANT, path + "/branches", "{" + branch() + token + "}"),
                post(PARTICIPANT, path + "/branches", "{" + branch() + ",\"vote\":\"READ_ONLY\"" + token + "}"),
                post(PARTICIPANT, path + "/branches", "{" + branch() + token + token + "}"),
                post(PARTICIPANT, path + "/branches", "{" + branch() + ",\"token\":\"" + begun.token() + "x\"}"),
                post(PARTICIPANT, "/v1/transactions/" + other.id() + "/branches", "{" + branch() + token + "}"),
                post(INITIATOR, path + "/commit", "{\"token\":\"" + begun.token() + "\"}"),
                get(OPERATOR, path),
                get(OPERATOR, "/actuator/transactions")));
        answers.add(post(INITIATOR, path + "/commit", "{\"branches\":[\"1\"]}"));
        for (String shown : List.of(
                path,
                "/v1/transactions?limit=500",
                "/v1/log",
                "/v1/log-status",
                "/v1/participants",
                "/v1/instances",
                "/v1/doctor",
                "/actuator/transactions",
                "/actuator/health",
                "/actuator/prometheus")) {
            answers.add(get(OPERATOR, shown));
        }

        assertThat(answers)
                .extracting(Http.Response::status)
                .contains(201, 200, 400, 404)
                .doesNotContain(403, 500);
        assertThat(answers)
                .allSatisfy(
                        answer -> assertThat(answer.body() + answer.headers()).doesNotContain(begun.token()));
        assertThat(output.getAll())
                .as("what is read and written is in the log")
                .contains(begun.id())
                .doesNotContain(begun.token());
    }

    private static Begun make(Target target) {
        if (target == Target.NEVER_BEGUN || target == Target.TOO_OLD) {
            return new Begun(
                    target == Target.TOO_OLD ? old() : id(),
                    TransactionToken.create(RANDOM).value());
        }
        String id = id();
        Http.Response response = begin(INITIATOR, id, target == Target.PAST_ITS_DEADLINE ? "PT0.1S" : "PT1M");
        assertThat(response.status()).as(response.body()).isEqualTo(201);
        Begun begun = new Begun(id, response.text("token"));
        assertThat(begun.token()).matches("[A-Za-z0-9_-]{22}");
        switch (target) {
            case ENLISTED -> assertThat(enlist(required, id, its(begun)).told()).isEqualTo("201");
            case VOTE_MISSING ->
                assertThat(post(PARTICIPANT, "/v1/transactions/" + id + "/branches", "{" + branch() + its(begun) + "}")
                                .status())
                        .isEqualTo(201);
            case COMMITTED -> {
                assertThat(post(INITIATOR, "/v1/transactions/" + id + "/commit", "{}")
                                .status())
                        .isEqualTo(200);
                // The initiator is answered first; then the end is recorded.
                await().until(() -> row(id), row -> !row.contains("\"completed_at\": null"));
            }
            case PAST_ITS_DEADLINE -> await().until(() -> row(id), row -> !row.contains("\"completed_at\": null"));
            case WITHOUT_TOKEN -> execute("update assent_transaction set token = null where id = '" + id + "'");
            default -> {}
        }
        return begun;
    }

    /** The member of the body, with the comma before it. */
    private static String member(Brought brought, Target target, Begun begun) {
        String token = begun.token();
        return switch (brought) {
            case ITS_TOKEN -> its(begun);
            case ITS_TOKEN_AS_A_REPEATED_BEGIN_TOLD_IT ->
                target == Target.OPEN || target == Target.ENLISTED || target == Target.VOTE_MISSING
                        ? of(begin(INITIATOR, begun.id(), "PT1M").text("token"))
                        : its(begun);
            case NONE -> "";
            case NULL -> ",\"token\":null";
            case EMPTY -> of("");
            case TOO_SHORT -> of(token.substring(1));
            case ANOTHER_ALPHABET -> of(token.substring(0, 21) + "=");
            case NUMBER -> ",\"token\":7";
            case FIRST_CHARACTER_ALTERED -> of(other(token.charAt(0)) + token.substring(1));
            case LAST_CHARACTER_ALTERED -> of(token.substring(0, 21) + other(token.charAt(21)));
            case CASE_ALTERED -> of(swapped(token));
            case OF_ANOTHER_TRANSACTION -> its(make(Target.OPEN));
            case OF_ANOTHER_INITIATOR -> of(begin(OTHER_INITIATOR, id(), "PT1M").text("token"));
            case GUESSED -> of(TransactionToken.create(RANDOM).value());
        };
    }

    private static String its(Begun begun) {
        return of(begun.token());
    }

    private static String of(@Nullable String token) {
        return ",\"token\":\"" + token + "\"";
    }

    private static char other(char character) {
        return character == 'A' ? 'B' : 'A';
    }

    /** Of 22 random characters of the alphabet one at least is a letter, but for one token in 10^17. */
    private static String swapped(String token) {
        StringBuilder swapped = new StringBuilder();
        token.chars()
                .forEach(c -> swapped.append(
                        (char) (Character.isUpperCase(c) ? Character.toLowerCase(c) : Character.toUpperCase(c))));
        return swapped.toString();
    }

    /** A branch that has only read, with its vote: nothing is ordered to it. */
    private static Told enlist(Http http, String id, String token) {
        String body = "{" + branch() + ",\"vote\":\"READ_ONLY\"" + token + "}";
        Http.Response response = http.send(request(http, PARTICIPANT, "/v1/transactions/" + id + "/branches")
                .POST(BodyPublishers.ofString(body)));
        String type = response.text("type");
        return new Told(
                type == null
                        ? "" + response.status()
                        : response.status() + " " + type.substring("urn:assent:problem:".length()),
                response.body().replace(id, "the id"));
    }

    private static String branch() {
        return "\"branch\":\"1\",\"participant\":\"payment-service\",\"url\":\"http://127.0.0.1:9/assent/v1\","
                + "\"ref\":\"assent:payment-service:1\"";
    }

    private static Http.Response begin(String caller, String id, String timeout) {
        return post(
                caller,
                "/v1/transactions",
                "{\"id\":\"%s\",\"name\":\"checkout\",\"timeout\":\"%s\"}".formatted(id, timeout));
    }

    private static Http.Response post(String caller, String path, String body) {
        return required.send(request(required, caller, path).POST(BodyPublishers.ofString(body)));
    }

    private static Http.Response get(String caller, String path) {
        return required.send(request(required, caller, path).GET());
    }

    private static HttpRequest.Builder request(Http http, String caller, String path) {
        return HttpRequest.newBuilder(http.uri(path))
                .setHeader("Content-Type", "application/json")
                .setHeader("Authorization", "Bearer " + secret(caller));
    }

    /** The row and the transaction of the database that wrote it; "none" if there is none. */
    private static String row(String id) throws SQLException {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement(
                        "select to_jsonb(t) || jsonb_build_object('xmin', t.xmin::text) from assent_transaction t where id = ?::uuid")) {
            statement.setString(1, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getString(1) : "none";
            }
        }
    }

    private static void execute(String sql) {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate(sql);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static Connection connection() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
    }

    private static ConfigurableApplicationContext instance(String... further) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.password=" + database.password(),
                "--management.endpoints.web.exposure.include=*",
                "--assent.coordinator.participants.allowed-hosts=loopback:*",
                "--assent.coordinator.recovery.interval=200ms"));
        arguments.addAll(List.of(further));
        return new SpringApplicationBuilder(CoordinatorApplication.class).run(arguments.toArray(String[]::new));
    }

    private static Http http(ConfigurableApplicationContext instance) {
        return new Http(((WebServerApplicationContext) instance).getWebServer().getPort());
    }

    private static String id() {
        return TransactionId.create(Instant.now(), RANDOM).toString();
    }

    private static String old() {
        return TransactionId.create(Instant.parse("2020-01-01T00:00:00Z"), RANDOM)
                .toString();
    }

    private static String key(String name) {
        return "--assent.security.services." + name + ".keys=" + ServiceKey.digest(secret(name));
    }

    private static String secret(String name) {
        return "assent_key-of-" + name;
    }
}
