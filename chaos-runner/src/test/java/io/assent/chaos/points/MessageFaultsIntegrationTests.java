package io.assent.chaos.points;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: no message that is lost, late, doubled or spoilt splits a transaction, reverses it, makes an answer untrue or leaves
 * something in doubt. Method: as for the crash points; every kind of fault once, between every pair of processes. All of
 * them are a matter of the command {@code messages --all}.
 */
class MessageFaultsIntegrationTests {

    @Test
    void nothing_is_lost_with_any_message(@TempDir Path state) throws Exception {
        Report report = CaseRun.of(
                MessageCases.selection(), Path.of(System.getProperty("assent.repository", "..")), state, result -> {});

        assertThat(report.violations()).isEmpty();
        assertThat(report.results()).hasSize(FaultKind.values().length);
    }
}
