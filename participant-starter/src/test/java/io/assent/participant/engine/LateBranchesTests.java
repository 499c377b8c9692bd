package io.assent.participant.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.TransactionContext;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Goal: who may work in an open branch, and when it ends. Method: a local transaction that only tells what was done. */
class LateBranchesTests {

    private final RandomGenerator random = new SplittableRandom(1);
    private final List<String> done = new ArrayList<>();
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final TransactionId id = TransactionId.create(now, random);
    private Throwable failure;
    private Runnable meanwhile = () -> {};
    private final LateBranches late = new LateBranches(
            Local::new,
            new LateBranches.Settings(2, Duration.ofSeconds(5), Duration.ofSeconds(1)),
            new BranchService.Runtime(() -> now, pause -> now = now.plus(pause), random));

    private final class Local implements HeldTransaction {
        Local() {
            tell("begin");
        }

        @Override
        public void suspend() {
            tell("suspend");
            meanwhile.run();
        }

        @Override
        public void resume(GlobalTransactionContext context) {
            tell("resume " + context.branch());
        }

        @Override
        public boolean rollbackOnly() {
            return false;
        }

        @Override
        public void commit() {
            tell("commit");
        }

        @Override
        public void rollback() {
            done.add("rollback");
        }
    }

    private void tell(String what) {
        done.add(what);
        if (failure != null) {
            Throwable thrown = failure;
            failure = null;
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) thrown;
        }
    }

    private GlobalTransactionContext call(TransactionId transaction, String branch) {
        return GlobalTransactionContext.received(
                new TransactionContext(
                        transaction, new BranchId(branch), now.plusSeconds(20), Duration.ofSeconds(20), true),
                new BranchRef("assent:test:" + transaction + ":" + branch + ":" + done.size()),
                () -> now,
                new ParticipantDirectory());
    }

    @Test
    void a_call_from_below_the_one_that_works_does_not_wait_for_it() {
        late.enter(call(id, "1"));
        GlobalTransactionContext below = call(id, "1.2");
        late.enter(below);
        assertThat(late.isWorkedOnBy(below)).as("it is a branch of its own").isFalse();
        assertThat(done).containsExactly("begin");
    }

    @Test
    void another_call_waits_and_is_refused_when_that_takes_too_long() {
        late.enter(call(id, "1"));
        GlobalTransactionContext other = call(id, "2");
        assertThatExceptionOfType(LateBranches.RefusedException.class)
                .isThrownBy(() -> late.enter(other))
                .withMessageContaining("another call of the same transaction")
                .withMessageContaining("assent.participant.lock-timeout");
        assertThat(other.rollbackReason()).isNotNull();
    }

    @Test
    void a_local_transaction_that_cannot_begin_leaves_nothing_open() {
        failure = new IllegalStateException("no connection");
        assertThatIllegalStateException().isThrownBy(() -> late.enter(call(id, "1")));
        assertThat(late.count()).isZero();
    }

    @Test
    void a_local_transaction_that_cannot_be_held_is_rolled_back() {
        GlobalTransactionContext call = call(id, "1");
        late.enter(call);
        failure = new IllegalStateException("no");
        late.leave(call, List.of());
        assertThat(done).containsExactly("begin", "suspend", "rollback");
        assertThat(call.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(late.count()).isZero();
    }

    @Test
    void a_local_transaction_that_cannot_be_resumed_is_rolled_back_and_so_is_the_call() {
        GlobalTransactionContext first = call(id, "1");
        late.enter(first);
        late.leave(first, List.of());
        failure = new IllegalStateException("no");
        assertThatIllegalStateException().isThrownBy(() -> late.enter(call(id, "2")));
        assertThat(first.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(late.count()).isZero();
    }

    @Test
    void an_order_to_roll_back_that_comes_while_the_call_leaves_leaves_nothing_open() {
        GlobalTransactionContext first = call(id, "1");
        late.enter(first);
        meanwhile = () -> assertThat(late.rollBack(id, first.branch(), first.ref(), "ordered"))
                .isTrue();

        assertThat(late.leave(first, List.of())).isNull();

        assertThat(done).containsExactly("begin", "suspend", "resume 1", "rollback");
        assertThat(first.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(late.count()).isZero();
    }

    @Test
    void what_a_call_says_does_not_depend_on_what_becomes_of_the_branch_afterwards() throws InterruptedException {
        GlobalTransactionContext first = call(id, "1");
        late.enter(first);
        assertThat(late.leave(first, List.of())).isEqualTo(Vote.PENDING);
        GlobalTransactionContext second = call(id, "2");
        late.enter(second);
        assertThat(late.leave(second, List.of())).isEqualTo(Vote.READ_ONLY);
        assertThat(late.leave(second, List.of())).as("it has left").isNull();
    }

    @Test
    void not_even_an_error_of_the_application_keeps_a_branch_open() throws InterruptedException {
        GlobalTransactionContext first = call(id, "1");
        late.enter(first);
        late.leave(first, List.of());
        failure = new AssertionError("in a callback before the commit");

        assertThat(late.prepare(id, first.branch(), first.ref(), now)).isEqualTo(Vote.ROLLBACK);

        assertThat(done).contains("rollback");
        assertThat(late.count()).isZero();
    }

    @Test
    void a_commit_that_fails_votes_rollback() throws InterruptedException {
        GlobalTransactionContext first = call(id, "1");
        late.enter(first);
        late.leave(first, List.of());
        done.clear();
        failure = null;
        assertThat(late.prepare(id, first.branch(), new BranchRef("assent:test:other"), now))
                .as("another execution")
                .isNull();
        assertThat(late.count()).isOne();
        failure = new IllegalStateException("no");
        assertThat(late.prepare(id, first.branch(), first.ref(), now)).isEqualTo(Vote.ROLLBACK);
        assertThat(done).containsExactly("resume 1", "rollback");
        assertThat(late.count()).isZero();
    }

    @Test
    void nobody_waits_for_ever_and_what_is_worked_on_is_left_alone() {
        GlobalTransactionContext idle = call(id, "1");
        late.enter(idle);
        late.leave(idle, List.of());
        TransactionId other = TransactionId.create(now, random);
        late.enter(call(other, "1"));
        assertThatExceptionOfType(LateBranches.RefusedException.class)
                .isThrownBy(() -> late.enter(call(TransactionId.create(now, random), "1")))
                .withMessageContaining("assent.participant.late.max-open");

        now = now.plusSeconds(6);
        late.expire();
        assertThat(late.isOpen(id)).isFalse();
        assertThat(late.isOpen(other)).isTrue();
        assertThat(idle.rollbackReason()).contains("assent.participant.late.max-idle");
    }
}
