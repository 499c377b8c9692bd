package io.assent.participant.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.participant.client.CommitQueue.Turn;
import io.assent.participant.engine.CoordinatorClient.CommitAnswer;
import io.assent.participant.engine.CoordinatorClient.CommitOrder;
import io.assent.participant.engine.CoordinatorClient.Told;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: alone while there is room, together under load, each with its own answer. Method: a message that a latch holds. */
class CommitQueueTests {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Random random = new Random(7);
    private final List<Integer> messages = new CopyOnWriteArrayList<>();
    private final CountDownLatch hold = new CountDownLatch(1);

    @Test
    void what_comes_together_travels_together_and_each_gets_its_own_answer() throws Exception {
        CommitQueue queue = queue(1, 3, orders -> {
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
        Awaitility.await().until(() -> messages.size() == 1);
        for (int i = 1; i <= 5; i++) {
            String name = Integer.toString(i);
            answers.add(CompletableFuture.supplyAsync(
                    () -> queue.turn(order(name), false, PATIENCE).answer(), threads));
        }
        awaitWaiting(queue, 5);
        hold.countDown();

        for (int i = 0; i <= 5; i++) {
            assertThat(answers.get(i).get().detail()).isEqualTo(Integer.toString(i));
        }
        assertThat(messages).containsExactly(1, 3, 2);
        threads.shutdown();
    }

    @Test
    void who_gets_no_turn_in_time_is_told_that_the_outcome_is_unknown() {
        CommitQueue queue = queue(1, 3, orders -> {
            messages.add(orders.size());
            awaitHold();
            return List.of(Turn.of(new CommitAnswer(Told.COMMITTED, "", false)));
        });
        CompletableFuture<CommitAnswer> first = CompletableFuture.supplyAsync(
                () -> queue.turn(order("0"), false, PATIENCE).answer());
        Awaitility.await().until(() -> messages.size() == 1);
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
        CommitQueue queue = queue(1, 3, orders -> List.of());
        assertThat(queue.turn(order("0"), false, PATIENCE).answer().told()).isEqualTo(Told.UNKNOWN);
    }

    @Test
    void what_is_to_be_sent_alone_leaves_the_others_behind_it() throws Exception {
        CommitQueue queue = queue(1, 3, orders -> {
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
            Awaitility.await().until(() -> messages.size() == 1 && queue.waiting() == number);
        }
        hold.countDown();

        for (int i = 0; i <= 3; i++) {
            assertThat(answers.get(i).get().detail()).isEqualTo(Integer.toString(i));
        }
        assertThat(messages).containsExactly(1, 1, 1, 1);
        threads.shutdown();
    }

    /** Goal: whoever is interrupted just when it is its turn passes that on. Method: both at once, many times. */
    @Test
    void an_interrupted_one_does_not_take_the_turn_of_the_next_with_it() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        for (int i = 0; i < 2000; i++) {
            CountDownLatch started = new CountDownLatch(1);
            CountDownLatch first = new CountDownLatch(1);
            CommitQueue queue = queue(1, 1, orders -> {
                if (orders.get(0).name().equals("first")) {
                    started.countDown();
                    await(first);
                }
                return List.of(Turn.of(new CommitAnswer(Told.COMMITTED, "", false)));
            });
            Future<Turn> sent = threads.submit(() -> queue.turn(order("first"), false, PATIENCE));
            started.await();
            Future<Turn> interrupted = threads.submit(() -> queue.turn(order("interrupted"), false, PATIENCE));
            awaitWaiting(queue, 1);
            Future<Turn> next = threads.submit(() -> queue.turn(order("next"), false, Duration.ofMinutes(5)));
            awaitWaiting(queue, 2);

            long gap = random.nextInt(200_000) - 100_000L;
            Future<?> ended = threads.submit(() -> {
                LockSupport.parkNanos(gap);
                first.countDown();
            });
            LockSupport.parkNanos(-gap);
            interrupted.cancel(true);

            assertThat(next.get(60, TimeUnit.SECONDS).answer().told()).isEqualTo(Told.COMMITTED);
            assertThat(sent.get().answer().told()).isEqualTo(Told.COMMITTED);
            ended.get();
        }
        threads.shutdown();
    }

    /**
     * Goal: nobody is forgotten, whoever gives up, is interrupted, has to be alone or comes in between. Method: many threads, few
     * places and short patience.
     */
    @ParameterizedTest
    @ValueSource(ints = {0, 150, 10_000})
    void many_who_come_and_give_up_get_their_own_answers(int lingerMicros) throws Exception {
        AtomicInteger atOnce = new AtomicInteger();
        AtomicInteger mostAtOnce = new AtomicInteger();
        CommitQueue queue = new CommitQueue(2, 3, Duration.of(lingerMicros, ChronoUnit.MICROS), orders -> {
            mostAtOnce.accumulateAndGet(atOnce.incrementAndGet(), Math::max);
            LockSupport.parkNanos(200_000);
            atOnce.decrementAndGet();
            return orders.stream()
                    .map(order -> Turn.of(new CommitAnswer(Told.COMMITTED, order.name(), false)))
                    .toList();
        });
        ExecutorService threads = Executors.newFixedThreadPool(24);
        List<Future<List<String>>> rounds = new ArrayList<>();
        for (int i = 0; i < 24; i++) {
            Random chance = new Random(i);
            int thread = i;
            rounds.add(threads.submit(() -> {
                List<String> wrong = new ArrayList<>();
                for (int n = 0; n < 200; n++) {
                    String name = thread + "/" + n;
                    boolean patient = chance.nextInt(4) > 0;
                    boolean interrupted = chance.nextInt(10) == 0;
                    if (interrupted) {
                        Thread.currentThread().interrupt();
                    }
                    CommitAnswer answer = queue.turn(
                                    order(name),
                                    chance.nextInt(8) == 0,
                                    patient ? Duration.ofSeconds(60) : Duration.ofNanos(chance.nextInt(400_000)))
                            .answer();
                    boolean stillInterrupted = Thread.interrupted();
                    boolean mayBeUnknown = !patient || interrupted;
                    if (answer.told() == Told.COMMITTED ? !answer.detail().equals(name) : !mayBeUnknown) {
                        wrong.add(name + ": " + answer);
                    }
                    if (interrupted && !stillInterrupted) {
                        wrong.add(name + ": the interrupt was lost");
                    }
                }
                return wrong;
            }));
        }

        for (Future<List<String>> round : rounds) {
            assertThat(round.get(60, TimeUnit.SECONDS)).isEmpty();
        }
        assertThat(queue.waiting()).isZero();
        assertThat(mostAtOnce).hasValueLessThanOrEqualTo(2);
        threads.shutdown();
    }

    @Test
    void while_one_is_under_way_the_next_waits_for_company_but_not_for_ever() throws Exception {
        CommitQueue queue = lingering(Duration.ofSeconds(2));
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<Turn>> turns = comeBehindTheFirst(queue, threads, 3);
        for (int i = 1; i <= 3; i++) {
            assertThat(turns.get(i).get(60, TimeUnit.SECONDS).answer().detail()).isEqualTo(Integer.toString(i));
        }

        assertThat(turns.get(0).isDone()).as("the one that holds the others up").isFalse();
        assertThat(messages).containsExactly(1, 3);
        hold.countDown();
        assertThat(turns.get(0).get().answer().detail()).isEqualTo("0");
        threads.shutdown();
    }

    @Test
    void who_waits_for_company_leaves_as_soon_as_none_is_under_way() throws Exception {
        CommitQueue queue = lingering(Duration.ofMinutes(5));
        ExecutorService threads = Executors.newCachedThreadPool();
        List<Future<Turn>> turns = comeBehindTheFirst(queue, threads, 2);
        hold.countDown();

        for (int i = 0; i <= 2; i++) {
            assertThat(turns.get(i).get(60, TimeUnit.SECONDS).answer().detail()).isEqualTo(Integer.toString(i));
        }
        assertThat(messages).containsExactly(1, 2);
        threads.shutdown();
    }

    @Test
    void who_waits_for_company_waits_no_longer_than_its_patience() {
        CommitQueue queue = lingering(Duration.ofMinutes(5));
        CompletableFuture<Turn> first = CompletableFuture.supplyAsync(() -> queue.turn(order("0"), false, PATIENCE));
        Awaitility.await().until(() -> messages.size() == 1);

        assertThat(queue.turn(order("1"), false, Duration.ofMillis(50)).answer().told())
                .isEqualTo(Told.COMMITTED);

        hold.countDown();
        assertThat(first.join().answer().told()).isEqualTo(Told.COMMITTED);
    }

    /** Goal: the wait for company goes on without whoever began it. */
    @Test
    void an_interrupted_one_does_not_take_the_wait_of_the_next_with_it() throws Exception {
        CommitQueue queue = lingering(Duration.ofSeconds(2));
        ExecutorService threads = Executors.newCachedThreadPool();
        Future<Turn> first = threads.submit(() -> queue.turn(order("0"), false, PATIENCE));
        Awaitility.await().until(() -> messages.size() == 1);
        Future<Turn> interrupted = threads.submit(() -> queue.turn(order("1"), false, Duration.ofMinutes(5)));
        awaitWaiting(queue, 1);
        Future<Turn> next = threads.submit(() -> queue.turn(order("2"), false, Duration.ofMinutes(5)));
        awaitWaiting(queue, 2);

        interrupted.cancel(true);

        assertThat(next.get(60, TimeUnit.SECONDS).answer().detail()).isEqualTo("2");
        assertThat(first.isDone()).as("the one that holds the others up").isFalse();
        hold.countDown();
        assertThat(first.get().answer().detail()).isEqualTo("0");
        threads.shutdown();
    }

    private static CommitQueue queue(int maxUnderWay, int maxBatch, Function<List<CommitOrder>, List<Turn>> send) {
        return new CommitQueue(maxUnderWay, maxBatch, Duration.ZERO, send);
    }

    /** The first one, whose message is held, and so many that wait for company then. */
    private List<Future<Turn>> comeBehindTheFirst(CommitQueue queue, ExecutorService threads, int more) {
        List<Future<Turn>> turns = new ArrayList<>();
        for (int i = 0; i <= more; i++) {
            int number = i;
            turns.add(threads.submit(() -> queue.turn(order(Integer.toString(number)), false, Duration.ofMinutes(5))));
            Awaitility.await().until(() -> messages.size() == 1 && queue.waiting() == number);
        }
        return turns;
    }

    /** With room enough; the first message is held. */
    private CommitQueue lingering(Duration linger) {
        return new CommitQueue(4, 10, linger, orders -> {
            messages.add(orders.size());
            if (orders.get(0).name().equals("0")) {
                awaitHold();
            }
            return orders.stream()
                    .map(order -> Turn.of(new CommitAnswer(Told.COMMITTED, order.name(), false)))
                    .toList();
        });
    }

    private void awaitHold() {
        await(hold);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitWaiting(CommitQueue queue, int number) {
        Awaitility.await()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(1))
                .until(() -> queue.waiting() == number);
    }

    private CommitOrder order(String name) {
        return new CommitOrder(TransactionId.create(Instant.now(), random), name, Instant.now(), List.of());
    }
}
