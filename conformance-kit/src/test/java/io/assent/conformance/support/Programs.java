package io.assent.conformance.support;

import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import io.assent.embeddedpostgres.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Real processes for the tests of the kit; they die with this JVM. */
public final class Programs implements AutoCloseable {

    private static final Duration START_TIMEOUT = Duration.ofMinutes(4);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

    private final ProcessStarter starter = new ProcessStarter();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final List<SupervisedProcess> processes = new ArrayList<>();

    /** The root of the repository. */
    public static Path repository() {
        return Path.of(System.getProperty("assent.repository", ".."))
                .toAbsolutePath()
                .normalize();
    }

    /** A port that is free now. */
    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts the jar of a Spring service on a database of its own and waits until it is ready. */
    public SupervisedProcess service(String module, int port, List<String> arguments) {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase(module.replace('-', '_'));
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx384m",
                "-jar",
                repository()
                        .resolve(module)
                        .resolve("target")
                        .resolve(module + ".jar")
                        .toString(),
                "--server.port=" + port,
                "--server.address=127.0.0.1",
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.password=" + database.password()));
        command.addAll(arguments);
        return start(module, command, Map.of(), URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness"));
    }

    /** Starts a program and waits until its readiness address answers 200. */
    public SupervisedProcess start(String name, List<String> command, Map<String, String> environment, URI readiness) {
        Path state = Path.of("target/programs").toAbsolutePath();
        try {
            Files.createDirectories(state);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        SupervisedProcess process = new SupervisedProcess(
                new ProcessSpec(
                        name,
                        command,
                        environment,
                        state,
                        state,
                        state.resolve(name + ".log"),
                        readiness,
                        START_TIMEOUT,
                        STOP_TIMEOUT),
                starter,
                scheduler,
                note -> {});
        processes.add(process);
        process.start();
        process.awaitReady();
        return process;
    }

    /** Kills it as {@code kill -9} does, starts it again and waits until it is ready. */
    public static void killAndStart(SupervisedProcess process) {
        process.kill();
        process.awaitStopped();
        process.start();
        process.awaitReady();
    }

    @Override
    public void close() {
        processes.forEach(SupervisedProcess::beginStop);
        processes.forEach(SupervisedProcess::close);
        scheduler.shutdownNow();
        starter.close();
    }
}
