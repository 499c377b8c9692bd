package io.assent.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.conformance.model.Bug;
import io.assent.conformance.model.ModelParticipant;
import io.assent.conformance.model.ModelParticipant.Kind;
import io.assent.conformance.participant.ParticipantConformance;
import io.assent.conformance.participant.ParticipantOptions;
import io.assent.conformance.report.CaseResult;
import io.assent.conformance.report.Report;
import io.assent.conformance.report.Verdict;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: a kit that finds nothing proves nothing. Method: a model participant that keeps to the protocol passes every case;
 * with one planted bug it fails, and the case that was made for the bug is among those that fail.
 */
class WrongParticipantsTests {

    @ParameterizedTest
    @EnumSource
    void aCorrectParticipantOfEitherKindPassesEveryCase(Kind kind) throws IOException {
        Report report = run(null, kind, Duration.ofSeconds(20), id -> true);

        assertThat(report.results())
                .as(
                        "failed: %s",
                        report.results().stream()
                                .filter(result -> result.verdict() == Verdict.FAILED)
                                .toList())
                .allMatch(result -> result.verdict() == Verdict.PASSED);
        assertThat(report.subject()).contains("model-service").contains(kind == Kind.EARLY ? "early" : "late");
    }

    @ParameterizedTest
    @EnumSource
    void everyPlantedBugIsNoticedByItsCase(Bug bug) throws IOException {
        Duration patience = Duration.ofSeconds(bug == Bug.NEVER_ASKS ? 1 : 4);

        Report report = run(bug, Kind.EARLY, patience, Set.of("vote-prepared", bug.noticedBy())::contains);

        assertThat(report.ids(Verdict.FAILED)).containsExactly(bug.noticedBy());
        CaseResult failed = report.results().stream()
                .filter(result -> result.id().equals(bug.noticedBy()))
                .findFirst()
                .orElseThrow();
        assertThat(failed.detail()).isNotBlank();
        assertThat(failed.exchanges()).as("what was said").isNotEmpty();
    }

    @Test
    void withoutTheOptionsThatTheyNeedCasesAreSkippedAndSaySo() throws IOException {
        try (ModelParticipant participant = new ModelParticipant(null, Kind.EARLY, freePort())) {
            Report report = ParticipantConformance.run(
                    new ParticipantOptions(
                            URI.create(participant.url() + "/assent/v1"),
                            List.of(HttpTemplate.parse("POST " + participant.url() + "/work {\"key\":\"${unique}\"}")),
                            null,
                            null,
                            null,
                            null,
                            Map.of(),
                            Duration.ofSeconds(5)),
                    null,
                    id -> true);

            assertThat(report.count(Verdict.FAILED)).isZero();
            assertThat(report.ids(Verdict.SKIPPED))
                    .contains(
                            "prepared-is-invisible",
                            "vote-read-only",
                            "vote-rollback",
                            "many-orders",
                            "inquiry-commit",
                            "enlist",
                            "restart-committed");
            assertThat(report.results())
                    .filteredOn(result -> result.verdict() == Verdict.SKIPPED)
                    .allMatch(result -> result.detail().contains("needs --"));
        }
    }

    private static Report run(Bug bug, Kind kind, Duration patience, Predicate<String> wanted) throws IOException {
        int port = freePort();
        try (ModelParticipant participant = new ModelParticipant(bug, kind, port)) {
            String work = "POST " + participant.url() + "/work ";
            HttpTemplate template = HttpTemplate.parse(work + "{\"key\":\"${unique}\"}");
            return ParticipantConformance.run(
                    new ParticipantOptions(
                            URI.create(participant.url() + "/assent/v1"),
                            List.of(template, template, template),
                            HttpTemplate.parse(work + "{\"key\":\"read-only\"}"),
                            HttpTemplate.parse(work + "{\"key\":\"refused\"}"),
                            HttpTemplate.parse("GET " + participant.url() + "/effect/${unique}"),
                            participant::restart,
                            Map.of(),
                            patience),
                    new InetSocketAddress("127.0.0.1", port),
                    wanted);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }
}
