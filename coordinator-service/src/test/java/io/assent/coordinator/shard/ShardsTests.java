package io.assent.coordinator.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Answer.Result;
import io.assent.coordinator.engine.Coordinator.Begin;
import io.assent.coordinator.engine.Coordinator.Commit;
import io.assent.coordinator.engine.Coordinator.Inquiry;
import io.assent.coordinator.engine.Coordinator.Rollback;
import io.assent.coordinator.engine.InstanceList.Instance;
import io.assent.coordinator.engine.InstanceList.Snapshot;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.engine.TransactionSearch.Query;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Goal: every call reaches the log of its transaction, and one that is away holds up nobody. Method: two logs of stubs. */
class ShardsTests {

    private static final ParticipantName SHOP = new ParticipantName("shop");

    private final Random random = new Random(7);
    private final Shards shards =
            new Shards(new Ring(List.of(new Ring.Member("main", null), new Ring.Member("second", null))));
    private final StubLog main = new StubLog();
    private final StubLog second = new StubLog();
    private final ShardedCoordinator coordinator =
            new ShardedCoordinator(shards, Duration.ofMillis(100), InstantSource.system(), random);
    private final ShardedSearch search = new ShardedSearch(shards, Duration.ofSeconds(20));

    ShardsTests() {
        shards.named("main").opened(main.open());
        shards.named("second").opened(second.open());
    }

    @AfterEach
    void close() {
        search.close();
    }

    @Test
    void every_call_goes_to_the_log_of_its_transaction() {
        TransactionId id = idIn("second");
        Branch branch = Branch.named(
                new BranchId("1"), SHOP, "http://shop/assent/v1", new BranchRef("assent:shop:1"), Vote.PREPARED);
        List<CompletionStage<Answer>> answers = List.of(
                coordinator.begin(new Begin(id, null, Duration.ofSeconds(1), null)),
                coordinator.enlist(id, branch, null),
                coordinator.commit(new Commit(id, null, null, null, null, Duration.ZERO, null)),
                coordinator.rollback(new Rollback(id, null, List.of(), Duration.ZERO, null)),
                coordinator.resolve(id, "by hand"),
                coordinator.retry(id),
                coordinator.find(id, null));
        answers.forEach(answer -> assertThat(get(answer).result()).isEqualTo(Result.OK));
        assertThat(second.asked).hasSize(7).containsOnly(id);
        assertThat(main.asked).isEmpty();
    }

    @Test
    void an_id_that_is_made_here_is_one_of_a_log_that_can_decide() {
        second.down = "its disk is full";
        for (int i = 0; i < 100; i++) {
            get(coordinator.begin(new Begin(null, null, Duration.ofSeconds(1), null)));
        }
        assertThat(main.asked).hasSize(100).doesNotHaveDuplicates();
        main.down = "as well";
        get(coordinator.begin(new Begin(null, null, Duration.ofSeconds(1), null)));
        assertThat(main.asked.size() + second.asked.size())
                .as("somebody has to say that it is refused")
                .isEqualTo(101);
    }

    @Test
    void a_log_without_room_refuses_its_own_transactions_and_all_only_if_none_has_room() {
        main.overloaded = "full";
        assertThat(coordinator.overloaded(idIn("main"))).isEqualTo("full");
        assertThat(coordinator.overloaded(idIn("second"))).isNull();
        assertThat(coordinator.overloaded(null)).isNull();
        second.overloaded = "full as well";
        assertThat(coordinator.overloaded(null)).isNotNull();
        coordinator.refused(idIn("second"));
        coordinator.refused(null);
        assertThat(List.of(main.refused, second.refused)).containsExactly(1, 1);
    }

    @Test
    void an_id_that_was_given_is_not_changed() {
        second.down = "its disk is full";
        TransactionId given = idIn("second");
        get(coordinator.begin(new Begin(given, null, Duration.ofSeconds(1), null)));
        assertThat(second.asked).containsExactly(given);
    }

    @Test
    void a_log_that_is_not_open_is_unavailable() {
        Shards closed = new Shards(Ring.alone());
        closed.named("main").failed("no route to host");
        ShardedCoordinator nothing =
                new ShardedCoordinator(closed, Duration.ofMillis(1), InstantSource.system(), random);
        Answer answer = get(nothing.find(idIn("main"), null));
        assertThat(answer.result()).isEqualTo(Result.UNAVAILABLE);
        assertThat(answer.detail()).isEqualTo("no route to host");
        assertThat(get(nothing.inquire(SHOP, List.of(inquiry(idIn("main")))))
                        .get(0)
                        .answer())
                .isEqualTo(InquiryAnswer.UNDECIDED);
        assertThatExceptionOfType(LogLives.UnavailableException.class).isThrownBy(() -> closed.lives("main"));
        assertThat(closed.lives("second")).isNull();
        assertThat(closed.logs().get(0).cannotDecide()).isEqualTo("no route to host");
    }

    @Test
    void inquiries_are_split_and_answered_in_the_order_asked_also_when_a_log_hangs() {
        List<Inquiry> asked = Stream.generate(() -> TransactionId.create(Instant.now(), random))
                .limit(50)
                .map(ShardsTests::inquiry)
                .toList();
        second.hangs = true;

        var answers = get(coordinator.inquire(SHOP, asked));

        assertThat(answers).extracting(one -> one.inquiry()).containsExactlyElementsOf(asked);
        answers.forEach(one -> assertThat(one.answer())
                .isEqualTo(
                        shards.ring().logOf(one.inquiry().transaction()).equals("main")
                                ? InquiryAnswer.ROLLBACK
                                : InquiryAnswer.UNDECIDED));
        assertThat(second.asked).isNotEmpty();
    }

    @Test
    void a_search_merges_what_the_logs_have() {
        List<TransactionRecord> all = Stream.generate(() -> record(TransactionId.create(Instant.now(), random)))
                .limit(30)
                .toList();
        main.search = query -> page(all, "main", query);
        second.search = query -> page(all, "second", query);

        TransactionSearch.Result found = search.search(query(10));

        assertThat(found.missing()).isEmpty();
        assertThat(found.found())
                .containsExactlyElementsOf(all.stream()
                        .sorted(Comparator.comparing(TransactionRecord::id).reversed())
                        .limit(10)
                        .toList());
    }

    @Test
    void a_search_names_the_log_that_could_not_be_asked() {
        TransactionRecord one = record(idIn("main"));
        main.search = query -> new TransactionSearch.Result(List.of(one), List.of());
        second.search = query -> {
            throw new IllegalStateException("no connection");
        };
        assertThat(search.search(query(10))).isEqualTo(new TransactionSearch.Result(List.of(one), List.of("second")));
        second.unreadable = "no primary answers";
        second.search = query -> {
            throw new AssertionError("is not tried");
        };
        assertThat(search.search(query(10)).missing()).containsExactly("second");
        main.unreadable = "nor here";
        assertThatExceptionOfType(TransactionSearch.UnavailableException.class)
                .as("nothing at all")
                .isThrownBy(() -> search.search(query(10)));
    }

    @Test
    void what_is_not_complete_is_summed_up_over_the_logs() {
        main.search = query -> new TransactionSearch.Result(List.of(record(idIn("main"))), List.of());
        second.search = query -> new TransactionSearch.Result(List.of(record(idIn("second"))), List.of());

        assertThat(search.backlog().undelivered()).hasSize(2);
        assertThat(search.backlog().heuristics()).isEqualTo(2);

        second.unreadable = "no primary answers";
        assertThat(search.backlog().undelivered()).hasSize(1);
        assertThat(search.backlog().missing()).containsExactly("second");
    }

    @Test
    void what_is_undecided_is_counted_in_each_log_that_can_be_asked() {
        main.search = query -> new TransactionSearch.Result(List.of(record(idIn("main"))), List.of());
        assertThat(search.undecided())
                .extracting(TransactionSearch.Undecided::byOwner)
                .containsExactlyInAnyOrder(Map.of("shop", 1L), Map.of("shop", 0L));

        second.unreadable = "no primary answers";
        assertThat(search.undecided())
                .extracting(TransactionSearch.Undecided::byOwner)
                .containsExactly(Map.of("shop", 1L));

        main.unreadable = "nor here";
        assertThatExceptionOfType(TransactionSearch.UnavailableException.class).isThrownBy(search::undecided);
    }

    @Test
    void a_search_does_not_wait_longer_than_its_patience() {
        CountDownLatch never = new CountDownLatch(1);
        second.search = query -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return new TransactionSearch.Result(List.of(), List.of());
        };
        try (ShardedSearch impatient = new ShardedSearch(shards, Duration.ofMillis(500))) {
            assertThat(impatient.search(query(10)).missing()).contains("second");
        } finally {
            never.countDown();
        }
    }

    @Test
    void an_instance_is_listed_once_as_the_log_says_that_heard_of_it_last() {
        UUID id = UUID.randomUUID();
        Instant now = Instant.parse("2026-12-01T00:00:00Z");
        main.instances = new Snapshot(now, List.of(instance(id, now, true)));
        second.instances = new Snapshot(
                now.minusSeconds(60),
                List.of(instance(id, now.minusSeconds(60), false), instance(UUID.randomUUID(), now, true)));

        Snapshot all = new ShardedInstances(shards).instances();

        assertThat(all.asOf()).isEqualTo(now);
        assertThat(all.instances()).hasSize(2).allMatch(Instance::alive);
    }

    private TransactionId idIn(String log) {
        return Stream.generate(() -> TransactionId.create(Instant.now(), random))
                .filter(id -> shards.ring().logOf(id).equals(log))
                .findFirst()
                .orElseThrow();
    }

    private TransactionSearch.Result page(List<TransactionRecord> all, String log, Query query) {
        List<TransactionRecord> here = new ArrayList<>(all);
        here.removeIf(record -> !shards.ring().logOf(record.id()).equals(log));
        here.sort(Comparator.comparing(TransactionRecord::id).reversed());
        return new TransactionSearch.Result(here.stream().limit(query.limit()).toList(), List.of());
    }

    private static Query query(int limit) {
        return new Query(null, Set.of(), null, null, null, limit, null, null);
    }

    private static Inquiry inquiry(TransactionId id) {
        return new Inquiry(id, new BranchId("1"), new BranchRef("assent:shop:1"), null);
    }

    private static Instance instance(UUID id, Instant seen, boolean alive) {
        return new Instance(id, "host", null, null, "1", seen.minusSeconds(600), seen, alive, false);
    }

    private static TransactionRecord record(TransactionId id) {
        Instant now = id.timestamp();
        return new TransactionRecord(
                id, null, true, now, now, null, null, null, false, null, null, List.of(), 0, null, null, 0, null, now,
                null, null);
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }
}
