package io.assent.demo.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: a child does what it is told, comes back when it should, and never outlives us. Method: real child JVMs. */
class SupervisedProcessTests {

    @TempDir
    Path directory;

    private final ProcessStarter starter = new ProcessStarter();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private int port;
    private SupervisedProcess process;

    @BeforeEach
    void choosePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            port = socket.getLocalPort();
        }
        process = process("ready");
    }

    @AfterEach
    void stop() {
        process.close();
        scheduler.shutdownNow();
        starter.close();
    }

    @Test
    void startsAndIsReadyAndStops() throws Exception {
        process.start();
        process.awaitReady();
        assertThat(process.isReady()).isTrue();
        assertThat(directory.resolve("child.pid")).hasContent(String.valueOf(process.pid()));

        process.stop();

        assertThat(ProcessHandle.of(process.pid())).isEmpty();
        assertThat(process.isReady()).isFalse();
        assertThat(directory.resolve("child.pid")).doesNotExist();
    }

    @Test
    void aChildWithoutHttpIsReadyWhenItTakesConnections() {
        ProcessSpec answering503 = spec(directory, port, "unready");
        process = new SupervisedProcess(
                new ProcessSpec(
                        answering503.name(),
                        answering503.command(),
                        answering503.environment(),
                        answering503.workingDirectory(),
                        answering503.runDirectory(),
                        answering503.logFile(),
                        URI.create("tcp://127.0.0.1:" + port),
                        answering503.startTimeout(),
                        answering503.stopTimeout()),
                starter,
                scheduler,
                told::add);
        assertThat(process.isAnswered()).isFalse();

        process.start();
        process.awaitReady();

        assertThat(process.isReady()).isTrue();
    }

    @Test
    void supervisedChildComesBackAfterKill() {
        process.start();
        process.awaitReady();
        process.supervise(true);
        long first = process.pid();

        process.kill();

        await().atMost(Duration.ofSeconds(20)).until(() -> process.starts() == 2);
        process.awaitReady();
        assertThat(process.pid()).isNotEqualTo(first);
        assertThat(told).hasSize(2);
        assertThat(told.get(0)).contains("process " + first).contains("killed").contains("started again in");
        assertThat(told.get(1)).contains("started again as process " + process.pid());
    }

    @Test
    void supervisedChildThatIsStoppedStaysAway() {
        process.start();
        process.awaitReady();
        process.supervise(true);
        process.stop();
        assertThat(process.isAlive()).isFalse();
        assertThat(process.starts()).isOne();
        process.restart();
        assertThat(process.starts()).isEqualTo(2);
    }

    @Test
    void pausedChildAnswersNothingUntilItIsResumed() {
        process.start();
        process.awaitReady();
        process.pause();
        assertThat(process.isAlive()).isTrue();
        assertThat(process.isReady()).isFalse();
        process.resume();
        await().atMost(Duration.ofSeconds(10)).until(process::isReady);
        process.pause();
        process.stop();
        assertThat(process.isAlive()).isFalse();
    }

    @Test
    void childThatEndsAtOnceIsAnErrorWithTheEndOfItsLog() {
        process = process("broken");
        process.start();
        assertThatExceptionOfType(ProcessFailedException.class)
                .isThrownBy(process::awaitReady)
                .withMessageContaining("ended while it started (exit code 7)")
                .withMessageContaining("this is why");
    }

    @Test
    void childThatIsNeverReadyIsAnErrorAfterItsTimeout() {
        process = process("never");
        process.start();
        assertThatExceptionOfType(ProcessFailedException.class)
                .isThrownBy(process::awaitReady)
                .withMessageContaining("was not ready within 10 s");
    }

    @Test
    void leftoverOfAnEarlierRunIsKilledAndAStrangerIsNot() throws Exception {
        process.start();
        process.awaitReady();
        SupervisedProcess nextRun = process("ready");
        // The pid was given to another process meanwhile: same number, other start.
        Path identity = directory.resolve("child.process");
        String known = Files.readString(identity);
        Files.writeString(identity, process.pid() + "\n1000\n");
        assertThat(nextRun.killLeftover()).isFalse();
        assertThat(process.isAlive()).isTrue();

        Files.writeString(identity, known);
        assertThat(nextRun.killLeftover()).isTrue();
        assertThat(process.isAlive()).isFalse();
        assertThat(identity).doesNotExist();
    }

    @Test
    void childDiesWithALauncherThatIsKilled() throws Exception {
        assumeThat(Path.of("/usr/bin/setpriv"))
                .as("where it is missing the next run cleans up, see above")
                .isExecutable();
        Path pidFile = directory.resolve("child.pid");
        Process launcher = new ProcessBuilder(
                        java(ChildPrograms.Launcher.class, directory.toString(), String.valueOf(port)))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("launcher.log").toFile())
                .start();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> Files.exists(pidFile) && process("ready").isAnswered());
        long child = Long.parseLong(Files.readString(pidFile).trim());
        assertThat(ProcessHandle.of(child)).isPresent();

        launcher.destroyForcibly().waitFor(10, TimeUnit.SECONDS);

        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        ProcessHandle.of(child).filter(ProcessHandle::isAlive).isEmpty());
    }

    private SupervisedProcess process(String mode) {
        return new SupervisedProcess(spec(directory, port, mode), starter, scheduler, told::add);
    }

    static ProcessSpec spec(Path directory, int port, String mode) {
        return new ProcessSpec(
                "child",
                java(ChildPrograms.Child.class, String.valueOf(port), mode),
                Map.of(),
                directory,
                directory,
                directory.resolve("child.log"),
                URI.create("http://127.0.0.1:" + port + "/ready"),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10));
    }

    private static List<String> java(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return command;
    }
}
