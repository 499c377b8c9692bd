package io.assent.participant.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.participant.test.AssentFaults.Point;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Goal: switches strike as often as they were told to. */
class AssentFaultsTests {

    private final AssentFaults faults = new AssentFaults();

    @Test
    void onceIsOnce() {
        faults.failOnce(Point.ORDER_LOST);

        assertThat(faults.strikes(Point.INQUIRY_LOST)).isFalse();
        assertThat(faults.strikes(Point.ORDER_LOST)).isTrue();
        assertThat(faults.strikes(Point.ORDER_LOST)).isFalse();
        assertThat(faults.hits(Point.ORDER_LOST)).isOne();
        assertThat(faults.hits(Point.INQUIRY_LOST)).isZero();
    }

    @Test
    void alwaysIsUntilItIsHealed() {
        faults.failAlways(Point.ORDER_LOST);

        assertThat(faults.strikes(Point.ORDER_LOST)).isTrue();
        assertThat(faults.strikes(Point.ORDER_LOST)).isTrue();
        faults.heal(Point.ORDER_LOST);
        assertThat(faults.strikes(Point.ORDER_LOST)).isFalse();
        assertThat(faults.hits(Point.ORDER_LOST)).isEqualTo(2);
        faults.reset();
        assertThat(faults.hits(Point.ORDER_LOST)).isZero();
    }

    @Test
    void refusesFewerThanOne() {
        assertThatThrownBy(() -> faults.fail(Point.ORDER_LOST, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theClockGoesForwardOnly() {
        AssentClock clock = new AssentClock();
        Instant before = Instant.now();

        clock.advance(Duration.ofHours(1));

        assertThat(clock.instant()).isAfterOrEqualTo(before.plus(Duration.ofHours(1)));
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1))).isInstanceOf(IllegalArgumentException.class);
        clock.reset();
        assertThat(clock.instant()).isBefore(before.plus(Duration.ofHours(1)));
    }
}
