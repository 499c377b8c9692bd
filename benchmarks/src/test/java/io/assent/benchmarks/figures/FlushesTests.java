package io.assent.benchmarks.figures;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.benchmarks.system.PostgresServer.Wal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Goal: what is flushed anyway is charged to nobody. Method: known counters. */
class FlushesTests {

    private static final WalCounters IDLE = new WalCounters(new Wal(0, 0), new Wal(10, 0));

    @Test
    void whatIsFlushedInIdleTimesIsSubtracted() {
        WalCounters written = new WalCounters(new Wal(200, 0), new Wal(120, 0));

        assertThat(Flushes.of(written, Duration.ofSeconds(20), IDLE, Duration.ofSeconds(10), 100))
                .isEqualTo(new Flushes(2, 1));
    }

    @Test
    void lessThanInIdleTimesIsNothing() {
        WalCounters nothing = new WalCounters(new Wal(0, 0), new Wal(0, 0));

        assertThat(Flushes.of(nothing, Duration.ofSeconds(10), IDLE, Duration.ofSeconds(10), 5))
                .isEqualTo(new Flushes(0, 0));
    }

    @Test
    void withoutTransactionsNothingIsKnown() {
        assertThat(Flushes.of(IDLE, Duration.ofSeconds(1), IDLE, Duration.ofSeconds(1), 0)
                        .log())
                .isNaN();
    }
}
