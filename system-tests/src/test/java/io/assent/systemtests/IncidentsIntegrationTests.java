package io.assent.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.system.Ports;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Goal: each incident of docs/operations.md can be practised: it happens, an operator sees what the text says, what the text says
 * mends it, and in the end all sums hold. Method: {@code ./demo incident all --once}, once, as a process with a state directory of
 * its own.
 */
class IncidentsIntegrationTests {

    /** Several times as long as it takes on a small machine. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final Pattern ID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}");

    private static int exitCode;
    private static String printed = "";

    @BeforeAll
    static void practise() throws IOException, InterruptedException {
        Path repository = Path.of(System.getProperty("assent.repository", "..")).toAbsolutePath();
        Path target = Path.of("target").toAbsolutePath();
        Path output = target.resolve("incidents.txt");
        Path launcher = repository.resolve("demo-launcher/target");
        Ports ports = Ports.free();
        // As ./demo starts it.
        Process process = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Dassent.demo.repository=" + repository,
                        "-Dassent.demo.state=" + target.resolve("incidents"),
                        "-Dlogback.configurationFile=launcher-logback.xml",
                        "-cp",
                        launcher.resolve("demo-launcher.jar") + File.pathSeparator + launcher.resolve("lib") + "/*",
                        "io.assent.demo.Main",
                        "incident",
                        "all",
                        "--once",
                        "--postgres-port=" + ports.postgres(),
                        "--coordinator-port=" + ports.coordinator(),
                        "--order-port=" + ports.order(),
                        "--payment-port=" + ports.payment()))
                .directory(target.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            boolean ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            printed = Files.readString(output);
            assertThat(ended).as("the incidents ended; printed:\n%s", printed).isTrue();
            exitCode = process.exitValue();
        } finally {
            // Asked to end, it stops what it started.
            process.destroy();
        }
    }

    @Test
    void everything_is_mended_and_all_sums_hold() {
        assertThat(exitCode).as(printed).isZero();
        assertThat(printed).doesNotContain("| NO ");
    }

    @Test
    void a_branch_that_was_rolled_back_by_hand_is_shown_as_damage_and_closed_with_a_reason() {
        String walk = between("rollback-prepared:", "payment-disk-lost:");
        assertThat(walk)
                .contains("ROLLBACK PREPARED 'assent:payment-service:")
                .contains("AssentHeuristicOutcome", "heuristics PROBLEM")
                .contains("outcome HEURISTIC_MIXED", "state NEVER_SEEN");
        String id = closed(walk);
        assertThat(walk).contains("/v1/transactions/" + id + "/resolution");
        assertThat(walk.indexOf("assent_heuristics_open 1.0"))
                .as("alarmed before it is closed")
                .isBetween(0, walk.indexOf(id + " is closed"));
        assertThat(walk.indexOf("assent_heuristics_open 0.0"))
                .as("the alarm ends when it is closed")
                .isGreaterThan(walk.indexOf(id + " is closed"));
    }

    @Test
    void what_a_restored_database_has_lost_is_found_also_where_nobody_is_alarmed() {
        String walk = between("payment-disk-lost:", "standby-gone:");
        String alarmed = closed(walk);
        assertThat(walk).contains("outcome HEURISTIC_MIXED", "heuristics PROBLEM");
        assertThat(walk).contains("/assent/v1/branches/" + alarmed + "/1");
        assertThat(walk.lines().filter(line -> line.strip().equals("state NEVER_SEEN")))
                .as("the one that waits and the one that was complete")
                .hasSize(2);
        assertThat(walk.lines().filter(line -> line.strip().startsWith("paid: GBP")))
                .hasSize(2);
    }

    @Test
    void without_a_standby_nothing_is_decided_and_nothing_is_lost() {
        String walk = between("standby-gone:", "Everything is stopped");
        assertThat(walk)
                .contains("503 DOWN: no synchronous standby confirms what is written")
                .contains("log-standby PROBLEM", "log-available PROBLEM", "assent_log_available{log=\"main\"} 0.0")
                .contains("503 decision-log-unavailable")
                .contains("200 UP")
                // 201: the first attempt had to be rolled back, since its deadline had passed.
                .containsPattern("who asks again: 20[01] PAID");
    }

    private static String closed(String walk) {
        Matcher matcher = Pattern.compile("(" + ID + ") is closed\\.").matcher(walk);
        assertThat(matcher.find()).as("something is closed in:\n%s", walk).isTrue();
        return matcher.group(1);
    }

    private static String between(String from, String to) {
        int begin = printed.indexOf(from);
        int end = printed.indexOf(to, Math.max(0, begin));
        assertThat(begin).as("%s in:\n%s", from, printed).isNotNegative();
        assertThat(end).as("%s after %s in:\n%s", to, from, printed).isNotNegative();
        return printed.substring(begin, end);
    }
}
