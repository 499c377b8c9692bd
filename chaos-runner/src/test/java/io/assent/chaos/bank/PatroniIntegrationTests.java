package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Told;
import io.assent.chaos.checker.Violation;
import io.assent.chaos.patroni.PatroniCluster;
import io.assent.chaos.system.BankSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: no decision is lost or changed when a failover manager that knows nothing of this system elects the next primary.
 * Method: etcd and Patroni with three servers in strict synchronous mode, under load. Only in the profile {@code patroni},
 * since its packages have to be installed. A red run prints its seed; {@code ./chaos patroni --seed} repeats it.
 */
@Tag("patroni")
class PatroniIntegrationTests {

    private static final Path REPOSITORY = Path.of(System.getProperty("assent.repository", ".."));
    /** The two that leave an old primary behind, and the plain loss of a machine. */
    private static final List<PatroniFault> KINDS =
            List.of(PatroniFault.KILLED, PatroniFault.PAUSED, PatroniFault.MANAGER_PAUSED);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path state;

    @Test
    void no_failover_by_patroni_loses_a_decision() throws Exception {
        long seed = BankTest.newSeed();
        Path history = Files.createDirectories(state.resolve("history"));
        try (OrderTrace links = new OrderTrace(history);
                BankSystem system = BankSystem.start(
                        BankSystem.Options.of(REPOSITORY, state, 3)
                                .withReplicatedLog(PatroniCluster::start)
                                .withLinks(links),
                        line -> {})) {
            Outages outages = new Outages(system.logDatabase());
            Report report = new BankTest(
                            system,
                            new PatroniBreaker(
                                    system.replicatedLog(PatroniCluster.class), outages, KINDS, KINDS.size(), seed),
                            new RandomPlans(Plans.banks(3), seed),
                            history,
                            new BankTest.Settings(seed, 8, 20, null, false),
                            progress -> {})
                    .run();
            List<Violation> violations = new ArrayList<>(report.violations());
            violations.addAll(outages.violations());

            System.out.println("Seed " + seed + ": without a decision for " + outages.millis(null) + " ms; " + report);
            assertThat(violations)
                    .as("seed " + seed + ", histories in " + state)
                    .isEmpty();
            assertThat(outages.millis(null)).hasSize(KINDS.size());
            assertThat(report.faults())
                    .containsOnlyKeys(KINDS.stream().map(Enum::name).toList());
            assertThat(report.answers().get(Told.COMMITTED)).isGreaterThan(20);
        }
    }
}
