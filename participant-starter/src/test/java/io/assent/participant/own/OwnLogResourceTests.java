package io.assent.participant.own;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.assent.participant.engine.BranchResource.End;
import io.assent.participant.engine.BranchResource.Tombstone;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.BranchPage;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.protocol.ListedBranch;
import io.assent.participant.support.MapLog;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.Vote;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Goal: what is told of a branch is what the log shows, whatever its methods return or throw. Method: a log in memory whose
 * methods can be disturbed.
 */
class OwnLogResourceTests {

    private static final ParticipantName NAME = new ParticipantName("points");
    private static final BranchId ONE = new BranchId("1");

    private Instant now = Instant.parse("2026-01-15T12:00:00Z");
    private final MapLog log = new MapLog(() -> now);
    private final OwnLog own = new OwnLog(log);
    private final OwnLogResource resource = new OwnLogResource(own, NAME, () -> now, Duration.ofMillis(20));
    private final TransactionId transaction = transaction();
    private final BranchRef ref = ref(transaction, ONE);

    @Test
    void a_prepared_branch_commits_and_its_record_proves_it() {
        prepare(transaction, ONE, ref);
        now = now.plusSeconds(7);

        assertThat(resource.prepared(10)).singleElement().satisfies(branch -> {
            assertThat(branch.ref()).isEqualTo(ref);
            assertThat(branch.age()).isEqualTo(Duration.ofSeconds(7));
            assertThat(branch.deadline()).isEqualTo(Instant.parse("2026-01-15T12:01:00Z"));
        });
        assertThat(resource.inDoubt().oldest()).isEqualTo(Duration.ofSeconds(7));
        assertThat(resource.commitPrepared(ref)).isEqualTo(End.DONE);
        assertThat(resource.commitPrepared(ref)).isEqualTo(End.NOT_THERE);
        BranchFacts facts = resource.look(transaction, ONE);
        assertThat(facts.prepared()).isEmpty();
        assertThat(facts.marker()).isEqualTo(new BranchFacts.Marker(true, ref, 0));
        assertThat(log.isKept("k")).isTrue();
        assertThat(resource.inDoubt().count()).isZero();
    }

    @Test
    void a_prepared_branch_rolls_back_and_stops_a_late_call() {
        prepare(transaction, ONE, ref);
        assertThat(resource.rollbackPrepared(ref)).isEqualTo(End.DONE);
        assertThat(resource.look(transaction, ONE).marker()).isEqualTo(new BranchFacts.Marker(false, ref, 0));
        assertThat(resource.writeTombstone(transaction, ONE, ref)).isEqualTo(Tombstone.EXISTS);
        BranchRef late = ref(transaction, ONE);
        log.keep(late, "k");
        assertThat(log.write(transaction, ONE, late)).isEqualTo(Vote.ROLLBACK);
    }

    @Test
    void an_order_for_another_execution_changes_nothing() {
        prepare(transaction, ONE, ref);
        assertThat(resource.commitPrepared(ref(transaction, ONE))).isEqualTo(End.NOT_THERE);
        assertThat(resource.rollbackPrepared(ref(transaction, ONE))).isEqualTo(End.NOT_THERE);
        assertThat(resource.commitPrepared(new BranchRef("assent:stranger"))).isEqualTo(End.NOT_THERE);
        assertThat(resource.look(transaction, ONE).isPrepared(ref)).isTrue();
    }

    @Test
    void a_commit_that_returns_without_a_record_is_not_acknowledged() {
        prepare(transaction, ONE, ref);
        log.disturb("commit", () -> true);
        assertThat(resource.commitPrepared(ref)).isEqualTo(End.UNKNOWN);
        log.disturb("rollback", () -> true);
        assertThat(resource.rollbackPrepared(ref)).isEqualTo(End.UNKNOWN);
        assertThat(resource.look(transaction, ONE).isPrepared(ref)).isTrue();
    }

    @Test
    void an_exception_is_not_known_whether_or_not_it_was_done() {
        prepare(transaction, ONE, ref);
        log.disturb("commit", OwnLogResourceTests::fail);
        assertThat(resource.commitPrepared(ref)).isEqualTo(End.UNKNOWN);
        assertThat(resource.look(transaction, ONE).isPrepared(ref)).isTrue();
        log.disturb("committed", OwnLogResourceTests::fail);
        assertThat(resource.commitPrepared(ref)).isEqualTo(End.UNKNOWN);
        assertThat(resource.look(transaction, ONE).marker()).isEqualTo(new BranchFacts.Marker(true, ref, 0));
    }

    @Test
    void a_log_that_cannot_be_read_says_nothing() {
        log.disturb("find", OwnLogResourceTests::fail);
        assertThatExceptionOfType(BranchResourceException.class)
                .isThrownBy(() -> resource.look(transaction, ONE))
                .withMessageContaining("disk");
    }

    @Test
    void a_tombstone_is_told_only_if_it_is_there() {
        log.disturb("writeTombstone", () -> true);
        assertThatExceptionOfType(BranchResourceException.class)
                .isThrownBy(() -> resource.writeTombstone(transaction, ONE, null));
        assertThat(resource.writeTombstone(transaction, ONE, null)).isEqualTo(Tombstone.WRITTEN);
        assertThat(resource.look(transaction, ONE).marker()).isEqualTo(new BranchFacts.Marker(false, null, 0));
    }

    @Test
    void one_step_at_a_time_for_one_branch_and_others_do_not_wait() throws Exception {
        prepare(transaction, ONE, ref);
        TransactionId other = transaction();
        prepare(other, ONE, ref(other, ONE));
        try (BranchLocks.Held held = own.take(transaction, ONE, Duration.ZERO)) {
            assertThat(resource.commitPrepared(ref)).isEqualTo(End.BUSY);
            assertThat(resource.writeTombstone(transaction, ONE, ref)).isEqualTo(Tombstone.LOCKED);
            assertThat(resource.commitPrepared(ref(other, ONE))).isEqualTo(End.NOT_THERE);
            assertThat(resource.writeTombstone(transaction(), ONE, null)).isEqualTo(Tombstone.WRITTEN);
        }
        assertThat(resource.commitPrepared(ref)).isEqualTo(End.DONE);
    }

    /** Two adapters are two processes: nothing but the log is between them. */
    @Test
    void processes_that_share_a_log_never_tell_two_ends_of_one_branch() throws Exception {
        OwnLogResource elsewhere = new OwnLogResource(new OwnLog(log), NAME, () -> now, Duration.ofMillis(20));
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 500; round++) {
                TransactionId id = transaction();
                BranchRef execution = ref(id, ONE);
                log.keep(execution, "k");
                CyclicBarrier together = new CyclicBarrier(4);
                Future<Vote> prepare = threads.submit(() -> {
                    together.await();
                    try (BranchLocks.Held held = own.take(id, ONE, Duration.ofSeconds(1))) {
                        return own.prepare(id, ONE, execution);
                    }
                });
                Future<Tombstone> tombstone = threads.submit(() -> {
                    together.await();
                    return elsewhere.writeTombstone(id, ONE, execution);
                });
                Future<End> commit = threads.submit(() -> {
                    together.await();
                    return resource.commitPrepared(execution);
                });
                Future<End> rollback = threads.submit(() -> {
                    together.await();
                    return elsewhere.rollbackPrepared(execution);
                });
                boolean prepared = prepare.get() == Vote.PREPARED;
                boolean committed = commit.get() == End.DONE;
                boolean rolledBack = rollback.get() == End.DONE;
                assertThat(tombstone.get() == Tombstone.WRITTEN && committed).isFalse();
                assertThat(committed && rolledBack).isFalse();
                assertThat((committed || rolledBack) && !prepared).isFalse();
                BranchFacts facts = resource.look(id, ONE);
                if (committed) {
                    assertThat(facts.marker()).isEqualTo(new BranchFacts.Marker(true, execution, 0));
                } else if (rolledBack || !prepared) {
                    assertThat(facts.marker()).isEqualTo(new BranchFacts.Marker(false, execution, 0));
                } else {
                    assertThat(facts.isPrepared(execution)).isTrue();
                }
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void a_page_never_parts_a_transaction() {
        List<TransactionId> transactions = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            now = now.plusSeconds(1);
            TransactionId id = transaction();
            transactions.add(id);
            for (String branch : List.of("2", "1", "10")) {
                prepare(id, new BranchId(branch), ref(id, new BranchId(branch)));
            }
        }
        List<ListedBranch> all = new ArrayList<>();
        TransactionRange range = TransactionRange.ALL;
        boolean more = true;
        while (more) {
            BranchPage page = resource.list(range, 4);
            assertThat(page.branches()).hasSize(6);
            all.addAll(page.branches());
            range = range.after(all.get(all.size() - 1).transaction().value());
            more = page.more();
        }
        assertThat(all).extracting(ListedBranch::transaction).isSorted().hasSize(12);
        assertThat(all).extracting(ListedBranch::transaction).containsAll(transactions);
        assertThat(resource.list(TransactionRange.only(transactions.get(0)), 1).more())
                .isFalse();
    }

    @Test
    void what_is_old_is_forgotten_unless_it_is_in_doubt() {
        prepare(transaction, ONE, ref);
        resource.writeTombstone(transaction(), ONE, null);
        now = now.plusSeconds(60);
        assertThat(resource.forget(Duration.ofSeconds(61), 10)).isZero();
        assertThat(resource.forget(Duration.ofSeconds(59), 10)).isOne();
        assertThat(resource.look(transaction, ONE).isPrepared(ref)).isTrue();
    }

    @Test
    void a_record_of_somebody_else_is_left_alone() {
        prepare(transaction, ONE, new BranchRef("assent:other:" + transaction + ":1:abc"));
        assertThat(resource.prepared(10)).isEmpty();
    }

    private void prepare(TransactionId id, BranchId branch, BranchRef execution) {
        log.keep(execution, "k");
        assertThat(log.write(id, branch, execution)).isEqualTo(Vote.PREPARED);
        assertThat(log.isKept("k")).isFalse();
    }

    private TransactionId transaction() {
        return TransactionId.create(now, new SecureRandom());
    }

    private static BranchRef ref(TransactionId id, BranchId branch) {
        return ExecutionRef.create(NAME, id, branch, Instant.parse("2026-01-15T12:01:00Z"), new SecureRandom());
    }

    private static Object fail() throws IOException {
        throw new IOException("disk");
    }
}
