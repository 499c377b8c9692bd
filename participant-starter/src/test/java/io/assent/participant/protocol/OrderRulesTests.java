package io.assent.participant.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Goal: facts, and nothing but facts, go into answers (R5 to R7). Method: every combination of facts and orders. */
class OrderRulesTests {

    private static final TransactionId TX = TransactionId.create(Instant.EPOCH, new Random(1));
    private static final BranchId BRANCH = new BranchId("1");
    private static final BranchRef MINE = new BranchRef("assent:p:mine");
    private static final BranchRef OTHER = new BranchRef("assent:p:other");

    private static final BranchFacts NOTHING = new BranchFacts(List.of(), null);
    private static final BranchFacts PREPARED = new BranchFacts(List.of(prepared(MINE)), null);
    private static final BranchFacts OTHER_PREPARED = new BranchFacts(List.of(prepared(OTHER)), null);
    private static final BranchFacts COMMITTED = marker(true, MINE);
    private static final BranchFacts OTHER_COMMITTED = marker(true, OTHER);
    private static final BranchFacts TOMBSTONE = marker(false, MINE);
    private static final BranchFacts OTHER_TOMBSTONE = marker(false, OTHER);
    private static final BranchFacts ANY_TOMBSTONE = marker(false, null);

    @Test
    void a_commit_that_finds_nothing_is_never_acknowledged() {
        assertThat(OrderRules.commitNotThere(MINE, NOTHING)).isEqualTo(BranchState.NEVER_SEEN);
        assertThat(OrderRules.commitNotThere(MINE, PREPARED)).isEqualTo(BranchState.PREPARED);
        assertThat(OrderRules.commitNotThere(MINE, COMMITTED)).isEqualTo(BranchState.COMMITTED);
        assertThat(OrderRules.commitNotThere(MINE, OTHER_COMMITTED)).isEqualTo(BranchState.NEVER_SEEN);
        assertThat(OrderRules.commitNotThere(MINE, OTHER_PREPARED)).isEqualTo(BranchState.NEVER_SEEN);
        assertThat(OrderRules.commitNotThere(MINE, TOMBSTONE)).isEqualTo(BranchState.ROLLED_BACK);
        assertThat(OrderRules.commitNotThere(MINE, ANY_TOMBSTONE)).isEqualTo(BranchState.ROLLED_BACK);
        assertThat(OrderRules.commitNotThere(MINE, OTHER_TOMBSTONE)).isEqualTo(BranchState.NEVER_SEEN);
    }

    @Test
    void a_rollback_ends_what_it_names_and_otherwise_leaves_a_tombstone_first() {
        assertThat(OrderRules.rollback(MINE, PREPARED).rollBack()).isEqualTo(MINE);
        assertThat(OrderRules.rollback(MINE, NOTHING).writeTombstone()).isTrue();
        assertThat(OrderRules.rollback(MINE, COMMITTED).report()).isEqualTo(BranchState.COMMITTED);
        assertThat(OrderRules.rollback(MINE, OTHER_COMMITTED).report()).isEqualTo(BranchState.NEVER_SEEN);
        assertThat(OrderRules.rollback(MINE, TOMBSTONE).report()).isEqualTo(BranchState.ROLLED_BACK);
        assertThat(OrderRules.rollback(MINE, ANY_TOMBSTONE).report()).isEqualTo(BranchState.ROLLED_BACK);
        assertThat(OrderRules.rollback(MINE, OTHER_TOMBSTONE).report()).isEqualTo(BranchState.NEVER_SEEN);
    }

    @Test
    void what_is_prepared_in_some_resources_only_can_roll_back_and_nothing_else() {
        BranchFacts partial = partial(MINE, null);
        assertThat(OrderRules.rollback(MINE, partial).rollBack()).isEqualTo(MINE);
        assertThat(OrderRules.rollback(null, partial).rollBack()).isEqualTo(MINE);
        assertThat(OrderRules.rollback(OTHER, partial).writeTombstone()).isTrue();
        assertThat(OrderRules.rollback(MINE, partial(MINE, TOMBSTONE.marker())).rollBack())
                .as("also when it was prepared there after the tombstone was written")
                .isEqualTo(MINE);

        assertThat(OrderRules.vote(MINE, partial)).as("nobody has voted").isNull();
        assertThat(OrderRules.commitNotThere(MINE, partial)).isEqualTo(BranchState.NEVER_SEEN);
        assertThat(OrderRules.earlier(OTHER, partial)).isEmpty();
        assertThat(OrderRules.state(partial)).isEqualTo(BranchState.NEVER_SEEN);
    }

    @Test
    void what_a_marker_proves_committed_is_never_rolled_back_elsewhere() {
        BranchFacts late = partial(MINE, COMMITTED.marker());
        assertThat(OrderRules.rollback(MINE, late).report()).isEqualTo(BranchState.COMMITTED);
        assertThat(OrderRules.rollback(null, late).report()).isEqualTo(BranchState.COMMITTED);
        assertThat(OrderRules.rollback(MINE, partial(MINE, OTHER_COMMITTED.marker()))
                        .rollBack())
                .as("of another execution it proves nothing")
                .isEqualTo(MINE);
    }

    @Test
    void a_rollback_by_ref_never_touches_another_execution() {
        OrderRules.RollbackStep step = OrderRules.rollback(MINE, OTHER_PREPARED);
        assertThat(step.rollBack()).isNull();
        assertThat(step.report()).isEqualTo(BranchState.BUSY);
    }

    @Test
    void a_rollback_without_a_ref_means_whatever_there_is() {
        assertThat(OrderRules.rollback(null, OTHER_PREPARED).rollBack()).isEqualTo(OTHER);
        assertThat(OrderRules.rollback(null, OTHER_COMMITTED).report()).isEqualTo(BranchState.COMMITTED);
        assertThat(OrderRules.rollback(null, OTHER_TOMBSTONE).report()).isEqualTo(BranchState.ROLLED_BACK);
        assertThat(OrderRules.rollback(null, NOTHING).writeTombstone()).isTrue();
    }

    @Test
    void a_vote_is_told_from_facts_only() {
        assertThat(OrderRules.vote(MINE, NOTHING)).as("nobody knows").isNull();
        assertThat(OrderRules.vote(MINE, PREPARED)).isEqualTo(Vote.PREPARED);
        assertThat(OrderRules.vote(MINE, COMMITTED)).as("given before").isEqualTo(Vote.PREPARED);
        assertThat(OrderRules.vote(MINE, OTHER_PREPARED)).isEqualTo(Vote.ROLLBACK);
        assertThat(OrderRules.vote(MINE, TOMBSTONE)).isEqualTo(Vote.ROLLBACK);
        assertThat(OrderRules.vote(null, OTHER_PREPARED)).isEqualTo(Vote.PREPARED);
    }

    @Test
    void a_repeated_call_gets_the_vote_of_the_first() {
        assertThat(OrderRules.earlier(MINE, NOTHING)).isEmpty();
        assertThat(OrderRules.earlier(MINE, PREPARED)).isEmpty();
        assertThat(OrderRules.earlier(MINE, OTHER_PREPARED))
                .contains(new DuplicateBranch(Vote.PREPARED, OTHER, List.of()));
        assertThat(OrderRules.earlier(MINE, OTHER_COMMITTED))
                .contains(new DuplicateBranch(Vote.PREPARED, OTHER, List.of()));
        assertThat(OrderRules.earlier(MINE, ANY_TOMBSTONE))
                .contains(new DuplicateBranch(Vote.ROLLBACK, null, List.of()));
    }

    @Test
    void a_ref_tells_the_deadline_after_a_restart() {
        ParticipantName participant = new ParticipantName("payment");
        Instant deadline = Instant.ofEpochMilli(1_763_690_000_123L);
        BranchRef ref = ExecutionRef.create(participant, TX, BRANCH, deadline, new Random(2));
        assertThat(ExecutionRef.parse(participant, ref.value())).contains(new ExecutionRef(TX, BRANCH, deadline, ref));
        assertThat(ref.value()).hasSizeLessThanOrEqualTo(BranchRef.MAX_LENGTH);
        assertThat(ExecutionRef.parse(new ParticipantName("pay"), ref.value())).isEmpty();
        assertThat(ExecutionRef.parse(participant, "assent:payment:nonsense")).isEmpty();
        assertThat(ExecutionRef.parse(participant, "assent:payment:a:b:c:d")).isEmpty();
    }

    @Test
    void the_longest_ref_fits() {
        BranchRef ref = ExecutionRef.create(
                new ParticipantName("a".repeat(63)),
                TX,
                new BranchId("9999.9999.9999.9999.9999.9999.9999.9999"),
                Instant.ofEpochMilli(999_999_999_999_999L),
                new Random(3));
        assertThat(ref.value()).hasSizeLessThanOrEqualTo(BranchRef.MAX_LENGTH);
    }

    private static PreparedBranch prepared(BranchRef ref) {
        return new PreparedBranch(TX, BRANCH, ref, null, Duration.ZERO);
    }

    private static BranchFacts marker(boolean committed, BranchRef ref) {
        return new BranchFacts(List.of(), new BranchFacts.Marker(committed, ref, 0));
    }

    private static BranchFacts partial(BranchRef ref, BranchFacts.Marker marker) {
        return new BranchFacts(List.of(), marker, List.of(prepared(ref)));
    }
}
