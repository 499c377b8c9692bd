package io.assent.participant.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.participant.engine.CoordinatorClient.CommitAnswer;
import io.assent.participant.engine.CoordinatorClient.CommitOrder;
import io.assent.participant.engine.CoordinatorClient.Told;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Goal: alone while there is room, together under load, each with its own answer. Method: a message that a latch holds. */
class CommitQueueTests {

    private final Random random = new Random(7);
    private final List<Integer> messages = new CopyOnWriteArrayList<>();
    private final CountDownLatch hold = new CountDownLatch(1);

    @Test
    void what_comes_together_travels_together_and_each_gets_its_own_answer() throws Exception {
        CommitQueue queue = new CommitQueue(1, 3, Duration.ofSeconds(10), orders -> {
            messages.add(orders.size());
            awaitHold();
            return orders.stream()
                    .map(order -> new CommitAnswer(Told.COMMITTED, order.name(), false))
                    .toList();
        });
        ExecutorService threads = Executors.newCachedThreadPool();
        List<CompletableFuture<CommitAnswer>> answers = new ArrayList<>();
        answers.add(CompletableFuture.supplyAsync(() -> queue.commit(order("0")), threads));
        await().until(() -> messages.size() == 1);
        for (int i = 1; i <= 5; i++) {
            String name = Integer.toString(i);
            answers.add(CompletableFuture.supplyAsync(() -> queue.commit(order(name)), threads));
        }
        await().until(() -> queue.waiting() == 5);
        hold.countDown();

        for (int i = 0; i <= 5; i++) {
            assertThat(answers.get(i).get().detail()).isEqualTo(Integer.toString(i));
        }
        assertThat(messages).containsExactly(1, 3, 2);
        threads.shutdown();
    }

    @Test
    void who_gets_no_turn_in_time_is_told_that_the_outcome_is_unknown() {
        CommitQueue queue = new CommitQueue(1, 3, Duration.ofMillis(100), orders -> {
            messages.add(orders.size());
            awaitHold();
            return List.of(new CommitAnswer(Told.COMMITTED, "", false));
        });
        CompletableFuture<CommitAnswer> first = CompletableFuture.supplyAsync(() -> queue.commit(order("0")));
        await().until(() -> messages.size() == 1);
        assertThat(queue.commit(order("1")).told()).isEqualTo(Told.UNKNOWN);
        assertThat(queue.waiting()).isZero();
        hold.countDown();
        assertThat(first.join().told()).isEqualTo(Told.COMMITTED);
    }

    @Test
    void a_message_that_breaks_off_leaves_nobody_waiting() {
        CommitQueue queue = new CommitQueue(1, 3, Duration.ofSeconds(10), orders -> List.of());
        assertThat(queue.commit(order("0")).told()).isEqualTo(Told.UNKNOWN);
    }

    private void awaitHold() {
        try {
            hold.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private CommitOrder order(String name) {
        return new CommitOrder(TransactionId.create(Instant.now(), random), name, Instant.now(), List.of());
    }
}
