package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Resources;
import io.assent.chaos.checker.Told;
import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.system.BankKind;
import io.assent.chaos.system.BankSystem;
import io.assent.chaos.system.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: whatever is killed or paused, no money is lost, no answer is untrue and nothing stays open. Method: real processes
 * under load, a new schedule of faults at every build, the checker. A red run prints its seed; {@code ./chaos processes
 * --seed} repeats it.
 */
class BankIntegrationTests {

    private static final int KILLS = 25;
    private static final int PAUSES = 4;
    private static final int PARTITIONS = 6;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path state;

    @Test
    void twenty_five_kills_some_pauses_and_partitions_lose_nothing_and_leave_nothing() throws Exception {
        long seed = BankTest.newSeed();
        Path history = Files.createDirectories(state.resolve("history"));
        BankTest.Settings settings = new BankTest.Settings(seed, 8, 40, null, false);

        Report report;
        try (OrderTrace links = new OrderTrace(history);
                BankSystem system = BankSystem.start(
                        BankSystem.Options.of(Path.of(System.getProperty("assent.repository", "..")), state, 3)
                                .withKinds(BankKind.withLate(3, 1))
                                .withLinks(links),
                        line -> {})) {
            report = new BankTest(
                            system,
                            new FaultInjector(
                                    system.nodes(),
                                    links.all(),
                                    new FaultSchedule(
                                            seed,
                                            system.nodes().stream()
                                                    .map(Node::name)
                                                    .toList(),
                                            links.all().stream()
                                                    .map(FaultProxy::name)
                                                    .toList(),
                                            new FaultSchedule.Amount(
                                                    KILLS, PAUSES, PARTITIONS, Duration.ofSeconds(2), 0.6)),
                                    seed),
                            new RandomPlans(Plans.banks(3), seed),
                            history,
                            settings,
                            BankIntegrationTests::print)
                    .run();
        }

        System.out.println("Seed " + seed + ": " + report);
        assertThat(report.violations())
                .as("seed " + seed + ", histories in " + state)
                .isEmpty();
        assertThat(report.faults())
                .containsEntry("KILL", (long) KILLS)
                .containsEntry("PAUSE", (long) PAUSES)
                .containsEntry("PARTITION", (long) PARTITIONS);
        assertThat(report.answers().get(Told.COMMITTED)).as(report.toString()).isGreaterThan(50);
        assertThat(report.answers().get(Told.ROLLED_BACK)).as(report.toString()).isGreaterThan(5);
        assertThat(Files.readAllLines(history.resolve("trace.jsonl")))
                .as("orders that the checker compares with the decisions (I9, I11)")
                .hasSizeGreaterThan(100);
        assertThat(Files.readAllLines(history.resolve("resources.jsonl")))
                .as("every service is asked what it holds afterwards (I12)")
                .filteredOn(line -> line.contains(Resources.When.AFTER.name()))
                .hasSize(5);
    }

    private static void print(BankTest.Progress progress) {
        System.out.println(progress);
    }
}
