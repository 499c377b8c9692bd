package io.assent.coordinator.config;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.coordinator.ObedientParticipant;
import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.protocol.Branch;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: what cannot be finished stops nothing else. Method: ten thousand decided transactions whose coordinator is gone, one
 * row that cannot be read, one participant that answers nothing useful.
 */
class RecoveryIntegrationTests {

    private static final Logger log = LoggerFactory.getLogger(RecoveryIntegrationTests.class);
    private static final int TRANSACTIONS = 10_000;
    private static final String UNFINISHED = "select count(*) from assent_transaction where completed_at is null";

    private final TestPostgres.Database database = TestPostgres.shared().freshDatabase("recovery");
    private final RandomGenerator random = new Random();

    @Test
    void ten_thousand_in_doubt_are_finished_although_one_is_poisoned_and_one_participant_answers_nonsense()
            throws Exception {
        WireMockServer payment =
                new WireMockServer(wireMockConfig().dynamicPort().extensions(new ObedientParticipant()));
        WireMockServer broken = new WireMockServer(wireMockConfig().dynamicPort());
        payment.start();
        broken.start();
        payment.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withTransformers("obedient")));
        broken.stubFor(post("/assent/v1/decisions")
                .willReturn(aResponse().withStatus(200).withBody("<html>back soon</html>")));
        TransactionId poisoned;
        TransactionId unheard;
        try (ConfigurableApplicationContext gone = instance()) {
            List<TransactionId> decided =
                    decide(gone.getBean(LogContexts.class).context("main").getBean(DecisionLog.class), payment);
            poisoned = decided.get(TRANSACTIONS / 2);
            unheard = decideOne(
                    gone.getBean(LogContexts.class).context("main").getBean(DecisionLog.class),
                    branch("1", "broken-service", broken));
        }
        execute(
                "update assent_transaction set branches = '[{\"id\": \"1\"}]' where id = '" + poisoned + "'",
                "update assent_transaction set next_attempt_at = clock_timestamp()");

        Instant begun = Instant.now();
        try (ConfigurableApplicationContext successor = instance()) {
            assertThat(successor.isRunning()).isTrue();
            await().atMost(Duration.ofSeconds(120))
                    .pollInterval(Duration.ofMillis(100))
                    .untilAsserted(() -> assertThat(number(UNFINISHED)).isEqualTo(2));
            log.info(
                    "{} transactions in doubt were finished {} ms after the start of another instance began",
                    TRANSACTIONS - 1,
                    Duration.between(begun, Instant.now()).toMillis());
            assertThat(number(UNFINISHED + " and id in ('" + poisoned + "', '" + unheard + "')"))
                    .isEqualTo(2);

            // Once a person has repaired them, nothing else has to be done.
            execute("update assent_transaction set next_attempt_at = clock_timestamp(), branches = ("
                    + "select branches from assent_transaction where id = '" + unheard + "') where id = '" + poisoned
                    + "'");
            broken.stubFor(post("/assent/v1/decisions")
                    .willReturn(aResponse().proxiedFrom("http://localhost:" + payment.port())));
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(number(UNFINISHED)).isZero());
        } finally {
            payment.stop();
            broken.stop();
        }
    }

    private List<TransactionId> decide(DecisionLog decisions, WireMockServer participant) throws Exception {
        List<TransactionId> ids = new ArrayList<>();
        List<CompletableFuture<?>> written = new ArrayList<>();
        for (int i = 0; i < TRANSACTIONS; i++) {
            TransactionId id = TransactionId.create(Instant.now(), random);
            ids.add(id);
            written.add(decisions
                    .decide(commit(
                            id,
                            branch("1", "payment-service", participant),
                            branch("2", "payment-service", participant)))
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(written.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        return ids;
    }

    private TransactionId decideOne(DecisionLog decisions, Branch branch) throws Exception {
        TransactionId id = TransactionId.create(Instant.now(), random);
        decisions.decide(commit(id, branch)).toCompletableFuture().get(60, TimeUnit.SECONDS);
        return id;
    }

    /** Nobody delivers it before the test says so. */
    private Proposal commit(TransactionId id, Branch... branches) {
        return new Proposal(1, id, Decision.COMMIT, null, null, List.of(branches), null, Duration.ofHours(1), null);
    }

    private Branch branch(String id, String participant, WireMockServer server) {
        return Branch.named(
                new BranchId(id),
                new ParticipantName(participant),
                "http://localhost:" + server.port() + "/assent/v1",
                new BranchRef("assent:" + participant + ":" + id + ":" + Long.toHexString(random.nextLong())),
                Vote.PREPARED);
    }

    private ConfigurableApplicationContext instance() {
        return new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--logging.level.assent.transactions=error",
                        "--assent.coordinator.participants.allowed-hosts=loopback:*");
    }

    private Connection connection() throws SQLException {
        return DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
    }

    private void execute(String... statements) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    private long number(String query) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }
}
