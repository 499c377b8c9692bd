package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.engine.TransactionSearch.Undecided;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/**
 * Goal: a service begins as many as are missing to the bound, whatever becomes of the counts. Method: logs that the test counts, and
 * time that passes when it says so.
 */
@ExtendWith(OutputCaptureExtension.class)
class UndecidedCountTests {

    private static final int MOST = 10;

    private final AtomicInteger counts = new AtomicInteger();
    private volatile Supplier<List<Undecided>> logs = List::of;
    private volatile long nanos;
    private final UndecidedCount undecided = new UndecidedCount(
            new FakeCoordinator() {
                @Override
                public List<Undecided> undecided() {
                    counts.incrementAndGet();
                    return logs.get();
                }
            },
            new CallerSettings(0, 1, 1, MOST, Duration.ofMillis(100)),
            () -> nanos);

    @AfterEach
    void stop() {
        undecided.close();
    }

    @Test
    void what_was_begun_here_counts_until_a_log_has_counted_it() {
        assertThat(begins("orders", 20)).isEqualTo(MOST);
        assertThat(begins("shipping", 1)).as("of somebody else").isEqualTo(1);

        // Four of them are decided.
        holds(Map.of("orders", 6L));
        anIntervalPasses();
        assertThat(begins("orders", 20)).isEqualTo(4);
        assertThat(begins("shipping", 20)).isEqualTo(MOST);

        holds(Map.of("orders", 12L, "shipping", 10L));
        anIntervalPasses();
        assertThat(begins("orders", 5)).as("another instance has let some in").isZero();

        holds(Map.of());
        anIntervalPasses();
        assertThat(begins("orders", 20)).isEqualTo(MOST);
    }

    @Test
    void logs_are_added_up_and_one_that_is_missing_keeps_its_figures() {
        begins("orders", 1);
        logs = () ->
                List.of(new Undecided("main", Map.of("orders", 4L)), new Undecided("second", Map.of("orders", 3L)));
        anIntervalPasses();
        assertThat(begins("orders", 20)).isEqualTo(3);

        logs = () -> List.of(new Undecided("main", Map.of("orders", 1L)));
        anIntervalPasses();
        assertThat(begins("orders", 20)).isEqualTo(6);
    }

    @Test
    void while_nothing_can_be_counted_the_last_figures_hold_and_the_bound_neither_closes_nor_opens(
            CapturedOutput output) {
        holds(Map.of("orders", 4L, "shipping", (long) MOST));
        undecided.start();
        begins("orders", 1);
        await().until(() -> counts.get() > 0);
        await().until(() -> begins("shipping", 1) == 0);
        undecided.stop();

        logs = () -> {
            throw new IllegalStateException("no log answers");
        };
        for (int i = 0; i < 30; i++) {
            assertThat(begins("orders", 1)).isEqualTo(1);
            assertThat(begins("shipping", 1)).isZero();
            anIntervalPasses();
        }
        undecided.start();
        await().until(() -> output.getAll().contains("cannot be counted now"));
        holds(Map.of());
        await().until(() -> begins("shipping", 1) == 1);
        assertThat(output.getAll().split("cannot be counted now")).hasSize(2);
    }

    @Test
    void nobody_counts_where_nothing_is_begun_and_nothing_undecided() {
        anIntervalPasses();
        assertThat(counts).hasValue(0);

        begins("orders", 1);
        holds(Map.of("orders", 1L));
        anIntervalPasses();
        anIntervalPasses();
        assertThat(counts).as("there is one still").hasValue(2);

        holds(Map.of());
        anIntervalPasses();
        anIntervalPasses();
        assertThat(counts).hasValue(3);
    }

    @Test
    void who_comes_again_after_a_pause_is_not_refused_for_what_has_long_been_decided() {
        begins("orders", 1);
        holds(Map.of("orders", MOST - 1L));
        anIntervalPasses();
        holds(Map.of());
        anIntervalPasses();
        assertThat(begins("orders", 20)).isEqualTo(MOST);
    }

    @Test
    void a_count_that_takes_long_is_followed_by_a_long_pause_and_is_alone() {
        logs = () -> {
            nanos += Duration.ofSeconds(1).toNanos();
            begins("orders", 1);
            assertThat(undecided.tick()).as("another one, meanwhile").isFalse();
            return List.of();
        };
        begins("orders", 1);
        anIntervalPasses();
        begins("orders", 1);
        nanos += Duration.ofMillis(3_999).toNanos();
        assertThat(undecided.tick()).isFalse();
        nanos += Duration.ofMillis(1).toNanos();
        assertThat(undecided.tick()).isTrue();
    }

    @Test
    void no_bound_counts_nothing() {
        try (UndecidedCount none = new UndecidedCount(
                new FakeCoordinator(), new CallerSettings(0, 1, 1, 0, Duration.ofSeconds(1)), () -> nanos)) {
            for (int i = 0; i < 100; i++) {
                assertThat(none.mayBegin("orders")).isTrue();
            }
            assertThat(none.tick()).isFalse();
        }
    }

    private void holds(Map<String, Long> byOwner) {
        logs = () -> List.of(new Undecided("main", byOwner));
    }

    private void anIntervalPasses() {
        if (undecided.tick()) {
            undecided.count();
        }
    }

    private int begins(String service, int times) {
        int begun = 0;
        for (int i = 0; i < times; i++) {
            begun += undecided.mayBegin(service) ? 1 : 0;
        }
        return begun;
    }
}
