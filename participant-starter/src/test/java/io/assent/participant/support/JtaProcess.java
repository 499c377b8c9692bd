package io.assent.participant.support;

import io.assent.embeddedpostgres.TestPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** {@link JtaApplication} as a process of its own, on a port that it keeps over restarts. */
public final class JtaProcess implements AutoCloseable {

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final List<String> command;
    private final Path log;
    private final int port;
    private Process process;

    /** Where it works. */
    public record Surroundings(
            String coordinator,
            TestBroker broker,
            TestPostgres.Database main,
            TestPostgres.Database ledger,
            Path directory) {

        public Path objectStore() {
            return directory.resolve("narayana");
        }
    }

    public JtaProcess(Surroundings around) {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        log = around.directory().resolve("service.log");
        String classPath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                classPath,
                JtaProcess.class.getName()));
        command.addAll(List.of(
                "--server.port=" + port,
                "--server.address=127.0.0.1",
                // It has to start often.
                "--spring.autoconfigure.exclude="
                        + "org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration,"
                        + "org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration",
                "--spring.main.banner-mode=off",
                "--spring.datasource.url=" + around.main().jdbcUrl(),
                "--spring.datasource.username=" + around.main().username(),
                "--spring.datasource.password=" + around.main().password(),
                "--assent.coordinator.urls=" + around.coordinator(),
                "--assent.participant.name=payment",
                "--assent.participant.url=http://127.0.0.1:" + port + "/assent/v1",
                "--assent.participant.sweep.interval=200ms",
                "--assent.participant.sweep.min-age=300ms",
                "--assent.participant.resources=jta",
                "--assent.participant.jta.node-identifier=payment-0",
                "--assent.participant.jta.object-store.directory=" + around.objectStore(),
                "--assent.participant.jta.object-store.allow-ephemeral=true",
                "--assent.participant.jta.recovery.interval=10s",
                "--assent.participant.jta.recovery.backoff=1s",
                "--assent.participant.jta.databases.ledger.url="
                        + around.ledger().jdbcUrl(),
                "--assent.participant.jta.databases.ledger.username="
                        + around.ledger().username(),
                "--assent.participant.jta.databases.ledger.password="
                        + around.ledger().password(),
                "--broker.url=" + around.broker().url()));
    }

    public static void main(String[] args) {
        org.springframework.boot.SpringApplication.run(JtaApplication.class, args);
    }

    /** Returns when it answers. */
    public void start() {
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(100))
                .failFast("the service died, see " + log, () -> !process.isAlive())
                .until(() -> answers("/assent/v1/branches"));
    }

    private boolean answers(String path) {
        try {
            return HTTP.send(
                                    HttpRequest.newBuilder(URI.create(url() + path))
                                            .build(),
                                    HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** An ordinary request, outside of any transaction. */
    public int post(String path) {
        try {
            return HTTP.send(
                            HttpRequest.newBuilder(URI.create(url() + path))
                                    .POST(HttpRequest.BodyPublishers.noBody())
                                    .build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** {@code kill -9}; returns when it is dead. */
    public void kill() {
        process.destroyForcibly();
        awaitDeath();
    }

    /** Returns when it has killed itself. */
    public void awaitDeath() {
        try {
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("still alive, see " + log);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public String protocolUrl() {
        return url() + "/assent/v1";
    }

    @Override
    public void close() {
        if (process != null) {
            kill();
        }
    }
}
