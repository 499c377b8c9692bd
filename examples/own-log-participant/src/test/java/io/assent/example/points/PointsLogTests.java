package io.assent.example.points;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.assent.participant.BranchRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.Vote;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: the contract of TwoPhaseParticipant. Method: every step, looked at before and after the log was opened again. */
class PointsLogTests {

    private static final BranchId ONE = new BranchId("1");

    @TempDir
    Path directory;

    private Instant now = Instant.parse("2026-01-15T12:00:00Z");
    private PointsLog log;
    private final TransactionId transaction = TransactionId.create(now, new SecureRandom());
    private final BranchRef ref = new BranchRef("assent:points-service:" + transaction + ":1:a");
    private final BranchRef other = new BranchRef("assent:points-service:" + transaction + ":1:b");

    @BeforeEach
    void open() throws IOException {
        log = new PointsLog(directory.resolve("points.journal"), () -> now);
    }

    @AfterEach
    void close() throws IOException {
        log.close();
    }

    private void restart() throws IOException {
        close();
        open();
    }

    @Test
    void work_is_nobodys_business_before_the_commit() throws Exception {
        book(ref, -100);
        assertThat(log.points("ada")).isEqualTo(1_000);
        assertThat(log.prepare(transaction, ONE, ref)).isEqualTo(Vote.PREPARED);
        restart();
        assertThat(log.points("ada")).isEqualTo(1_000);
        assertThat(log.bookings("k")).isEmpty();
        assertThat(log.recover()).containsExactly(new BranchRecord(transaction, ONE, ref, BranchState.PREPARED, now));
        log.commit(transaction, ONE, ref);
        log.commit(transaction, ONE, ref);
        for (int i = 0; i < 2; i++) {
            assertThat(log.points("ada")).isEqualTo(900);
            assertThat(log.bookings("k")).hasSize(1);
            assertThat(log.recover()).isEmpty();
            assertThat(state()).isEqualTo(BranchState.COMMITTED);
            log.rollback(transaction, ONE, ref);
            restart();
        }
    }

    @Test
    void a_rollback_frees_what_was_reserved_and_stops_a_late_call() throws Exception {
        book(ref, -900);
        assertThat(log.prepare(transaction, ONE, ref)).isEqualTo(Vote.PREPARED);
        assertThatExceptionOfType(NotEnoughPointsException.class).isThrownBy(() -> book(other, -200));
        log.rollback(transaction, ONE, ref);
        log.rollback(transaction, ONE, ref);
        restart();
        assertThat(state()).isEqualTo(BranchState.ROLLED_BACK);
        book(other, -200);
        assertThat(log.prepare(transaction, ONE, other)).isEqualTo(Vote.ROLLBACK);
        log.commit(transaction, ONE, ref);
        assertThat(log.points("ada")).isEqualTo(1_000);
    }

    @Test
    void orders_for_another_execution_change_nothing() throws Exception {
        book(ref, -1);
        log.prepare(transaction, ONE, ref);
        log.commit(transaction, ONE, other);
        log.rollback(transaction, ONE, other);
        log.writeTombstone(transaction, ONE, other);
        assertThat(state()).isEqualTo(BranchState.PREPARED);
        log.commit(transaction, new BranchId("2"), ref);
        log.rollback(transaction, new BranchId("2"), ref);
        assertThat(log.find(transaction, new BranchId("2"))).isEmpty();
    }

    @Test
    void a_tombstone_stops_a_late_call_after_a_restart_too() throws Exception {
        log.writeTombstone(transaction, ONE, null);
        log.writeTombstone(transaction, ONE, ref);
        restart();
        assertThat(log.find(transaction, ONE))
                .contains(new BranchRecord(transaction, ONE, null, BranchState.ROLLED_BACK, now));
        book(ref, -1);
        assertThat(log.prepare(transaction, ONE, ref)).isEqualTo(Vote.ROLLBACK);
    }

    @Test
    void what_changed_nothing_is_read_only_and_leaves_no_trace() throws Exception {
        assertThat(log.prepare(transaction, ONE, ref)).isEqualTo(Vote.READ_ONLY);
        log.rollback(transaction, ONE, ref);
        log.commit(transaction, ONE, ref);
        assertThat(log.find(transaction, ONE)).isEmpty();
    }

    @Test
    void prepare_refuses_what_commit_could_not_do() throws Exception {
        TransactionId second = TransactionId.create(now, new SecureRandom());
        book(ref, -900);
        book(other, -900);
        assertThat(log.prepare(transaction, ONE, ref)).isEqualTo(Vote.PREPARED);
        assertThatExceptionOfType(NotEnoughPointsException.class).isThrownBy(() -> log.prepare(second, ONE, other));
        assertThat(log.find(second, ONE)).isEmpty();
    }

    @Test
    void what_has_ended_is_forgotten_and_its_effects_stay() throws Exception {
        book(ref, -1);
        log.prepare(transaction, ONE, ref);
        log.commit(transaction, ONE, ref);
        log.writeTombstone(transaction, new BranchId("2"), null);
        now = now.plusSeconds(10);
        BranchId three = new BranchId("3");
        book(other, -1);
        log.prepare(transaction, three, other);
        now = now.plusSeconds(10);
        assertThat(log.list(TransactionRange.ALL, 10)).hasSize(3);
        assertThat(log.list(TransactionRange.ALL, 2)).hasSize(2);
        assertThat(log.forget(now.minusSeconds(15), 1)).isOne();
        assertThat(log.forget(now, 10)).isOne();
        restart();
        assertThat(log.list(TransactionRange.only(transaction), 10))
                .extracting(BranchRecord::branch)
                .containsExactly(three);
        assertThat(log.points("ada")).isEqualTo(999);
    }

    private void book(BranchRef execution, long points) throws NotEnoughPointsException {
        log.book(execution, new Booking("k", "ada", points));
    }

    private BranchState state() throws IOException {
        return log.find(transaction, ONE).orElseThrow().state();
    }
}
