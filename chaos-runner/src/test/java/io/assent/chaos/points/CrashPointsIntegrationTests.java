package io.assent.chaos.points;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: whichever process dies or is paused wherever, no transaction is split, reversed, answered untruly or left in doubt.
 * Method: real processes with a proxy on every link; one transaction runs into each crash point. A point that is not
 * reached fails. The whole matrix is a matter of the command {@code points --all}.
 */
class CrashPointsIntegrationTests {

    @Test
    void nothing_is_lost_at_any_crash_point(@TempDir Path state) throws Exception {
        Report report = CaseRun.of(
                PointCases.eachPointOnce(),
                Path.of(System.getProperty("assent.repository", "..")),
                state,
                result -> {});

        assertThat(report.violations()).isEmpty();
        assertThat(report.results()).hasSameSizeAs(CrashPoint.all());
        assertThat(report.background()).isPositive();
    }
}
