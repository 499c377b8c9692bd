package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.chaos.checker.Invariant;
import io.assent.chaos.checker.Report;
import io.assent.chaos.checker.Told;
import io.assent.chaos.checker.Violation;
import io.assent.chaos.system.BankKind;
import io.assent.chaos.system.BankSystem;
import io.assent.chaos.system.EmbeddedPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Goal: no decision is lost or changed when the log loses its primary, and the test would notice. Method: real servers, each
 * way to lose a primary once, under load; then the same with a bug in the coordinators. A red run prints its seed;
 * {@code ./chaos failover --seed} repeats it.
 */
class FailoverIntegrationTests {

    private static final Path REPOSITORY = Path.of(System.getProperty("assent.repository", ".."));
    private static final int WAYS = 4;

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    Path state;

    @Test
    void each_way_to_lose_a_primary_loses_no_decision() throws Exception {
        long seed = BankTest.newSeed();

        Outcome outcome = run(
                seed,
                List.of(LogFault.values()),
                WAYS,
                BankSystem.Options.of(REPOSITORY, state, 3).withKinds(BankKind.withLate(3, 1)));

        System.out.println("Seed " + seed + ": " + outcome);
        assertThat(outcome.violations())
                .as("seed " + seed + ", histories in " + state)
                .isEmpty();
        assertThat(outcome.report().faults())
                .containsKeys(
                        LogFault.KILLED.name(),
                        LogFault.PAUSED.name(),
                        LogFault.WAITS_CANCELLED.name(),
                        LogFault.SEEN_AND_LOST.name());
        assertThat(outcome.report().answers().get(Told.COMMITTED)).isGreaterThan(20);
        assertThat(outcome.pauses()).hasSize(WAYS);
    }

    @ParameterizedTest
    @CsvSource({"cancelled-wait-is-success, WAITS_CANCELLED", "read-instead-of-written, SEEN_AND_LOST"})
    void a_planted_bug_is_noticed(String bug, LogFault kind) throws Exception {
        BankSystem.Options options = BankSystem.Options.of(REPOSITORY, state, 3)
                .withKinds(BankKind.withLate(3, 1))
                .withCoordinator(new BankSystem.Variant(
                        "io.assent.chaos.simulation.WrongCoordinator",
                        List.of(
                                REPOSITORY
                                        .resolve("chaos-runner/target/classes")
                                        .toAbsolutePath(),
                                REPOSITORY
                                        .resolve("chaos-runner/target/test-classes")
                                        .toAbsolutePath())))
                .withArguments(List.of("--spring.profiles.active=" + bug), List.of());

        Outcome outcome = run(BankTest.newSeed(), List.of(kind), 2, options);

        System.out.println(bug + ": " + outcome.violations().size() + " violations, the first: "
                + outcome.violations().stream().limit(3).toList());
        assertThat(outcome.violations())
                .extracting(Violation::invariant)
                .as("an order, an answer or money that no decision stands for")
                .containsAnyOf(Invariant.I1, Invariant.I6, Invariant.I8, Invariant.I9);
    }

    private record Outcome(Report report, List<Violation> violations, List<Long> pauses) {}

    private Outcome run(long seed, List<LogFault> kinds, long count, BankSystem.Options options) throws Exception {
        Path history = Files.createDirectories(state.resolve("history"));
        try (OrderTrace links = new OrderTrace(history);
                BankSystem system = BankSystem.start(
                        options.withReplicatedLog(EmbeddedPair::start).withLinks(links), line -> {})) {
            Outages outages = new Outages(system.logDatabase());
            LogBreaker breaker =
                    new LogBreaker(system.replicatedLog(EmbeddedPair.class).postgres(), outages, kinds, count, seed);
            Report report = new BankTest(
                            system,
                            breaker,
                            new RandomPlans(Plans.banks(3), seed),
                            history,
                            new BankTest.Settings(seed, 8, 40, null, false),
                            progress -> {})
                    .run();
            List<Violation> violations = new ArrayList<>(report.violations());
            violations.addAll(outages.violations());
            return new Outcome(report, violations, outages.millis(null));
        }
    }
}
