package io.assent.participant.autoconfigure;

import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.unauthorized;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.participant.CoordinatorCredentials;
import io.assent.participant.GlobalTransactionTemplate;
import io.assent.participant.GlobalTransactional;
import io.assent.participant.TryConfirmCancel;
import io.assent.participant.client.HttpCoordinatorClient;
import io.assent.participant.client.PropagatingRequestInterceptor;
import io.assent.participant.doctor.Doctor;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.Tracing;
import io.assent.participant.management.BranchesEndpoint;
import io.assent.participant.management.DoctorEndpoint;
import io.assent.participant.tracing.MicrometerTracing;
import io.assent.protocol.TransactionId;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.aop.AopAutoConfiguration;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.micrometer.tracing.autoconfigure.NoopTracerAutoConfiguration;
import org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration;
import org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.AsyncTaskExecutor;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * Goal: configured it works without a bean of the application's; misconfigured it refuses to start and names the remedy.
 * Method: ApplicationContextRunner on a real PostgreSQL.
 */
class ParticipantAutoConfigurationIntegrationTests {

    private static TestPostgres.Database database;

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    DataSourceAutoConfiguration.class,
                    DataSourceTransactionManagerAutoConfiguration.class,
                    TransactionAutoConfiguration.class,
                    AopAutoConfiguration.class,
                    TaskExecutionAutoConfiguration.class,
                    ParticipantAutoConfiguration.class))
            .withPropertyValues(
                    "spring.datasource.url=" + database.jdbcUrl(),
                    "spring.datasource.username=" + database.username(),
                    "spring.datasource.password=" + database.password(),
                    "assent.coordinator.urls=http://localhost:1",
                    "assent.participant.name=test");

    @BeforeAll
    static void database() {
        database = TestPostgres.shared().freshDatabase("autoconfig");
    }

    @Test
    void name_and_addresses_are_enough() {
        runner.run(context -> {
            assertThat(context)
                    .hasNotFailed()
                    .hasSingleBean(GlobalTransactionTemplate.class)
                    .hasSingleBean(PropagatingRequestInterceptor.class);
            assertThat(context.getBean(HikariDataSource.class))
                    .as("the type is kept")
                    .isNotNull();
            assertThat(context).as("the application's executor is still made").hasSingleBean(AsyncTaskExecutor.class);
            assertThat(context.getBean(Tracing.class))
                    .as("without a tracer nothing is traced")
                    .isSameAs(Tracing.NONE);
        });
    }

    @Test
    void a_key_is_sent_with_every_request_and_shown_to_nobody() {
        WireMockServer coordinator = new WireMockServer(wireMockConfig().dynamicPort());
        coordinator.start();
        try {
            coordinator.stubFor(post(anyUrl())
                    .willReturn(unauthorized()
                            .withHeader("Content-Type", "application/problem+json")
                            .withBody("{\"type\":\"urn:assent:problem:unauthorized\",\"status\":401}")));
            coordinator.stubFor(post(anyUrl())
                    .withHeader("Authorization", equalTo("Bearer assent_of-this-service"))
                    .willReturn(okJson("{\"decision\":\"ROLLBACK\",\"completion\":\"COMPLETE\"}")));
            WebApplicationContextRunner calling =
                    runner.withPropertyValues("assent.coordinator.urls=" + coordinator.baseUrl());

            calling.run(context -> assertThat(rollback(context)).isEqualTo(CoordinatorClient.Told.UNKNOWN));
            calling.withPropertyValues("assent.coordinator.key=assent_of-this-service")
                    .run(context -> {
                        assertThat(rollback(context)).isEqualTo(CoordinatorClient.Told.ROLLED_BACK);
                        assertThat(context.getBean(CoordinatorKeyProperties.class))
                                .asString()
                                .doesNotContain("assent_of");
                    });
            calling.withPropertyValues("assent.coordinator.key=assent_of another service")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .hasStackTraceContaining("assent.coordinator.key must be")
                            .satisfies(failure ->
                                    assertThat(failure.getCause().toString()).doesNotContain("another")));
            calling.withBean(CoordinatorCredentials.class, () -> () -> "assent_of-this-service")
                    .run(context -> assertThat(rollback(context)).isEqualTo(CoordinatorClient.Told.ROLLED_BACK));
            calling.withBean(CoordinatorCredentials.class, () -> () -> {
                        throw new IllegalStateException("the issuer is away");
                    })
                    .withPropertyValues("assent.coordinator.rollback-patience=200ms")
                    .run(context -> assertThat(rollback(context)).isEqualTo(CoordinatorClient.Told.UNKNOWN));
        } finally {
            coordinator.stop();
        }
    }

    private static CoordinatorClient.Told rollback(ApplicationContext context) {
        TransactionId id = TransactionId.create(Instant.now(), new Random());
        return context.getBean(CoordinatorClient.class)
                .rollback(id, "a test", List.of())
                .told();
    }

    @Test
    void it_traces_if_the_service_does() {
        WebApplicationContextRunner traced = runner.withConfiguration(AutoConfigurations.of(
                NoopTracerAutoConfiguration.class,
                OpenTelemetrySdkAutoConfiguration.class,
                OpenTelemetryTracingAutoConfiguration.class));
        traced.run(context -> {
            assertThat(context.getBean(Tracing.class)).isInstanceOf(MicrometerTracing.class);
            assertThat(context.getBean(CoordinatorClient.class)).isNotInstanceOf(HttpCoordinatorClient.class);
        });
        traced.withPropertyValues("management.opentelemetry.enabled=false").run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(Tracing.class);
            assertThat(context.getBean(CoordinatorClient.class)).isInstanceOf(HttpCoordinatorClient.class);
        });
    }

    @Test
    void warnings_of_the_standby_arrive_whatever_the_users_default_L1() throws SQLException {
        TestPostgres.Database quiet = TestPostgres.shared().freshDatabase("quiet");
        try (Connection connection = DriverManager.getConnection(quiet.jdbcUrl(), quiet.username(), quiet.password());
                Statement statement = connection.createStatement()) {
            statement.execute("alter role " + quiet.username() + " set client_min_messages = error");
        }
        runner.withPropertyValues(
                        "spring.datasource.url=" + quiet.jdbcUrl(),
                        "spring.datasource.username=" + quiet.username(),
                        "spring.datasource.password=" + quiet.password(),
                        "spring.datasource.hikari.connection-init-sql=set application_name = 'shop'")
                .run(context -> {
                    DataSource completion =
                            context.getBean(ParticipantDatabase.class).completion();
                    try (Connection connection = completion.getConnection()) {
                        assertThat(setting(connection, "client_min_messages")).isEqualTo("warning");
                        assertThat(setting(connection, "application_name"))
                                .as("the application's own settings are kept")
                                .isEqualTo("shop");
                    }
                });
    }

    private static String setting(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("show " + name)) {
            row.next();
            return row.getString(1);
        }
    }

    /** For the next test. */
    public static class Reserving {
        @TryConfirmCancel(confirm = "end", cancel = "end")
        public void reserve(String what) {}

        public void end(String what) {}
    }

    @Test
    void the_table_of_reservations_is_made_where_it_is_needed_and_only_there() throws Exception {
        runner.run(context -> assertThat(hasReservations()).isFalse());
        WebApplicationContextRunner reserving = runner.withBean(Reserving.class);
        reserving
                .withPropertyValues("assent.participant.schema.initialize=never")
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(ParticipantStartException.class)
                        .hasMessageContaining("The table assent_reservation is missing"));
        reserving.run(context -> assertThat(hasReservations()).isTrue());
        reserving
                .withPropertyValues("assent.participant.schema.initialize=never")
                .run(context -> assertThat(context).hasNotFailed());
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table assent_reservation");
        }
    }

    private static boolean hasReservations() throws SQLException {
        try (Connection connection = connection();
                ResultSet row = connection
                        .createStatement()
                        .executeQuery("select to_regclass('assent_reservation') is not null")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static Connection connection() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
    }

    @Test
    void a_branch_in_doubt_shows_in_the_metrics() throws Exception {
        runner.withBean(SimpleMeterRegistry.class).run(context -> {
            MeterRegistry registry = context.getBean(MeterRegistry.class);
            context.getBeansOfType(MeterBinder.class).values().forEach(binder -> binder.bindTo(registry));
            assertThat(gauge(registry, "assent.participant.in.doubt")).isZero();
            assertThat(gauge(registry, "assent.participant.in.doubt.oldest")).isZero();

            String ref = "assent:test:019ab000-0000-7000-8000-000000000001:1:metrics";
            try (Connection connection = context.getBean(DataSource.class).getConnection()) {
                connection.setAutoCommit(false);
                connection.createStatement().execute("select pg_current_xact_id()");
                connection.createStatement().execute("prepare transaction '" + ref + "'");
                connection.setAutoCommit(true);
                try {
                    assertThat(gauge(registry, "assent.participant.in.doubt")).isOne();
                    assertThat(gauge(registry, "assent.participant.in.doubt.oldest"))
                            .isNotNegative();
                    // As of this second.
                    await().untilAsserted(() -> assertThat(gauge(registry, "assent.participant.prepared"))
                            .isPositive());
                    double slots = gauge(registry, "assent.participant.prepared.slots");
                    assertThat(slots).isEqualTo(200);
                    assertThat(gauge(registry, "assent.participant.prepared.slots.left"))
                            .isLessThan(slots);
                    assertThat(gauge(registry, "assent.participant.prepared.oldest"))
                            .isPositive();
                } finally {
                    connection.createStatement().execute("rollback prepared '" + ref + "'");
                }
            }
        });
    }

    private static double gauge(MeterRegistry registry, String name) {
        return registry.get(name).gauge().value();
    }

    @Test
    void without_the_actuator_it_works_without_endpoints() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(GlobalTransactionTemplate.class)
                        .doesNotHaveBean(EndpointConfiguration.class));
    }

    @Test
    void what_operators_can_ask_is_there_only_where_the_application_exposes_it() {
        runner.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(BranchesEndpoint.class)
                .doesNotHaveBean(DoctorEndpoint.class)
                .doesNotHaveBean(Doctor.class));
        runner.withPropertyValues("management.endpoints.web.exposure.include=assent-branches,assent-doctor")
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(BranchesEndpoint.class)
                        .hasSingleBean(DoctorEndpoint.class));
    }

    @Test
    void it_can_be_switched_off() {
        runner.withPropertyValues("assent.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(GlobalTransactionTemplate.class));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "assent.participant.name=            | assent.participant.name is missing",
                "assent.participant.name=Payment     | not a participant name",
                "assent.participant.url=ftp://x/y    | no http or https URL",
                "assent.participant.path=assent      | is no path",
                "assent.participant.lock-timeout=0s  | assent.participant.lock-timeout=PT0S is out of range",
                "assent.participant.prepare=soon     | No enum constant io.assent.participant.Branch.Prepare.soon",
                "assent.participant.second-call-lock-timeout=0s | second-call-lock-timeout=PT0S is out of range",
                "assent.participant.late.max-open=-1 | assent.participant.late.max-open=-1 is out of range",
                "assent.participant.late.max-open=10 | the pool has 10 connections: open branches could take all",
                "assent.participant.late.max-idle=2h | assent.participant.late.max-idle=PT2H is out of range",
                "assent.participant.max-prepared=0   | assent.participant.max-prepared=0 is out of range",
                "assent.participant.max-prepared=201 | PostgreSQL's max_prepared_transactions is 200",
                "assent.participant.doctor.timeout=99ms | assent.participant.doctor.timeout=PT0.099S is out of range",
                "assent.participant.admission-wait=11s | assent.participant.admission-wait=PT11S is out of range",
                "assent.transaction.max-concurrent=0 | assent.transaction.max-concurrent=0 is out of range",
                "assent.transaction.admission-wait=2m | assent.transaction.admission-wait=PT2M is out of range",
                "assent.participant.reservations.cancel-delay=0s | cancel-delay=PT0S is out of range",
                "assent.participant.sweep.batch=1001 | assent.participant.sweep.batch=1001 is out of range: 1 to 1000",
                "assent.participant.completion-pool-size=0 | completion-pool-size=0 is out of range",
                "assent.coordinator.urls=            | assent.coordinator.urls is missing",
                "assent.coordinator.urls=localhost:80 | no http or https URL",
                "assent.coordinator.patience=2h      | assent.coordinator.patience=PT2H is out of range",
                "assent.coordinator.completion-wait=10s | must be whole seconds and less than",
                "assent.coordinator.completion-wait=1500ms | must be whole seconds and less than",
                "assent.coordinator.commit-linger=-1ms | assent.coordinator.commit-linger=PT-0.001S is out of range",
                "assent.coordinator.commit-linger=2s | assent.coordinator.commit-linger=PT2S is out of range",
                "assent.coordinator.max-waiting=-1   | assent.coordinator.max-waiting=-1 is out of range: 0 to 10000",
                "assent.coordinator.retry.max-backoff=10ms | max-backoff is less than",
                "assent.transaction.default-timeout=99ms | assent.transaction.default-timeout=PT0.099S is out of range"
            })
    void a_wrong_property_stops_the_start_and_is_named(String property, String message) {
        runner.withPropertyValues(property.trim())
                .run(context -> assertThat(context).getFailure().hasStackTraceContaining(message.trim()));
    }

    @Test
    void a_wrong_timeout_in_an_annotation_stops_the_start() {
        runner.withUserConfiguration(WrongTimeout.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(
                                "Work.work: \"soon\" is no timeout; write a number with a unit, such as 10s"));
    }

    @Test
    void another_database_is_refused() {
        runner.withUserConfiguration(OtherDatabase.class)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ParticipantStartException.class)
                        .hasMessageContaining("The DataSource is OtherDB")
                        .hasMessageContaining("spring.datasource.url"));
    }

    @Test
    void max_prepared_transactions_of_zero_is_refused_with_the_remedy(@TempDir Path directory) {
        try (EmbeddedPostgres server = EmbeddedPostgres.builder()
                .dataDirectory(directory.resolve("data"))
                .setting("max_prepared_transactions", "0")
                .start()) {
            server.createDatabase("zero", "zero", "zero");
            runner.withPropertyValues(
                            "spring.datasource.url=" + server.jdbcUrl("zero"),
                            "spring.datasource.username=zero",
                            "spring.datasource.password=zero")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .isInstanceOf(ParticipantStartException.class)
                            .hasMessageContaining("max_prepared_transactions is 0")
                            .hasMessageContaining("Set max_prepared_transactions in postgresql.conf"));
        }
    }

    @Test
    void without_the_table_and_the_right_to_make_it_the_script_is_named() {
        TestPostgres.Database empty = TestPostgres.shared().freshDatabase("noschema");
        runner.withPropertyValues(
                        "spring.datasource.url=" + empty.jdbcUrl(),
                        "spring.datasource.username=" + empty.username(),
                        "spring.datasource.password=" + empty.password(),
                        "assent.participant.schema.initialize=never")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("The table assent_branch_marker is missing")
                        .hasMessageContaining("schema-postgresql.sql"));
    }

    @Configuration(proxyBeanMethods = false)
    static class WrongTimeout {

        @Bean
        Work work() {
            return new Work();
        }
    }

    static class Work {

        @GlobalTransactional(timeout = "soon")
        public void work() {
            throw new UnsupportedOperationException();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OtherDatabase {

        @Bean
        DataSource dataSource() {
            return new AbstractDataSource() {
                @Override
                public Connection getConnection() {
                    DatabaseMetaData metaData = proxy(DatabaseMetaData.class, "getDatabaseProductName", "OtherDB");
                    return proxy(Connection.class, "getMetaData", metaData);
                }

                @Override
                public Connection getConnection(String username, String password) {
                    return getConnection();
                }
            };
        }

        private static <T> T proxy(Class<T> type, String method, Object result) {
            return type.cast(Proxy.newProxyInstance(
                    type.getClassLoader(),
                    new Class<?>[] {type},
                    (self, called, arguments) -> called.getName().equals(method) ? result : null));
        }
    }
}
