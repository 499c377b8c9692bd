package io.assent.coordinator.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Goal: passes follow each other, whatever becomes of one, until the service goes down. Method: a scheduler by hand. */
class RecoveryScheduleTests {

    private final List<Duration> delays = new ArrayList<>();
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final Queue<CompletableFuture<Integer>> passes = new ArrayDeque<>();
    private int started;

    private final Scheduler scheduler = (delay, task) -> {
        delays.add(delay);
        tasks.add(task);
        return () -> tasks.remove(task);
    };

    private final RecoverySchedule schedule = new RecoverySchedule(
            () -> {
                started++;
                CompletableFuture<Integer> pass = new CompletableFuture<>();
                passes.add(pass);
                return pass;
            },
            scheduler,
            new Random(7),
            new RecoveryProperties(Duration.ofSeconds(1), 10, Duration.ofSeconds(30), Duration.ZERO));

    @Test
    void the_next_pass_waits_for_the_end_of_this_one_and_about_the_interval() {
        schedule.start();
        tasks.remove().run();
        assertThat(tasks).as("while a pass runs none is planned").isEmpty();

        passes.remove().complete(3);

        assertThat(delays.get(0)).isZero();
        assertThat(delays.get(1)).isBetween(Duration.ofMillis(750), Duration.ofMillis(1_250));
        tasks.remove().run();
        assertThat(started).isEqualTo(2);
    }

    @Test
    void a_full_batch_is_followed_at_once() {
        schedule.start();
        tasks.remove().run();

        passes.remove().complete(10);

        assertThat(delays.get(1)).isZero();
    }

    @Test
    void a_pass_that_fails_does_not_end_recovery() {
        schedule.start();
        tasks.remove().run();

        passes.remove().completeExceptionally(new IllegalStateException("no database"));

        assertThat(tasks).hasSize(1);
    }

    @Test
    void after_the_end_no_pass_starts() {
        schedule.start();
        tasks.remove().run();
        schedule.stop();
        passes.remove().complete(10);
        assertThat(tasks).isEmpty();

        schedule.start();
        schedule.stop();
        assertThat(tasks).isEmpty();
        assertThat(started).isEqualTo(1);
    }
}
