package io.assent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.conformance.model.Bug;
import io.assent.conformance.model.ModelParticipant;
import io.assent.conformance.model.ModelParticipant.Kind;
import io.assent.conformance.support.Programs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Goal: what the command line says, in words and by its exit code. Method: run in this JVM against the model participant. */
class ConformanceCommandTests {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void exitCode0WhenEveryCasePassed() {
        try (ModelParticipant participant = new ModelParticipant(null, Kind.EARLY, Programs.freePort())) {
            int code = run(against(participant, "--only", "commit,rollback,commit-never-seen", "--restart", "true"));

            assertThat(code).as(out.toString()).isZero();
            assertThat(out.toString())
                    .contains("participant model-service")
                    .contains("commit-never-seen")
                    .contains("cases: 4, passed: 4, failed: 0, skipped: 0");
        }
    }

    @Test
    void exitCode1AndTheMessagesWhenACaseFailed(@TempDir Path directory) throws Exception {
        Path junit = directory.resolve("made/report.xml");
        try (ModelParticipant participant =
                new ModelParticipant(Bug.ACKNOWLEDGES_NEVER_SEEN, Kind.EARLY, Programs.freePort())) {
            int code = run(against(participant, "--only", "commit-never-seen", "--junit", junit.toString()));

            assertThat(code).isEqualTo(1);
            assertThat(out.toString())
                    .contains("FAILED commit-never-seen (R7): COMMIT of a branch that was never seen must be answered"
                            + " NEVER_SEEN, was COMMITTED")
                    .contains("\"decision\":\"COMMIT\"")
                    .contains("\"state\":\"COMMITTED\"");
            assertThat(Files.readString(junit))
                    .contains("tests=\"2\" failures=\"1\"")
                    .contains("<failure message=\"COMMIT of a branch")
                    .contains("name=\"vote-prepared: ");
        }
    }

    @Test
    void exitCode4WhenCasesWereSkippedAndTheOptionThatTheyNeed() {
        try (ModelParticipant participant = new ModelParticipant(null, Kind.EARLY, Programs.freePort())) {
            int code = run(against(participant, "--only", "restart-committed,inquiry-commit"));

            assertThat(code).isEqualTo(4);
            assertThat(out.toString())
                    .contains("SKIPPED restart-committed: needs --restart")
                    .contains("SKIPPED inquiry-commit: needs --listen");
        }
    }

    @Test
    void aParticipantThatIsNotThereFailsTheFirstCaseAndSkipsTheOthers() {
        String nowhere = "http://127.0.0.1:" + Programs.freePort();

        int code = run(
                "--participant", nowhere + "/assent/v1", "--work", "POST " + nowhere + "/work {\"key\":\"${unique}\"}");

        assertThat(code).isEqualTo(1);
        assertThat(out.toString()).contains("FAILED vote-prepared").contains("needs vote-prepared to pass");
    }

    @Test
    void exitCode2ForOptionsThatCannotBe() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("--participant", "http://127.0.0.1:1")).isEqualTo(2);
        assertThat(err.toString()).contains("--participant needs --work");
        assertThat(run("--participant", "http://127.0.0.1:1", "--work", "POST http://127.0.0.1:1/x {}"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--work needs ${unique}");
        assertThat(run("--participant", "http://127.0.0.1:1", "--work", "nonsense"))
                .isEqualTo(2);
        assertThat(run("--participant", "elsewhere", "--work", "POST http://127.0.0.1:1/${unique}"))
                .isEqualTo(2);
        assertThat(run("--coordinator", "http://127.0.0.1:1", "--only", "nothing-like-that"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("there is no case nothing-like-that");
        assertThat(run("--coordinator", "http://127.0.0.1:1", "--patience", "long"))
                .isEqualTo(2);
    }

    @Test
    void exitCode3WhenThePortIsTaken() throws Exception {
        try (java.net.ServerSocket taken =
                new java.net.ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
            int code = run("--coordinator", "http://127.0.0.1:1", "--listen", Integer.toString(taken.getLocalPort()));

            assertThat(code).isEqualTo(3);
            assertThat(err.toString()).contains("Cannot listen on");
        }
    }

    @Test
    void theListNamesEveryCaseOnce() {
        assertThat(run("--list")).isZero();
        assertThat(out.toString()).contains("cases for participants", "cases for coordinators", "| vote-prepared ");
    }

    private static String[] against(ModelParticipant participant, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                "--participant",
                participant.url() + "/assent/v1/",
                "--work",
                "POST " + participant.url() + "/work {\"key\":\"${unique}\"}",
                "--effect",
                "GET " + participant.url() + "/effect/${unique}",
                "--patience",
                "5s"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    private int run(String... arguments) {
        CommandLine command = ConformanceCommand.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }
}
