package io.assent.participant.test;

import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.TestPostgres;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/**
 * The coordinator of this JVM's tests: the very program that runs in production, in a process of its own, so that its
 * libraries, its configuration and its migrations never meet those of the service under test. Its log is in the
 * {@link TestPostgres} server, its files in that server's directory. Thread-safe.
 */
final class TestCoordinator {

    private static final Logger log = LoggerFactory.getLogger(TestCoordinator.class);
    private static final Duration START_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+) \\(http\\)");
    private static final String JAR = "coordinator-service.jar";
    private static final int LOG_TAIL = 4_000;

    /** Whatever else is set here is meant for the service under test or for the build. */
    private static final Set<String> ENVIRONMENT = Set.of(
            "PATH", "HOME", "USER", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "TZ", "SystemRoot", "WINDIR", "COMSPEC");

    private final RestClient http = RestClient.create();
    private @Nullable Process process;
    private @Nullable URI url;

    private TestCoordinator() {}

    static TestCoordinator shared() {
        return Holder.SHARED;
    }

    /**
     * Its address; starts it at the first call.
     *
     * @throws IllegalStateException if it cannot be started, or has died; the message says why
     */
    synchronized URI url() {
        Process running = process();
        if (!running.isAlive()) {
            throw failure("has ended");
        }
        if (url == null) {
            url = awaitReady(running);
            log.info("The coordinator of the tests listens on {}, log in {}.", url, logFile());
        }
        return url;
    }

    /** Its process, started at the first call; not necessarily ready. */
    synchronized Process process() {
        if (process == null) {
            process = start();
        }
        return process;
    }

    private Process start() {
        EmbeddedPostgres postgres = TestPostgres.shared().server();
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("assent_coordinator");
        try {
            ProcessBuilder builder = new ProcessBuilder(List.of(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xmx256m",
                            "-cp",
                            ownClasses() + File.pathSeparator + coordinatorJar(postgres.directory()),
                            Lifeline.class.getName(),
                            Long.toString(postgres.pid()),
                            "--server.address=127.0.0.1",
                            "--server.port=0",
                            "--spring.datasource.url=" + database.jdbcUrl(),
                            "--spring.datasource.username=" + database.username(),
                            "--spring.datasource.password=" + database.password(),
                            "--assent.security.mode=none",
                            "--assent.coordinator.participants.allowed-hosts=loopback:*",
                            // What a test lets fail is to be repaired while it waits.
                            "--assent.coordinator.web.default-wait=2s",
                            "--assent.coordinator.engine.redelivery-first=50ms",
                            "--assent.coordinator.engine.redelivery-longest=500ms",
                            "--assent.coordinator.participants.defaults.circuit-open-for=200ms"))
                    .directory(postgres.directory().toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(logFile().toFile());
            builder.environment().keySet().retainAll(ENVIRONMENT);
            Process started = builder.start();
            Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly, "assent-coordinator-stop"));
            return started;
        } catch (IOException e) {
            throw new IllegalStateException("The coordinator cannot be started: " + e, e);
        }
    }

    private URI awaitReady(Process started) {
        try {
            Awaitility.await()
                    .atMost(START_TIMEOUT)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(POLL)
                    .until(() -> !started.isAlive() || ready().isPresent());
        } catch (ConditionTimeoutException e) {
            throw failure("is not ready after " + START_TIMEOUT);
        }
        return ready().orElseThrow(() -> failure("has ended"));
    }

    /** Its address, once it has a port and can decide. */
    private Optional<URI> ready() {
        Matcher started = STARTED.matcher(readLog());
        if (!started.find()) {
            return Optional.empty();
        }
        URI address = URI.create("http://127.0.0.1:" + started.group(1));
        try {
            http.get()
                    .uri(address.resolve("/actuator/health/readiness"))
                    .retrieve()
                    .toBodilessEntity();
            return Optional.of(address);
        } catch (RestClientException e) {
            return Optional.empty();
        }
    }

    private static IllegalStateException failure(String what) {
        String text = readLog();
        return new IllegalStateException("The coordinator of the tests " + what + ". Its log ends with:\n"
                + text.substring(Math.max(0, text.length() - LOG_TAIL)));
    }

    private static String readLog() {
        try {
            return Files.exists(logFile()) ? Files.readString(logFile(), StandardCharsets.UTF_8) : "";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path logFile() {
        return TestPostgres.shared().server().directory().resolve("coordinator.log");
    }

    /** Where this class is: a directory, or this module's jar. */
    private static Path ownClasses() {
        try {
            return Path.of(Lifeline.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The program as a file: within this module's jar it is a resource, and is copied to where it goes with the rest. */
    private static Path coordinatorJar(Path directory) throws IOException {
        URL resource = TestCoordinator.class.getResource(JAR);
        if (resource == null) {
            throw new IOException(JAR + " is not in " + ownClasses()
                    + ": it is put there in the phase prepare-package, so build this module with ./mvnw package");
        }
        if (resource.getProtocol().equals("file")) {
            return ownClasses().resolve("io/assent/participant/test").resolve(JAR);
        }
        Path copy = directory.resolve(JAR);
        try (InputStream in = resource.openStream()) {
            Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
        }
        return copy;
    }

    private static final class Holder {
        static final TestCoordinator SHARED = new TestCoordinator();
    }
}
