package io.assent.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: coordinators and participants keep the protocol whatever fails, and come to an end when nothing fails any more.
 * Method: the real code of both sides on one virtual clock, with a model of everything around them and a checker that knows
 * everything; one seed, one run. {@code ./chaos simulate --seeds N} runs more seeds, {@code --seed S} repeats one and prints
 * what happened.
 */
class SimulationTests {

    private static final int SEEDS = 20_000;

    @Test
    void every_invariant_holds_in_every_run_and_everything_comes_to_an_end() {
        Statistics statistics = new Statistics();
        List<String> violations = new ArrayList<>();
        long start = System.nanoTime();
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                statistics.add(Simulation.run(seed, Twin.RIGHT, false).statistics());
            } catch (RuntimeException e) {
                violations.add(e + "; repeat with: ./chaos simulate --seed " + seed);
            }
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        System.out.printf(Locale.ROOT, "simulation: %,d seeds in %.1f s%n", SEEDS, seconds);
        assertThat(violations).isEmpty();
        everySituationWasMet(statistics);
        assertThat(Coverage.below(statistics, 1))
                .as("crash points that were missed")
                .isEmpty();
    }

    /** Each found something once: see docs/reliability.md. */
    @ParameterizedTest
    @ValueSource(
            longs = {
                13273, 1065732, 1136965, 1162020, 1173474, 1216299, 1217521, 1299491, 1324078, 1326833, 1354349,
                1391535, 1046143, 1213429, 1259086, 1371364, 1381657, 20132715
            })
    void what_was_found_stays_fixed(long seed) {
        assertThat(Simulation.run(seed, Twin.RIGHT, false).statistics()).isNotNull();
    }

    @Test
    void one_seed_gives_one_run() {
        for (long seed = 100; seed < 120; seed++) {
            assertThat(Simulation.run(seed, Twin.RIGHT, true).trace())
                    .isNotEmpty()
                    .isEqualTo(Simulation.run(seed, Twin.RIGHT, true).trace());
        }
    }

    /** A simulation that never gets into trouble proves nothing. */
    private static void everySituationWasMet(Statistics statistics) {
        assertThat(SITUATIONS)
                .allSatisfy(situation ->
                        assertThat(statistics.of(situation)).as(situation).isPositive());
    }

    private static final List<String> SITUATIONS = List.of(
            "participant killed, branch held open",
            "worked in a branch held open",
            "abandoned",
            "branch ended by hand",
            "coordinator killed, busy",
            "process paused",
            "participant killed, branch in doubt",
            "participant killed, calls running",
            "participant's database restarted",
            "participant's database: PREPARE without reply, executed",
            "participant's database: PREPARE without reply, executed later",
            "participant's database: PREPARE without reply, not executed",
            "participant's database: end without reply, executed",
            "participant's database: end without reply, executed later",
            "participant's database: end without reply, not executed",
            "participant's database: no slot for a prepared transaction",
            "participant's database: prepared transaction busy",
            "participant's database: wait for the standby cancelled",
            "participant's database: waits for a lock",
            "participant's database: deadlock",
            "plain client killed",
            "plain client did not wait",
            "call refused by the starter",
            "flow: collected",
            "flow: enlisted, expecting BRANCHES",
            "flow: enlisted, expecting NAMES",
            "flow: enlisted, expecting NOTHING",
            "forgotten branch ended by a person",
            "message replayed",
            "log: INDETERMINATE",
            "log: UNAVAILABLE",
            "log: CONFLICT",
            "log: CLOSED",
            "log: TOO_OLD",
            "log: IN_FUTURE",
            "log: undecided row lost",
            "log: row with decision lost or set back",
            "log: adoption opened it again",
            "log: read from the old primary",
            "log: resolved by a person",
            "log: row forgotten",
            "log: row poisoned",
            "recovery: undecided",
            "recovery: decided",
            "recovery: unreadable row left out",
            "commit: COMPLETE",
            "commit: PENDING",
            "commit: ROLLED_BACK",
            "commit: SET_CONFLICT",
            "commit: UNKNOWN",
            "commit: UNAVAILABLE",
            "commit: OVERLOADED",
            "commit: TOO_OLD",
            "commit: IN_FUTURE",
            "rollback: COMPLETE",
            "rollback: PENDING",
            "rollback: COMMITTED",
            "rollback: UNKNOWN",
            "inquiry: COMMIT",
            "inquiry: ROLLBACK",
            "inquiry: UNDECIDED",
            "inquiry: FORGOTTEN",
            "vote: PREPARED, repeated",
            "vote: ROLLBACK, repeated",
            "vote: READ_ONLY",
            "told: decided, won",
            "told: decided, lost",
            "told: unacknowledged",
            "told: heuristic",
            "told: refused UNDECIDED",
            "end: COMMIT_AND_ROLLBACK_AT_ONCE",
            "end: COMMIT_WITH_OTHER_SET_TOO",
            "initiator told UNKNOWN",
            // Found by seed 13273: an initiator alone, whose COMMIT lost its reply, was told that it rolled back.
            "initiator's own commit unknown");
}
