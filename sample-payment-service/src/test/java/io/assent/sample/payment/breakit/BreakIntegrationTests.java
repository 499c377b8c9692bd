package io.assent.sample.payment.breakit;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.embeddedpostgres.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.MediaType;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;

/**
 * Goal: each failure strikes the next call once, and what it does is real. Method: the service with the switches on; a
 * process that only waits stands for the coordinator and is killed, and so is a small JVM that calls the same code.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "sample.break.enabled=true")
@AutoConfigureRestTestClient
class BreakIntegrationTests {

    private static final TestPostgres.Database DATABASE = TestPostgres.shared().freshDatabase("payments_broken");
    private static final Path PID_FILE = pidFile();

    @DynamicPropertySource
    static void configuration(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", DATABASE::jdbcUrl);
        registry.add("spring.datasource.username", DATABASE::username);
        registry.add("spring.datasource.password", DATABASE::password);
        registry.add("sample.break.coordinator-pid-file", PID_FILE::toString);
    }

    @Autowired
    private RestTestClient http;

    @Test
    void aRefusalStrikesTheNextPaymentOnlyAndMovesNoMoney() {
        arm("REFUSE", 0);

        assertThat(pay()).isEqualTo(409);
        assertThat(armed()).contains("\"NONE\"");
        assertThat(pay()).isEqualTo(201);
    }

    @Test
    void slownessStrikesTheNextPaymentOnly() {
        arm("SLOW", 400);

        Instant start = Instant.now();
        assertThat(pay()).isEqualTo(201);
        assertThat(Duration.between(start, Instant.now())).isGreaterThanOrEqualTo(Duration.ofMillis(400));
        assertThat(armed()).contains("\"NONE\"");
    }

    @Test
    void lookingAtPaymentsStrikesNothing() {
        arm("REFUSE", 0);

        http.get().uri("/api/payments").exchange().expectStatus().isOk();
        assertThat(armed()).contains("\"REFUSE\"");
        arm("NONE", 0);
    }

    @Test
    void theCoordinatorIsKilledWhenADecisionArrivesAndThePaymentServiceLivesOn() throws Exception {
        Process coordinator = new ProcessBuilder("sleep", "600").start();
        try {
            Files.writeString(PID_FILE, coordinator.pid() + "\n");
            arm("KILL_AFTER_DECISION", 0);
            assertThat(pay()).isEqualTo(201);
            assertThat(coordinator.isAlive()).isTrue();

            http.post()
                    .uri("/assent/v1/decisions")
                    .contentType(MediaType.APPLICATION_JSON)
                    .body("{}")
                    .exchange()
                    .expectBody(String.class);

            assertThat(coordinator.waitFor(5, TimeUnit.SECONDS)).isTrue();
            assertThat(coordinator.exitValue()).isEqualTo(128 + 9);
            assertThat(armed()).contains("\"NONE\"");
        } finally {
            coordinator.destroyForcibly();
        }
    }

    @Test
    void theProcessThatKillsItselfIsGoneAtOnce() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KillsItself.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(128 + 9);
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void aFailureThatDoesNotExistIsRefused() {
        http.put()
                .uri("/api/break")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"mode\": \"EXPLODE\", \"delayMillis\": 0}")
                .exchange()
                .expectStatus()
                .isBadRequest();
        http.put()
                .uri("/api/break")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"mode\": \"SLOW\", \"delayMillis\": 600001}")
                .exchange()
                .expectStatus()
                .isEqualTo(422);
    }

    private void arm(String mode, long delayMillis) {
        http.put()
                .uri("/api/break")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"mode\": \"%s\", \"delayMillis\": %d}".formatted(mode, delayMillis))
                .exchange()
                .expectStatus()
                .isOk();
    }

    private String armed() {
        return http.get()
                .uri("/api/break")
                .exchange()
                .returnResult(String.class)
                .getResponseBody();
    }

    private int pay() {
        return http.post()
                .uri("/api/payments")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"orderNumber\": \"%s\", \"customer\": \"ada\", \"amountPence\": 1}"
                        .formatted(UUID.randomUUID()))
                .exchange()
                .returnResult(String.class)
                .getStatus()
                .value();
    }

    private static Path pidFile() {
        try {
            Path file = Files.createTempFile("coordinator", ".pid");
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The process that does not survive its own main method. */
    static final class KillsItself {

        public static void main(String[] args) throws IOException {
            new Killer(new BreakProperties(true, null)).killThisProcess();
        }
    }
}
