package io.assent.coordinator.log;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.coordinator.ObedientParticipant;
import io.assent.coordinator.config.CoordinatorApplication;
import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: a coordinator does all its work with a role that owns nothing and can change no table, and says what that role
 * lacks. Method: a log that another role owns and has migrated; the whole service, once; and that role's hands on the tables.
 */
@ExtendWith(OutputCaptureExtension.class)
class RuntimeRoleIntegrationTests {

    private static final String OWNED_PARTITIONS =
            "select relname from pg_class where relkind = 'r' and relname like 'assent\\_transaction\\_2%' order by 1";

    private final TestPostgres.Database owned = TestPostgres.shared().freshDatabase("owned");
    private final LogDatabase owner = OpenLog.database(owned);
    private final WireMockServer payment =
            new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));

    @AfterEach
    void stop() {
        payment.stop();
    }

    @Test
    void aCoordinatorWorksWithARoleThatOwnsNothing() throws Exception {
        LogDatabase runtime = OpenLog.roleWithoutRights(owned);
        // A job has migrated, and granted. There is something old in the log.
        CoordinatorApplication.main(new String[] {
            "migrate",
            "--spring.flyway.enabled=false",
            datasource("url", owner.url()),
            "--spring.datasource.username=" + runtime.username(),
            "--spring.flyway.user=" + owner.username(),
            "--spring.flyway.password=" + owner.password()
        });
        LogProperties properties = OpenLog.settings()
                .retention(Duration.ofMinutes(66))
                .partitionWidth(Duration.ofMinutes(1))
                .build();
        Instant now = Instant.now();
        OpenLog.migrated(runtime, properties, now.minus(Duration.ofHours(3))).close();
        List<String> old = names(OWNED_PARTITIONS);
        payment.start();
        payment.stubFor(post("/assent/v1/prepare").willReturn(okJson("{\"vote\":\"PREPARED\"}")));

        try (ConfigurableApplicationContext service = service(
                runtime,
                "--spring.flyway.enabled=false",
                "--assent.coordinator.log.retention=66m",
                "--assent.coordinator.log.partition-width=1m",
                "--assent.coordinator.log.cleanup-interval=1s",
                "--assent.coordinator.engine.redelivery-longest=1s")) {
            Http http = http(service);
            Http.Response begun = begin(http);
            String committed = begun.text("id");
            enlist(http, begun);
            // Nobody takes the order yet; redelivery and recovery bring it.
            assertThat(http.post("/v1/transactions/" + committed + "/commit", "{}", "Prefer", "wait=0")
                            .status())
                    .isEqualTo(202);
            payment.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
            await().until(() ->
                    "COMMITTED".equals(http.get("/v1/transactions/" + committed).text("state")));
            String rolledBack = begin(http).text("id");
            assertThat(http.post("/v1/transactions/" + rolledBack + "/rollback", "{}")
                            .status())
                    .isEqualTo(200);
            String forgotten = TransactionId.create(now.minus(Duration.ofHours(3)), ThreadLocalRandom.current())
                    .toString();
            assertThat(http.post("/v1/transactions/" + forgotten + "/rollback", "{}")
                            .status())
                    .isEqualTo(410);

            assertThat(http.get("/v1/transactions?state=COMMITTED").body()).contains(committed);
            assertThat(http.get("/v1/log-status").body()).contains("system");
            assertThat(http.get("/v1/participants").body()).contains("payment-service");
            assertThat(http.get("/v1/instances").json().findValuesAsString("id"))
                    .isNotEmpty();
            assertThat(http.get("/v1/doctor").json().findValuesAsString("status"))
                    .doesNotContain("PROBLEM");
            assertThat(http.get("/actuator/health").text("status")).isEqualTo("UP");
            assertThat(http.get("/actuator/prometheus").body()).contains("assent_log_available{log=\"main\"} 1.0");

            // Partitions come and go.
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() ->
                            assertThat(names(OWNED_PARTITIONS)).isNotEmpty().doesNotContainAnyElementsOf(old));

            // The log is said to be restored: epochs, reconciliation, and a person's decision.
            assertThat(http.post("/v1/log/epochs", "{\"reason\":\"snapshot\"}").status())
                    .isEqualTo(200);
            assertThat(http.get("/v1/log/reconciliation").status()).isEqualTo(200);
            Http.Response settled = http.post(
                    "/v1/transactions/" + TransactionId.create(Instant.now(), ThreadLocalRandom.current())
                            + "/decision",
                    "{\"decision\":\"ROLLBACK\",\"reason\":\"nobody prepared\",\"branches\":[]}");
            assertThat(settled.status()).as(settled.body()).isEqualTo(200);
            assertThat(http.post("/v1/log/epochs/2/completion", "{\"reason\":\"compared\"}")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(names("select distinct rolname from pg_class c join pg_roles r on r.oid = c.relowner"
                        + " where relname like 'assent\\_%'"))
                .as("whoever made it")
                .containsExactly(owner.username());
    }

    @Test
    void theRoleCanChangeNoTableAndWriteNoHistory() throws SQLException {
        LogDatabase runtime = OpenLog.restricted(owned);
        OpenLog.migrated(runtime, OpenLog.settings().build(), Instant.now()).close();
        String partition = names(OWNED_PARTITIONS).get(0);
        List<String> tables = names("select oid::regclass::text from pg_class where relkind in ('r', 'p')"
                + " and relnamespace = 'public'::regnamespace");
        assertThat(tables).contains("assent_transaction", "assent_log_range", partition, "flyway_schema_history");
        List<String> forbidden = new ArrayList<>(List.of(
                "create table mine (id integer)",
                "create schema mine",
                "create function mine() returns integer language sql as 'select 1'",
                "create or replace function assent_decided(transaction uuid) returns boolean language sql as 'select true'",
                "create index mine on assent_transaction (name)",
                "alter table assent_transaction detach partition " + partition,
                "alter table assent_transaction disable trigger assent_decision_is_final",
                "drop trigger assent_log_range_only_grows on assent_log_range",
                "drop function assent_drop_partition(text)",
                "delete from assent_transaction",
                "delete from assent_log_epoch",
                "delete from assent_log_identity",
                "update assent_log_range set made_until = 'infinity'",
                "set session_replication_role = replica"));
        for (String table : tables) {
            forbidden.addAll(List.of(
                    "drop table " + table, "truncate " + table, "alter table " + table + " add column mine integer"));
        }
        try (Connection connection = OpenLog.connection(runtime);
                Statement statement = connection.createStatement()) {
            for (String sql : forbidden) {
                assertThatThrownBy(() -> statement.execute(sql))
                        .as(sql)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("42501"));
            }
        }
    }

    /** Whoever has the role cannot do harm with them that it could not do before. */
    @Test
    void theFunctionsOfTheOwnerCheckWhatTheyAreGiven() throws SQLException {
        LogDatabase runtime = OpenLog.restricted(owned);
        OpenLog.migrated(runtime, OpenLog.settings().build(), Instant.now()).close();
        try (Connection connection = OpenLog.connection(runtime);
                Statement statement = connection.createStatement()) {
            for (String call : List.of(
                    "select assent_make_partition(r.made_until + interval '1 day', r.made_until + interval '2 days') from assent_log_range r",
                    "select assent_make_partition(r.made_until, r.made_until) from assent_log_range r",
                    "select assent_make_partition(r.made_until, r.made_until + interval '100 years') from assent_log_range r",
                    "select assent_make_partition(r.made_until, r.made_until + interval '90.5 seconds') from assent_log_range r",
                    "select assent_raise_horizon(clock_timestamp())",
                    "select assent_raise_horizon('infinity')",
                    "select assent_drop_partition('assent_log_epoch')",
                    "select assent_drop_partition('pg_class')",
                    "select assent_drop_partition('assent_transaction')",
                    "select assent_drop_partition('assent_transaction_20200101000000_20200102000000')",
                    "select assent_drop_partition('assent_transaction_20200101000000_20200102000000; drop table x')",
                    "select assent_drop_partition(c.relname) from pg_class c where c.relname ~ '^assent_transaction_[0-9_]+$'")) {
                assertThatThrownBy(() -> statement.execute(call))
                        .as(call)
                        .isInstanceOfSatisfying(
                                SQLException.class,
                                e -> assertThat(e.getSQLState()).isEqualTo("22023"));
            }
            List<String> before = names(OWNED_PARTITIONS);
            statement.execute("select assent_make_partition(null, null), assent_raise_horizon(null),"
                    + " assent_drop_partition(null)");
            assertThat(names(OWNED_PARTITIONS)).isEqualTo(before);
        }
    }

    @Test
    void aRoleThatIsNeitherOwnerNorGrantedCallsNoneOfThem() throws SQLException {
        LogDatabase runtime = OpenLog.restricted(owned);
        execute("revoke execute on all functions in schema public from " + runtime.username());
        try (Connection connection = OpenLog.connection(runtime);
                Statement statement = connection.createStatement()) {
            for (String call : List.of(
                    "assent_make_partition(now(), now())",
                    "assent_raise_horizon(now())",
                    "assent_drop_partition('x')")) {
                assertThatThrownBy(() -> statement.execute("select " + call))
                        .as(call)
                        .hasMessageContaining("permission denied for function");
            }
        }
    }

    @Test
    void whatIsNotFinishedIsKeptAndWhatAnOwnerLeftDetachedIsEndedOrPutBack() throws SQLException {
        LogDatabase runtime = OpenLog.restricted(owned);
        LogProperties properties = OpenLog.settings().build();
        Instant now = Instant.now();
        List<Instant> looks = new ArrayList<>();
        for (int hours = 8; hours >= 0; hours--) {
            looks.add(now.minus(Duration.ofHours(hours)));
        }
        try (OpenLog log = OpenLog.migrated(runtime, properties, looks.toArray(Instant[]::new))) {
            List<String> partitions = names(OWNED_PARTITIONS);
            String open = insert(partitions.get(1), false);
            String detached = insert(partitions.get(2), false);
            insert(partitions.get(3), true);
            execute(
                    "alter table assent_transaction detach partition " + partitions.get(2),
                    "alter table assent_transaction detach partition " + partitions.get(3));

            try (Connection connection = log.pool().getDataSource().getConnection()) {
                new Partitions(properties, log.metrics()).lookAfter(connection);
            }

            assertThat(names(OWNED_PARTITIONS))
                    .contains(partitions.get(1), partitions.get(2))
                    .doesNotContain(partitions.get(0), partitions.get(3));
            assertThat(names("select id::text from assent_transaction order by 1"))
                    .containsExactly(open, detached);
            assertThat(names("select inhrelid::regclass::text from pg_inherits where inhparent ="
                            + " 'assent_transaction'::regclass order by 1"))
                    .isEqualTo(names(OWNED_PARTITIONS));

            // A role with the rights cannot drop it either.
            try (Connection connection = OpenLog.connection(runtime);
                    Statement statement = connection.createStatement();
                    ResultSet row =
                            statement.executeQuery("select assent_drop_partition('" + partitions.get(1) + "')")) {
                row.next();
                assertThat(row.getBoolean(1)).isFalse();
            }
        }
    }

    @Test
    void aDropGivesUpAtOnceWhenSomebodyReadsTheLogForLong() throws SQLException {
        LogDatabase runtime = OpenLog.restricted(owned);
        LogProperties properties = OpenLog.settings().build();
        Instant now = Instant.now();
        try (OpenLog log = OpenLog.migrated(runtime, properties, now.minus(Duration.ofHours(8)), now);
                Connection reader = OpenLog.connection(runtime);
                Statement reading = reader.createStatement()) {
            List<String> partitions = names(OWNED_PARTITIONS);
            reader.setAutoCommit(false);
            reading.execute("select count(*) from assent_transaction");
            try (Connection connection = log.pool().getDataSource().getConnection()) {
                new Partitions(properties, log.metrics()).lookAfter(connection);
                assertThat(names(OWNED_PARTITIONS)).isEqualTo(partitions);
                reader.commit();
                new Partitions(properties, log.metrics()).lookAfter(connection);
            }
            assertThat(names(OWNED_PARTITIONS)).doesNotContain(partitions.get(0));
        }
    }

    @Test
    void aStartWithoutTheRightsSaysWhichStatementsAreMissing(CapturedOutput output) throws SQLException {
        LogDatabase runtime = OpenLog.restricted(owned);
        execute(
                "revoke delete on assent_log_life from " + runtime.username(),
                "revoke execute on function assent_drop_partition(text) from " + runtime.username());

        assertThatThrownBy(() -> service(runtime, "--spring.flyway.enabled=false"))
                .hasStackTraceContaining("rights on the log are missing");

        assertThat(output)
                .contains(
                        "rights on the log are missing: grant select, insert, update, delete on table assent_log_life to "
                                + runtime.username() + "; grant execute on function assent_drop_partition(text) to "
                                + runtime.username() + System.lineSeparator())
                .contains("db/roles.sql");
    }

    @Test
    void aRoleWithoutAnyRightIsToldAllOfThem() throws SQLException {
        LogDatabase runtime = OpenLog.restricted(owned);
        LogProperties properties = OpenLog.settings().build();
        LogConnections connections = new LogConnections(runtime, properties, OpenLog.verifier(properties));
        execute("revoke all on all tables in schema public from " + runtime.username());

        assertThatThrownBy(() -> connections.named("test").getConnection())
                .hasMessageContaining(
                        "grant select, insert, update on table assent_transaction to " + runtime.username())
                .hasMessageContaining(
                        "grant select, insert, update, delete on table assent_instance to " + runtime.username());

        execute("revoke usage on schema public from public, " + runtime.username());
        try (Connection connection = OpenLog.connection(runtime)) {
            assertThatThrownBy(() -> LogRights.require(connection))
                    .hasMessageContaining("grant usage on schema public to " + runtime.username());
        }
    }

    @Test
    void aCoordinatorThatIsGivenTheOwnerMigratesAndGrantsByItself() throws SQLException {
        LogDatabase runtime = OpenLog.roleWithoutRights(owned);
        String[] settings = {
            "spring.datasource.url=" + runtime.url(),
            "spring.datasource.username=" + runtime.username(),
            "spring.datasource.password=" + runtime.password(),
            "spring.flyway.user=" + owner.username(),
            "spring.flyway.password=" + owner.password()
        };

        try (ConfigurableApplicationContext log = LogApplication.start(settings);
                Connection connection = log.getBean(DataSource.class).getConnection()) {
            assertThat(connection.getMetaData().getUserName()).isEqualTo(runtime.username());
            assertThat(log.getBean(Availability.class).cannotWrite()).isNull();
        }
        assertThatThrownBy(() -> LogApplication.start(
                        "spring.datasource.url=" + owner.url(),
                        "spring.datasource.username=" + owner.username(),
                        "spring.datasource.password=" + owner.password(),
                        "spring.flyway.url=" + owner.url()))
                .hasStackTraceContaining("spring.flyway.url cannot be set");
    }

    @Test
    void theScriptHasARightOnEveryTableThatTheLogHas() throws SQLException {
        LogDatabase runtime = OpenLog.restricted(owned);

        assertThat(names("select oid::regclass::text from pg_class where relkind in ('r', 'p') and not relispartition"
                        + " and relname like 'assent\\_%' and not has_table_privilege('" + runtime.username()
                        + "', oid, 'select')"))
                .as("add what the coordinator needs to db/roles.sql")
                .isEmpty();
    }

    /** In the middle of a partition; returns its id. */
    private String insert(String partition, boolean finished) throws SQLException {
        PartitionRange range = PartitionRange.of(partition).orElseThrow();
        String id = TransactionId.create(range.from().plusSeconds(1), ThreadLocalRandom.current())
                .toString();
        execute(
                "insert into assent_transaction (id, begun, created_at, changed_at, verdict, nonce, decided_at, outcome,"
                        + " completed_at) values ('" + id
                        + "', true, now(), now(), 'ROLLBACK', 1, now(), 'ROLLED_BACK', "
                        + (finished ? "'" + range.from() + "'" : "null") + ")");
        return id;
    }

    private static Http.Response begin(Http http) {
        Http.Response begun = http.post("/v1/transactions", "{\"timeout\":\"PT30S\"}");
        assertThat(begun.status()).as(begun.body()).isEqualTo(201);
        return begun;
    }

    private void enlist(Http http, Http.Response begun) {
        String id = begun.text("id");
        Http.Response enlisted = http.post(
                "/v1/transactions/" + id + "/branches", """
                {"branch": "1", "participant": "payment-service", "url": "http://localhost:%d/assent/v1",
                 "ref": "assent:payment-service:%s:1", "vote": "PREPARED", "token": "%s"}
                """.formatted(payment.port(), id, begun.text("token")));
        assertThat(enlisted.status()).as(enlisted.body()).isEqualTo(201);
    }

    private static ConfigurableApplicationContext service(LogDatabase database, String... further) {
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=0",
                datasource("url", database.url()),
                datasource("username", database.username()),
                datasource("password", database.password()),
                "--assent.coordinator.participants.allowed-hosts=loopback:*"));
        arguments.addAll(List.of(further));
        return new SpringApplicationBuilder(CoordinatorApplication.class).run(arguments.toArray(String[]::new));
    }

    private static String datasource(String name, String value) {
        return "--spring.datasource." + name + "=" + value;
    }

    private static Http http(ConfigurableApplicationContext service) {
        return new Http(((WebServerApplicationContext) service).getWebServer().getPort());
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = OpenLog.connection(owner);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private List<String> names(String query) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Connection connection = OpenLog.connection(owner);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }
}
