package io.assent.coordinator.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Goal: a bound that is out of range is refused with its name and its range, and waits grow as they say. */
class EngineSettingsTests {

    @Test
    void the_defaults_are_in_range() {
        assertThat(EngineSettings.defaults().maxBranches()).isEqualTo(100);
    }

    @Test
    void a_number_out_of_range_is_refused_with_its_range() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransactionCoordinatorTests.settings(0, 0))
                .withMessage("maxInFlight is 0: expected 1 to 1000000");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransactionCoordinatorTests.settings(5, 6))
                .withMessage("maxRedelivering is 6: expected 0 to 5");
    }

    @Test
    void a_duration_out_of_range_is_refused_with_its_range() {
        EngineSettings d = EngineSettings.defaults();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new EngineSettings(
                        d.maxBranches(),
                        d.longestLifetime(),
                        d.longestLifetime().plusSeconds(1),
                        d.answerWithin(),
                        d.decisionRetry(),
                        d.redelivery(),
                        d.heuristicRetry(),
                        d.takeOverAfter(),
                        d.maxInFlight(),
                        d.maxRedelivering(),
                        d.recoveryBatch(),
                        d.recoveryLease(),
                        d.admission()))
                .withMessage("voteTimeout is PT1H1S: expected PT0.01S to PT1H");
    }

    @Test
    void a_backoff_doubles_up_to_its_longest_wait_and_is_spread_over_the_second_half() {
        Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(1));
        SplittableRandom random = new SplittableRandom(3);
        for (int attempt = 1; attempt <= 200; attempt++) {
            long most = attempt <= 4 ? 100L << (attempt - 1) : 1_000;
            assertThat(backoff.after(attempt, random)).isBetween(Duration.ofMillis(most / 2), Duration.ofMillis(most));
        }
    }

    @Test
    void a_backoff_without_wait_or_upside_down_is_refused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1)));
    }
}
