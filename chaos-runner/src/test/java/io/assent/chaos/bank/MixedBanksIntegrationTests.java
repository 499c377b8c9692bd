package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.bank.FaultSchedule.Amount;
import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Told;
import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.system.BankKind;
import io.assent.chaos.system.BankSystem;
import io.assent.chaos.system.Node;
import io.assent.demo.system.Database;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Goal: transactions whose branches are of different kinds are as safe as those of one kind. Method: the bank test with a bank
 * of each kind and a few faults; {@code ./chaos processes --kinds all} for more.
 */
class MixedBanksIntegrationTests {

    private static final int KILLS = 5;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path state;

    @Test
    void banks_of_all_kinds_move_money_between_them_while_processes_are_killed_and_nothing_is_lost() throws Exception {
        long seed = BankTest.newSeed();
        List<BankKind> kinds = List.of(BankKind.values());
        List<String> names = Plans.banks(kinds.size());
        Path history = Files.createDirectories(state.resolve("history"));

        Report report;
        try (OrderTrace links = new OrderTrace(history);
                BankSystem system = BankSystem.start(
                        BankSystem.Options.of(
                                        Path.of(System.getProperty("assent.repository", "..")), state, kinds.size())
                                .withKinds(kinds)
                                .withLinks(links),
                        line -> {})) {
            FaultSchedule schedule = new FaultSchedule(
                    seed,
                    system.nodes().stream().map(Node::name).toList(),
                    links.all().stream().map(FaultProxy::name).toList(),
                    new Amount(KILLS, 1, 1, Duration.ofSeconds(2), 0.8));
            report = new BankTest(
                            system,
                            new FaultInjector(system.nodes(), links.all(), schedule, seed),
                            new RandomPlans(names, Plans.initiators(kinds), seed),
                            history,
                            new BankTest.Settings(seed, 8, 30, null, false),
                            System.out::println)
                    .run();

            System.out.println("Seed " + seed + ": " + report);
            assertThat(report.violations())
                    .as("seed " + seed + ", histories in " + state)
                    .isEmpty();
            assertThat(report.faults()).containsEntry("KILL", (long) KILLS);
            assertThat(report.answers().get(Told.COMMITTED))
                    .as(report.toString())
                    .isGreaterThan(20);
            for (Database bank : system.bankDatabases()) {
                assertThat(entries(bank)).as("entries at %s", bank.name()).isPositive();
            }
        }
    }

    private static long entries(Database bank) throws SQLException {
        try (Connection connection = bank.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from entry")) {
            row.next();
            return row.getLong(1);
        }
    }
}
