package io.assent.chaos.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: two coordinators and two participants end the same in every order in which things can happen, also if one of the
 * four is killed at any step. Method: the real code of both sides; every call on the log or a participant is two events, its
 * effect and its reply; every order of all events is tried, with every crash at every step.
 */
class InterleavingsTests {

    @ParameterizedTest
    @EnumSource
    void every_order_of_events_with_every_crash_ends_as_decided(Universe.Requests requests) {
        long start = System.nanoTime();
        Interleavings.Result result = Interleavings.explore(requests);
        System.out.printf(
                Locale.ROOT,
                "interleavings, %s: %,d states, %,d transitions, %,d ends, of which %,d commit; %.1f s%n",
                requests,
                result.states(),
                result.transitions(),
                result.ends(),
                result.commits(),
                (System.nanoTime() - start) / 1e9);
        assertThat(result.states()).isGreaterThan(1_000);
        if (requests == Universe.Requests.COMMIT_TWICE) {
            assertThat(result.commits()).isEqualTo(result.ends());
        } else {
            assertThat(result.commits()).isBetween(1L, result.ends() - 1);
        }
    }
}
