package io.assent.participant.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.assent.participant.client.CommitQueue.Turn;
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

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Random random = new Random(7);
    private final List<Integer> messages = new CopyOnWriteArrayList<>();
    private final CountDownLatch hold = new CountDownLatch(1);

    @Test
    void what_comes_together_travels_together_and_each_gets_its_own_answer() throws Exception {
        CommitQueue queue = new CommitQueue(1, 3, orders -> {
            messages.add(orders.size());
            awaitHold();
            return orders.stream()
                    .map(order -> Turn.of(new CommitAnswer(Told.COMMITTED, order.name(), false)))
                    .toList();
        });
        ExecutorService threads = Executors.newCachedThreadPool();
        List<CompletableFuture<CommitAnswer>> answers = new ArrayList<>();
        answers.add(CompletableFuture.supplyAsync(
                () -> queue.turn(order("0"), false, PATIENCE).answer(), threads));
        await().until(() -> messages.size() == 1);
        for (int i = 1; i <= 5; i++) {
            String name = Integer.toString(i);
            answers.add(CompletableFuture.supplyAsync(
                    () -> queue.turn(order(name), false, PATIENCE).answer(), threads));
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
        CommitQueue queue = new CommitQueue(1, 3, orders -> {
            messages.add(orders.size());
            awaitHold();
            return List.of(Turn.of(new CommitAnswer(Told.COMMITTED, "", false)));
        });
        CompletableFuture<CommitAnswer> first = CompletableFuture.supplyAsync(
                () -> queue.turn(order("0"), false, PATIENCE).answer());
        await().until(() -> messages.size() == 1);
        assertThat(queue.turn(order("1"), false, Duration.ofMillis(100))
                        .answer()
                        .told())
                .isEqualTo(Told.UNKNOWN);
        assertThat(queue.waiting()).isZero();
        hold.countDown();
        assertThat(first.join().told()).isEqualTo(Told.COMMITTED);
    }

    @Test
    void a_message_that_breaks_off_leaves_nobody_waiting() {
        CommitQueue queue = new CommitQueue(1, 3, orders -> List.of());
        assertThat(queue.turn(order("0"), false, PATIENCE).answer().told()).isEqualTo(Told.UNKNOWN);
    }

    @Test
    void what_is_to_be_sent_alone_leaves_the_others_behind_it() throws Exception {
        CommitQueue queue = new CommitQueue(1, 3, orders -> {
            messages.add(orders.size());
            awaitHold();
            return orders.stream()
                    .map(order -> Turn.of(new CommitAnswer(Told.COMMITTED, order.name(), false)))
                    .toList();
        });
        ExecutorService threads = Executors.newCachedThreadPool();
        List<CompletableFuture<CommitAnswer>> answers = new ArrayList<>();
        for (int i = 0; i <= 3; i++) {
            int number = i;
            answers.add(CompletableFuture.supplyAsync(
                    () -> queue.turn(order(Integer.toString(number)), number == 2, PATIENCE)
                            .answer(),
                    threads));
            await().until(() -> messages.size() == 1 && queue.waiting() == number);
        }
        hold.countDown();

        for (int i = 0; i <= 3; i++) {
            assertThat(answers.get(i).get().detail()).isEqualTo(Integer.toString(i));
        }
        assertThat(messages).containsExactly(1, 1, 1, 1);
        threads.shutdown();
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
