package io.assent.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * Goal: the engine keeps the protocol whatever fails, and comes to an end when nothing fails any more. Method: two real
 * engines on one virtual clock, with a model of everything around them and a checker that knows everything; one seed, one
 * run. {@code -Dassent.simulation.seeds=N} runs more seeds, {@code -Dassent.simulation.seed=S} repeats one and prints what
 * happened.
 */
class SimulationTests {

    private static final int SEEDS = 20_000;

    @Test
    void every_invariant_holds_in_every_run_and_everything_comes_to_an_end() {
        Long only = Long.getLong("assent.simulation.seed");
        if (only != null) {
            Simulation.run(only, Twin.RIGHT, true).trace().forEach(System.out::println);
            return;
        }
        int seeds = Integer.getInteger("assent.simulation.seeds", SEEDS);
        Statistics statistics = new Statistics();
        long start = System.nanoTime();
        for (long seed = 0; seed < seeds; seed++) {
            try {
                statistics.add(Simulation.run(seed, Twin.RIGHT, false).statistics());
            } catch (RuntimeException e) {
                throw new AssertionError(
                        "seed " + seed + ": " + e.getMessage()
                                + "\nrepeat with: ./mvnw -pl coordinator-service -am test"
                                + " -Dtest=SimulationTests -Dsurefire.failIfNoSpecifiedTests=false"
                                + " -Dassent.simulation.seed=" + seed,
                        e);
            }
        }
        System.out.printf(
                "simulation: %,d seeds in %.1f s%n%s%n", seeds, (System.nanoTime() - start) / 1e9, statistics);
        if (seeds >= SEEDS) {
            everySituationWasMet(statistics);
        }
    }

    /** A simulation that never gets into trouble proves nothing. */
    private static void everySituationWasMet(Statistics statistics) {
        assertThat(new String[] {
                    "coordinator killed, busy",
                    "coordinator paused",
                    "participant killed, branch open",
                    "participant killed, branch in doubt",
                    "initiator killed",
                    "abandoned",
                    "work call met a tombstone",
                    "log: INDETERMINATE",
                    "log: UNAVAILABLE",
                    "log: CONFLICT",
                    "log: CLOSED",
                    "log: undecided row lost",
                    "log: row with decision lost or set back",
                    "log: adoption opened it again",
                    "recovery: undecided",
                    "recovery: decided",
                    "commit: COMPLETE",
                    "commit: PENDING",
                    "commit: ROLLED_BACK",
                    "commit: SET_CONFLICT",
                    "commit: UNKNOWN",
                    "commit: UNAVAILABLE",
                    "commit: OVERLOADED",
                    "rollback: COMPLETE",
                    "rollback: PENDING",
                    "rollback: COMMITTED",
                    "rollback: UNKNOWN",
                    "inquiry: COMMIT",
                    "inquiry: ROLLBACK",
                    "inquiry: UNDECIDED",
                    "told: decided, won",
                    "told: decided, lost",
                    "told: unacknowledged",
                    "end: COMMIT_AND_ROLLBACK_AT_ONCE",
                })
                .allSatisfy(situation ->
                        assertThat(statistics.of(situation)).as(situation).isPositive());
        assertThat(statistics.of("told: heuristic"))
                .as("participants that keep their promises never end a branch against the decision")
                .isZero();
    }
}
