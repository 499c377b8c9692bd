package io.assent.participant.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Goal: nothing outlives a test JVM. Method: one that has started everything is killed (-9). */
class NoOrphansIntegrationTests {

    @Test
    void withTheTestJvmItsCoordinatorAndItsPostgresEnd() throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        KilledTestJvm.class.getName())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            List<ProcessHandle> children = children(output);
            assertThat(children).hasSize(2).allMatch(ProcessHandle::isAlive);

            jvm.destroyForcibly();

            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> children.stream().noneMatch(ProcessHandle::isAlive));
        } finally {
            jvm.destroyForcibly();
        }
    }

    private static List<ProcessHandle> children(BufferedReader output) throws Exception {
        String line = output.readLine();
        while (line != null && !line.startsWith("children ")) {
            line = output.readLine();
        }
        assertThat(line).as("the JVM said who its children are").isNotNull();
        return Stream.of(line.split(" "))
                .skip(1)
                .map(pid -> ProcessHandle.of(Long.parseLong(pid)).orElseThrow())
                .toList();
    }
}
