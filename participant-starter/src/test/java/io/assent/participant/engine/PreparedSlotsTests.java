package io.assent.participant.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Goal: never more running and prepared than the limit, and few questions. Method: a server that is a number. */
class PreparedSlotsTests {

    private final AtomicInteger prepared = new AtomicInteger();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger counts = new AtomicInteger();
    private volatile boolean unreachable;

    private PreparedSlots slots(int limit) {
        return new PreparedSlots(
                limit,
                () -> {
                    counts.incrementAndGet();
                    if (unreachable) {
                        throw new BranchResourceException("nobody answers");
                    }
                    return prepared.get();
                },
                open::get,
                InstantSource.system());
    }

    @Test
    void what_is_prepared_running_and_held_open_takes_places() {
        PreparedSlots slots = slots(4);
        prepared.set(1);
        open.set(1);
        assertThat(slots.enter(Duration.ZERO)).isTrue();
        assertThat(slots.enter(Duration.ZERO)).isTrue();
        assertThat(slots.enter(Duration.ZERO)).isFalse();
        slots.leave();
        assertThat(slots.enter(Duration.ZERO)).isTrue();
    }

    @Test
    void a_call_that_was_prepared_takes_its_place_until_it_has_ended() {
        PreparedSlots slots = slots(1);
        assertThat(slots.enter(Duration.ZERO)).isTrue();
        prepared.incrementAndGet();
        slots.leave();
        assertThat(slots.enter(Duration.ZERO)).isFalse();
        prepared.decrementAndGet();
        assertThat(slots.enter(Duration.ZERO)).isTrue();
    }

    @Test
    void the_server_is_asked_only_when_the_sum_reaches_the_limit() {
        PreparedSlots slots = slots(100);
        for (int i = 0; i < 1_000; i++) {
            assertThat(slots.enter(Duration.ZERO)).isTrue();
            slots.leave();
        }
        assertThat(counts).hasValue(10);
    }

    @Test
    void who_waits_comes_in_when_a_branch_has_ended() throws Exception {
        PreparedSlots slots = slots(1);
        prepared.set(1);
        CompletableFuture<Boolean> waits = CompletableFuture.supplyAsync(() -> slots.enter(Duration.ofSeconds(30)));
        await().until(() -> counts.get() > 1);
        prepared.set(0);
        assertThat(waits.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void a_server_that_does_not_answer_keeps_nobody_out() {
        PreparedSlots slots = slots(1);
        unreachable = true;
        assertThat(slots.enter(Duration.ZERO)).isTrue();
        assertThat(slots.enter(Duration.ZERO)).isTrue();
    }

    @Test
    void many_threads_never_take_more_than_there_are() throws Exception {
        PreparedSlots slots = slots(5);
        AtomicInteger taken = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        for (int i = 0; i < 8; i++) {
            threads.execute(() -> {
                for (int n = 0; n < 500; n++) {
                    if (!slots.enter(Duration.ofSeconds(30))) {
                        refused.incrementAndGet();
                        continue;
                    }
                    most.accumulateAndGet(taken.incrementAndGet(), Math::max);
                    prepared.incrementAndGet();
                    slots.leave();
                    taken.decrementAndGet();
                    prepared.decrementAndGet();
                }
            });
        }
        threads.shutdown();
        assertThat(threads.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
        assertThat(refused).hasValue(0);
        assertThat(most.get()).isLessThanOrEqualTo(5);
    }
}
