package io.assent.cli;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.okJson;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.Ports;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.ServiceKey;
import io.assent.protocol.TransactionId;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * Goal: an operator finds, understands and mends with these commands alone, and a script can rely on their exit codes.
 * Method: they run against a coordinator in a process of its own; a stand-in plays the participant.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AssentCommandIntegrationTests {

    private static final Path REPOSITORY = Path.of(System.getProperty("assent.repository", ".."));

    private static final String KEY = "assent_of-the-person-at-the-command-line";

    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final ProcessStarter starter = new ProcessStarter();
    private final HttpClient http = HttpClient.newHttpClient();
    private final Random random = new Random();
    private WireMockServer participant;
    private SupervisedProcess coordinator;
    private String url;
    private Path keyFile;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        participant =
                new WireMockServer(wireMockConfig().bindAddress("127.0.0.1").dynamicPort());
        participant.start();
        keyFile = Files.writeString(directory.resolve("key"), KEY + "\n");
        int port = Ports.free().coordinator();
        url = "http://127.0.0.1:" + port;
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("cli");
        coordinator = new SupervisedProcess(
                new ProcessSpec(
                        "coordinator",
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-Xmx256m",
                                "-jar",
                                REPOSITORY
                                        .resolve("coordinator-service/target/coordinator-service.jar")
                                        .toAbsolutePath()
                                        .toString(),
                                "--server.address=127.0.0.1",
                                "--server.port=" + port,
                                "--assent.security.mode=keys",
                                "--assent.security.services.operator.keys=" + ServiceKey.digest(KEY),
                                "--assent.security.services.operator.scopes=tx:decide,tx:operate",
                                "--assent.coordinator.participants.allowed-hosts=127.0.0.1:*"),
                        Map.of(
                                "SPRING_DATASOURCE_URL", database.jdbcUrl(),
                                "SPRING_DATASOURCE_USERNAME", database.username(),
                                "SPRING_DATASOURCE_PASSWORD", database.password()),
                        directory,
                        directory,
                        directory.resolve("coordinator.log"),
                        URI.create(url + "/actuator/health/readiness"),
                        Duration.ofMinutes(3),
                        Duration.ofSeconds(30)),
                starter,
                scheduler,
                message -> {});
        coordinator.start();
        coordinator.awaitReady();
    }

    @AfterAll
    void stop() {
        coordinator.close();
        participant.stop();
        starter.close();
        scheduler.shutdownNow();
    }

    @BeforeEach
    void nobodyIsAway() {
        participant.resetAll();
    }

    @Test
    void who_is_not_known_is_told_how_to_say_who_it_is(@TempDir Path directory) throws Exception {
        Ran nobody = ran("status", "--coordinator", url);
        assertThat(nobody.exitCode()).isEqualTo(3);
        assertThat(nobody.error()).contains("status 401", "--key-file");

        Path wrong = Files.writeString(directory.resolve("wrong"), KEY + "-not");
        Ran stranger = ran("status", "--coordinator", url, "--key-file", wrong.toString());
        assertThat(stranger.exitCode()).isEqualTo(3);
        assertThat(stranger.error()).contains("status 401").doesNotContain(KEY);

        Path words = Files.writeString(directory.resolve("words"), "two words");
        assertThat(ran("status", "--coordinator", url, "--key-file", words.toString())
                        .exitCode())
                .isEqualTo(2);
        assertThat(ran(
                                "status",
                                "--coordinator",
                                url,
                                "--key-file",
                                directory.resolve("none").toString())
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void a_heuristic_outcome_is_found_understood_and_closed() throws Exception {
        TransactionId tx = committed("ROLLED_BACK");

        Ran status = run("status");
        assertThat(status.out()).contains("Ready", "Logs: main", "HEURISTIC: 1");
        assertThat(status.exitCode()).isEqualTo(1);
        assertThat(run("in-doubt", "--heuristic").out())
                .contains(tx.toString(), "HEURISTIC_ROLLBACK", "payment-service (1)");
        assertThat(run("tx", "show", tx.toString()).out())
                .contains("DECIDED", "decision    COMMIT", "payment-service", "ROLLED_BACK not acknowledged");

        assertThat(run("tx", "list", "--outcome", "HEURISTIC").out()).contains(tx.toString());
        assertThat(run("tx", "list", "--outcome", "COMMITTED").out()).doesNotContain(tx.toString());
        assertThat(run("tx", "list", "--outcome", "SOON").exitCode()).isEqualTo(3);

        Ran without = run("resolve", tx.toString());
        assertThat(without.exitCode()).isEqualTo(2);
        assertThat(without.error()).contains("--reason");
        assertThat(run("resolve", tx.toString(), "--reason", "booked by hand").exitCode())
                .isZero();

        assertThat(run("status").exitCode()).isZero();
        assertThat(run("in-doubt", "--heuristic").out()).contains("None.");
        assertThat(run("tx", "show", tx.toString()).out()).contains("booked by hand");
    }

    @Test
    void a_transaction_that_waits_for_its_participant_is_watched_until_it_is_over() throws Exception {
        participant.stubFor(post("/assent/v1/decisions").willReturn(aResponse().withStatus(503)));
        TransactionId tx = commit();
        Ran waiting = run("in-doubt");
        assertThat(waiting.out()).contains(tx.toString(), "COMMITTING", "payment-service (1)");
        assertThat(run("tx", "list", "--participant", "payment-service", "--state", "COMMITTING", "--json")
                        .out())
                .contains("\"" + tx + "\"");

        // While it is away: once it is back, the coordinator may be faster than this line, and nothing is left to
        // retry.
        assertThat(run("retry", tx.toString(), "--reason", "is it back?").exitCode())
                .isZero();
        participant.resetAll();
        acknowledges(tx, "COMMITTED");

        Ran watched = run("tx", "watch", tx.toString());
        assertThat(watched.exitCode()).isZero();
        assertThat(watched.out()).contains("completion  COMPLETE", "outcome     COMMITTED", "ACKNOWLEDGED");
        assertThat(run("tx", "list", "--state", "COMMITTED").out()).contains(tx.toString());
    }

    @Test
    void the_doctor_says_what_to_do() {
        Ran doctor = run("doctor");

        assertThat(doctor.out()).contains("log-available", "WARNING", "mode is single", "assent.coordinator.log.mode");
        assertThat(run("doctor", "--json").out()).contains("\"items\"");
        // A participant that was away in another test may be a problem still.
        assertThat(doctor.exitCode()).isEqualTo(doctor.out().contains("PROBLEM") ? 1 : 0);
    }

    @Test
    void what_is_refused_says_why() {
        Ran unknown =
                run("tx", "show", TransactionId.create(Instant.now(), random).toString());
        assertThat(unknown.exitCode()).isEqualTo(3);
        assertThat(unknown.error()).contains("status 404");

        Ran wrong = run("tx", "show", "../../actuator/health");
        assertThat(wrong.exitCode()).isEqualTo(3);

        Ran noState = run("tx", "list", "--state", "DONE");
        assertThat(noState.exitCode()).isEqualTo(2);
        assertThat(noState.error()).contains("COMMITTING");
    }

    @Test
    void who_does_not_answer_is_named() {
        participant.stop();
        Ran nobody = ran("--coordinator", "http://127.0.0.1:" + freedPort(), "status");
        assertThat(nobody.exitCode()).isEqualTo(3);
        assertThat(nobody.error()).contains("Nobody listens", "ASSENT_COORDINATOR");
        participant.start();

        participant.stubFor(any(anyUrl()).willReturn(aResponse().withBody("<html>")));
        Ran other = ran("--coordinator", participant.baseUrl(), "status");
        assertThat(other.exitCode()).isEqualTo(3);
        assertThat(other.error()).contains("is no coordinator");
        assertThat(ran("--coordinator", "nonsense", "status").exitCode()).isEqualTo(2);
        assertThat(ran("--timeout", "0", "status").exitCode()).isEqualTo(2);
    }

    @Test
    void the_shell_can_complete_it() {
        assertThat(run("generate-completion").out()).contains("complete -F", "in-doubt", "--older-than");
    }

    @Test
    void it_tells_its_version() {
        assertThat(ran("--version").out()).isNotBlank();
    }

    private record Ran(int exitCode, String out, String error) {}

    private Ran run(String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 2);
        all[arguments.length] = "--coordinator=" + url;
        all[arguments.length + 1] = "--key-file=" + keyFile;
        return arguments[0].equals("generate-completion") ? ran(arguments) : ran(all);
    }

    private static Ran ran(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter error = new StringWriter();
        CommandLine command = AssentCommand.commandLine();
        command.setOut(new PrintWriter(out)).setErr(new PrintWriter(error));
        int exitCode = command.execute(arguments);
        return new Ran(exitCode, out.toString(), error.toString());
    }

    private int freedPort() {
        try {
            return Ports.free().order();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private TransactionId committed(String state) throws Exception {
        TransactionId tx = id();
        acknowledges(tx, state);
        commit(tx, "wait=30");
        return tx;
    }

    private TransactionId commit() throws Exception {
        TransactionId tx = id();
        commit(tx, "wait=0");
        return tx;
    }

    private TransactionId id() {
        return TransactionId.create(Instant.now(), random);
    }

    private void acknowledges(TransactionId tx, String state) {
        participant.stubFor(post("/assent/v1/decisions")
                .willReturn(okJson(
                        "{\"results\":[{\"transaction\":\"%s\",\"branch\":\"1\",\"ref\":\"%s\",\"state\":\"%s\"}]}"
                                .formatted(tx, ref(tx), state))));
    }

    private void commit(TransactionId tx, String wait) throws Exception {
        String branch =
                "{\"branch\":\"1\",\"participant\":\"payment-service\",\"url\":\"%s/assent/v1\",\"ref\":\"%s\",\"vote\":\"PREPARED\"}"
                        .formatted(participant.baseUrl().replace("localhost", "127.0.0.1"), ref(tx));
        HttpResponse<String> response = http.send(
                HttpRequest.newBuilder(URI.create(url + "/v1/transactions/" + tx + "/commit"))
                        .header("Content-Type", "application/json")
                        .header("Authorization", "Bearer " + KEY)
                        .header("Prefer", wait)
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"name\":\"checkout\",\"deadline\":\"%s\",\"branches\":[%s]}"
                                        .formatted(tx.timestamp().plusSeconds(60), branch)))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(response.statusCode()).as(response.body()).isIn(200, 202);
    }

    private static String ref(TransactionId tx) {
        return "assent:payment-service:" + tx + ":1:x";
    }
}
