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

    /** An operator drains the instance and takes it back while a pass is under way. */
    @Test
    void stopped_and_started_again_there_still_is_one_pass_at_a_time() {
        schedule.start();
        tasks.remove().run();
        schedule.stop();
        schedule.start();
        assertThat(tasks).as("the pass that is under way goes on").isEmpty();

        passes.remove().complete(3);

        assertThat(tasks).as("and is followed by one").hasSize(1);
        tasks.remove().run();
        assertThat(started).isEqualTo(2);
    }

    @Test
    void one_that_is_called_off_too_late_begins_no_second_row_of_passes() {
        schedule.start();
        Runnable late = tasks.peek();
        schedule.stop();
        schedule.start();
        late.run();
        assertThat(started).isZero();

        tasks.remove().run();
        passes.remove().complete(3);

        assertThat(started).isEqualTo(1);
        assertThat(tasks).hasSize(1);
    }
}
