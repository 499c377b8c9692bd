package io.assent.benchmarks.kinds;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.benchmarks.system.PostgresServer.Wal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Goal: what is written anyway is charged to nobody. Method: known counters. */
class WalCostTests {

    private static final WalCost.Counters IDLE = new WalCost.Counters(new Wal(0, 100), new Wal(10, 1000));

    @Test
    void whatIsWrittenInIdleTimesIsSubtracted() {
        WalCost.Counters written = new WalCost.Counters(new Wal(200, 40_200), new Wal(120, 102_000));

        assertThat(WalCost.of(written, Duration.ofSeconds(20), IDLE, Duration.ofSeconds(10), 100))
                .isEqualTo(new WalCost(2, 400, 1, 1000));
    }

    @Test
    void lessThanInIdleTimesIsNothing() {
        WalCost.Counters nothing = new WalCost.Counters(new Wal(0, 0), new Wal(0, 0));

        assertThat(WalCost.of(nothing, Duration.ofSeconds(10), IDLE, Duration.ofSeconds(10), 5))
                .isEqualTo(new WalCost(0, 0, 0, 0));
    }

    @Test
    void withoutTransactionsNothingIsKnown() {
        assertThat(WalCost.of(IDLE, Duration.ofSeconds(1), IDLE, Duration.ofSeconds(1), 0)
                        .logFlushes())
                .isNaN();
    }
}
