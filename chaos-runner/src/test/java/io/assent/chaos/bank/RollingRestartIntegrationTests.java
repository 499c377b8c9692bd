package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.checker.Fault;
import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Told;
import io.assent.chaos.system.BankSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** Goal: nobody notices that the coordinators are upgraded. Method: each is restarted under load; the checker. */
class RollingRestartIntegrationTests {

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path state;

    @Test
    void restarting_three_coordinators_one_after_the_other_fails_nothing_and_leaves_nobody_in_the_dark()
            throws Exception {
        long seed = BankTest.newSeed();
        Path history = Files.createDirectories(state.resolve("history"));
        Report report;
        try (OrderTrace links = new OrderTrace(history);
                BankSystem system = BankSystem.start(
                        BankSystem.Options.of(Path.of(System.getProperty("assent.repository", "..")), state, 3)
                                .withCoordinators(3)
                                .withLinks(links),
                        line -> {})) {
            report = new BankTest(
                            system,
                            new RollingRestart(system.coordinators(), 1),
                            new RandomPlans(Plans.banks(3), seed),
                            history,
                            new BankTest.Settings(seed, 8, 40, null, false),
                            progress -> {})
                    .run();
        }

        System.out.println("Seed " + seed + ": " + report);
        assertThat(report.violations()).as("seed " + seed).isEmpty();
        assertThat(RollingCommand.leftInTheDark(report)).isEmpty();
        assertThat(report.faults()).containsEntry(Fault.RESTART, 3L);
        assertThat(report.answers().get(Told.COMMITTED)).isGreaterThan(50);
    }
}
