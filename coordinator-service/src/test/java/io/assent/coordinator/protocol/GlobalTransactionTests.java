package io.assent.coordinator.protocol;

import static io.assent.coordinator.protocol.Specimens.DEADLINE;
import static io.assent.coordinator.protocol.Specimens.ID;
import static io.assent.coordinator.protocol.Specimens.active;
import static io.assent.coordinator.protocol.Specimens.after;
import static io.assent.coordinator.protocol.Specimens.branch;
import static io.assent.coordinator.protocol.Specimens.closing;
import static io.assent.coordinator.protocol.Specimens.committed;
import static io.assent.coordinator.protocol.Specimens.committing;
import static io.assent.coordinator.protocol.Specimens.complete;
import static io.assent.coordinator.protocol.Specimens.confirmed;
import static io.assent.coordinator.protocol.Specimens.decided;
import static io.assent.coordinator.protocol.Specimens.deciding;
import static io.assent.coordinator.protocol.Specimens.execution;
import static io.assent.coordinator.protocol.Specimens.member;
import static io.assent.coordinator.protocol.Specimens.preparing;
import static io.assent.coordinator.protocol.Specimens.ref;
import static io.assent.coordinator.protocol.Specimens.rollingBack;
import static io.assent.coordinator.protocol.Specimens.undecided;
import static io.assent.coordinator.protocol.Specimens.withoutRef;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.Vote;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Goal: the rules R2 to R8 hold in the pure core. Method: one event at a time; what comes next is all there is to see. */
class GlobalTransactionTests {

    // ---- phase one

    @Test
    void commit_is_proposed_at_once_when_every_branch_has_voted_R2() {
        Step step = active().commitRequested(
                        DEADLINE, List.of(branch("1", "a", Vote.PREPARED), branch("2", "b", Vote.READ_ONLY)), null);
        assertThat(proposed(step)).isEqualTo(Decision.COMMIT);
    }

    @Test
    void commit_of_nothing_but_read_only_branches_is_written_too() {
        assertThat(proposed(active().commitRequested(DEADLINE, List.of(branch("1", "a", Vote.READ_ONLY)), null)))
                .isEqualTo(Decision.COMMIT);
    }

    @Test
    void only_branches_that_have_not_voted_are_asked() {
        Step step = active().commitRequested(
                        DEADLINE, List.of(branch("1", "a", Vote.PREPARED), branch("2", "b", Vote.PENDING)), null);
        assertThat(step.next().phase()).isEqualTo(TransactionPhase.PREPARING);
        assertThat(step.actions()).containsExactly(new Action.AskVote(branch("2", "b", Vote.PENDING)));
    }

    @Test
    void one_vote_to_roll_back_rolls_back_and_says_why_R2() {
        Step step = preparing().voted(execution("2", "b"), Vote.ROLLBACK, "no money");
        assertThat(proposed(step)).isEqualTo(Decision.ROLLBACK);
        assertThat(reason(step)).isEqualTo("branch 2 (service) voted ROLLBACK: no money");
    }

    @Test
    void a_vote_of_rollback_in_the_request_asks_nobody_else() {
        Step step = active().commitRequested(
                        DEADLINE, List.of(branch("1", "a", Vote.PENDING), branch("2", "b", Vote.ROLLBACK)), null);
        assertThat(proposed(step)).isEqualTo(Decision.ROLLBACK);
        assertThat(step.actions()).hasSize(1);
    }

    @Test
    void an_unknown_vote_is_no_vote_R2() {
        assertThat(proposed(preparing().voteUnknown(execution("2", "b"), false, "timeout")))
                .isEqualTo(Decision.ROLLBACK);
        assertThat(proposed(preparing().voted(execution("2", "b"), Vote.PENDING, null)))
                .isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void a_branch_that_the_question_did_not_reach_is_asked_once_more_and_not_twice() {
        Step once = preparing().voteUnknown(execution("2", "b"), true, "refused");
        assertThat(once.actions()).containsExactly(new Action.AskVote(branch("2", "b", Vote.PENDING)));
        assertThat(proposed(once.next().voteUnknown(execution("2", "b"), true, "refused")))
                .isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void a_timeout_is_never_a_vote_R2() {
        assertThat(proposed(preparing().deadlinePassed())).isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void a_vote_that_comes_after_the_proposal_changes_nothing() {
        GlobalTransaction rollback = preparing().deadlinePassed().next();
        Step late = rollback.voted(execution("2", "b"), Vote.PREPARED, null);
        assertThat(late).isEqualTo(new Step(rollback, List.of()));
    }

    @Test
    void a_vote_of_another_execution_counts_for_nothing_R6() {
        GlobalTransaction before = preparing();
        assertThat(before.voted(execution("2", "another"), Vote.PREPARED, null)).isEqualTo(new Step(before, List.of()));
    }

    @Test
    void two_executions_of_one_branch_cannot_both_be_meant() {
        Step step = active().commitRequested(
                        DEADLINE, List.of(branch("1", "a", Vote.PREPARED), branch("1", "b", Vote.PREPARED)), null);
        assertThat(reason(step)).isEqualTo("branch 1 is named twice");
    }

    @Test
    void a_branch_without_ref_cannot_be_committed_R6() {
        assertThat(proposed(active().commitRequested(DEADLINE, List.of(withoutRef("1")), null)))
                .isEqualTo(Decision.ROLLBACK);
    }

    // ---- begun transactions

    @Test
    void a_begun_transaction_is_closed_before_any_vote_is_asked_for() {
        Step step = active().commitRequested(null, null, List.of(new ExpectedBranch(new BranchId("1"), null)));
        assertThat(step.actions())
                .containsExactly(new Action.Close(List.of(new ExpectedBranch(new BranchId("1"), null))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1   | a | branch 2 is enlisted but not expected",
                "1,2,3 | a | branch 3 is expected but not enlisted",
                "1,2 | x | branch 1 is enlisted with another ref than expected",
                "1,2 | a | ",
            })
    void a_difference_between_expected_and_enlisted_rolls_back_and_is_named(
            String ids, String refOfTheFirst, @Nullable String difference) {
        List<ExpectedBranch> expected = List.of(ids.split(",")).stream()
                .map(id -> new ExpectedBranch(new BranchId(id), id.equals("1") ? ref(refOfTheFirst) : null))
                .toList();
        Step step = active().commitRequested(null, null, expected)
                .next()
                .closed(undecided(branch("1", "a", Vote.PREPARED), branch("2", "b", Vote.READ_ONLY)));
        assertThat(proposed(step)).isEqualTo(difference == null ? Decision.COMMIT : Decision.ROLLBACK);
        assertThat(reason(step)).isEqualTo(difference);
    }

    @Test
    void the_earlier_deadline_counts_R10() {
        assertThat(active().commitRequested(DEADLINE.plusSeconds(1), null, null)
                        .next()
                        .closed(undecided(branch("1", "a", Vote.PENDING)))
                        .next()
                        .deadline())
                .isEqualTo(DEADLINE);
    }

    @Test
    void a_decision_that_was_only_read_is_brought_back_by_a_write_R4() {
        Step step = closing().closed(decided(Decision.COMMIT, member("1", "a")));
        assertThat(step.next().decision()).isNull();
        assertThat(step.actions()).hasSize(1).first().isInstanceOf(Action.Propose.class);
    }

    @Test
    void a_confirmed_decision_may_be_acted_on_R4() {
        Step step = closing().closed(confirmed(Decision.COMMIT, member("1", "a")));
        assertThat(orders(step)).containsExactly("COMMIT 1");
    }

    @Test
    void commit_of_a_begun_transaction_that_takes_branches_still_closes_it_first() {
        Step step = deciding().proposalConflicted();
        assertThat(step.next().phase()).isEqualTo(TransactionPhase.CLOSING);
        Step closed = step.next().closed(undecided(branch("1", "a", Vote.PREPARED), branch("2", "b", Vote.PREPARED)));
        assertThat(proposed(closed)).isEqualTo(Decision.COMMIT);
        assertThat(proposed(closed.next().proposalConflicted()))
                .as("closed and still in conflict")
                .isEqualTo(Decision.ROLLBACK);
    }

    // ---- the decision

    @Test
    void the_loser_reads_the_winner_and_obeys_it_R1() {
        Step step = deciding().decided(decided(Decision.ROLLBACK, branch("1", "a", Vote.PREPARED)));
        assertThat(step.next().decision()).isEqualTo(Decision.ROLLBACK);
        assertThat(orders(step)).containsExactly("ROLLBACK 1");
    }

    @Test
    void while_the_result_is_not_known_nobody_is_told_and_nothing_is_ordered_R8() {
        GlobalTransaction before = deciding();
        assertThat(before.decisionIndeterminate()).isEqualTo(new Step(before, List.of(new Action.ProposeAgain())));
        assertThat(before.rollbackRequested(RollbackCause.REQUESTED, "wanted", List.of()))
                .isEqualTo(new Step(before, List.of()));
    }

    @Test
    void orders_leave_only_after_the_decision_R4() {
        assertThat(preparing().redeliveryDue(execution("1", "a")).actions()).isEmpty();
        assertThat(deciding().redeliveryDue(execution("1", "a")).actions()).isEmpty();
        assertThat(deciding()
                        .adopted(List.of(branch("3", "c", Vote.PREPARED)), false)
                        .actions())
                .isEmpty();
    }

    @Test
    void a_decision_without_branches_is_complete_at_once() {
        Step step = deciding().decided(decided(Decision.ROLLBACK));
        assertThat(step.actions()).containsExactly(new Action.RecordCompletion(), new Action.Tell());
        assertThat(step.next().outcome()).isEqualTo(Outcome.ROLLED_BACK);
    }

    @Test
    void a_transaction_found_complete_is_told_with_its_recorded_outcome_and_ordered_nothing() {
        Step step = deciding()
                .decided(complete(Decision.COMMIT, Outcome.HEURISTIC_MIXED, member("1", "a"), member("2", "b")));
        assertThat(step.actions()).containsExactly(new Action.Tell());
        assertThat(step.next().outcome()).isEqualTo(Outcome.HEURISTIC_MIXED);
    }

    @Test
    void read_only_branches_are_ordered_nothing() {
        assertThat(orders(deciding()
                        .decided(decided(Decision.COMMIT, member("1", "a"), branch("2", "b", Vote.READ_ONLY)))))
                .containsExactly("COMMIT 1");
    }

    // ---- phase two

    @ParameterizedTest
    @EnumSource(
            value = BranchState.class,
            names = {"PREPARED", "BUSY"})
    void prepared_and_busy_acknowledge_nothing_R7(BranchState fact) {
        for (GlobalTransaction before : List.of(committing(), rollingBack())) {
            Step step = before.reported(execution("1", "a"), fact);
            assertThat(step.next().branches().get(0).acknowledged()).isFalse();
            assertThat(step.actions()).hasSize(1).first().isInstanceOf(Action.Redeliver.class);
        }
    }

    @Test
    void no_answer_is_no_acknowledgement_and_is_followed_by_another_order_R7() {
        Step failed = committing().orderFailed(execution("1", "a"), "timeout");
        assertThat(failed.next().branches().get(0).acknowledged()).isFalse();
        assertThat(failed.next().branches().get(0).lastError()).isEqualTo("timeout");
        assertThat(orders(failed.next().redeliveryDue(execution("1", "a")))).containsExactly("COMMIT 1");
    }

    @Test
    void not_found_ends_a_rollback_and_never_a_commit_R7() {
        assertThat(after(rollingBack(), BranchState.NEVER_SEEN)
                        .branches()
                        .get(0)
                        .acknowledged())
                .isTrue();
        GlobalTransaction heuristic = after(committing(), BranchState.NEVER_SEEN);
        assertThat(heuristic.branches().get(0).acknowledged()).isFalse();
        assertThat(heuristic.outcome()).isEqualTo(Outcome.HEURISTIC_ROLLBACK);
    }

    @Test
    void a_report_about_another_execution_changes_nothing_R6() {
        GlobalTransaction before = committing();
        assertThat(before.reported(execution("1", "another"), BranchState.COMMITTED))
                .isEqualTo(new Step(before, List.of()));
    }

    @Test
    void a_doubled_acknowledgement_changes_nothing() {
        GlobalTransaction once = after(committing(), BranchState.COMMITTED);
        assertThat(once.reported(execution("1", "a"), BranchState.ROLLED_BACK)).isEqualTo(new Step(once, List.of()));
    }

    @Test
    void it_is_complete_only_when_every_branch_has_acknowledged_R9() {
        GlobalTransaction one = after(committing(), BranchState.COMMITTED);
        assertThat(one.phase()).isEqualTo(TransactionPhase.COMMITTING);
        assertThat(one.reported(execution("2", "b"), BranchState.COMMITTED).actions())
                .contains(new Action.RecordCompletion(), new Action.Tell());
    }

    @Test
    void an_execution_outside_the_set_is_rolled_back_although_commit_stands_R5() {
        Step step = committing().adopted(List.of(branch("3", "c", Vote.PREPARED)), false);
        assertThat(orders(step)).containsExactly("ROLLBACK 3");
        assertThat(step.actions()).first().isInstanceOf(Action.Adopt.class);
    }

    @Test
    void a_member_cannot_be_smuggled_in_by_who_lost_R5() {
        assertThat(orders(committing().adopted(List.of(member("3", "c")), false)))
                .containsExactly("ROLLBACK 3");
    }

    @Test
    void whatever_execution_there_is_must_not_be_rolled_back_if_it_may_be_a_member_R6() {
        assertThat(committing().adopted(List.of(withoutRef("1")), false).actions())
                .isEmpty();
        assertThat(orders(committing().adopted(List.of(withoutRef("3")), false)))
                .containsExactly("ROLLBACK 3");
        assertThat(orders(rollingBack().adopted(List.of(withoutRef("1")), false)))
                .containsExactly("ROLLBACK 1");
    }

    @Test
    void a_complete_transaction_is_opened_again_for_who_turns_up_late() {
        Step step = committed().adopted(List.of(branch("3", "c", Vote.PREPARED)), false);
        assertThat(step.next().phase()).isEqualTo(TransactionPhase.COMMITTING);
        assertThat(orders(step)).containsExactly("ROLLBACK 3");
    }

    @Test
    void orders_are_counted() {
        GlobalTransaction twice =
                committing().redeliveryDue(execution("1", "a")).next();
        assertThat(twice.branches()).extracting(Branch::attempts).containsExactly(2, 1);
    }

    // ---- what happened

    @ParameterizedTest
    @CsvSource({
        "COMMIT,   COMMITTED,   COMMITTED,   COMMITTED",
        "COMMIT,   COMMITTED,   PREPARED,",
        "COMMIT,   ROLLED_BACK, ROLLED_BACK, HEURISTIC_ROLLBACK",
        "COMMIT,   ROLLED_BACK, PREPARED,    HEURISTIC_ROLLBACK",
        "COMMIT,   NEVER_SEEN,  BUSY,        HEURISTIC_ROLLBACK",
        "COMMIT,   COMMITTED,   NEVER_SEEN,  HEURISTIC_MIXED",
        "ROLLBACK, ROLLED_BACK, NEVER_SEEN,  ROLLED_BACK",
        "ROLLBACK, ROLLED_BACK, BUSY,",
        "ROLLBACK, COMMITTED,   COMMITTED,   HEURISTIC_COMMIT",
        "ROLLBACK, COMMITTED,   PREPARED,    HEURISTIC_COMMIT",
        "ROLLBACK, COMMITTED,   ROLLED_BACK, HEURISTIC_MIXED",
    })
    void the_outcome_follows_from_the_decision_and_the_facts_R7(
            Decision decision, BranchState first, BranchState second, @Nullable Outcome outcome) {
        GlobalTransaction before = decision == Decision.COMMIT ? committing() : rollingBack();
        assertThat(after(before, first, second).outcome()).isEqualTo(outcome);
    }

    @Test
    void an_execution_outside_the_set_that_committed_makes_it_mixed_R7() {
        GlobalTransaction adopted = committing()
                .adopted(List.of(branch("3", "c", Vote.PREPARED)), false)
                .next();
        assertThat(after(adopted, BranchState.COMMITTED, BranchState.COMMITTED)
                        .reported(execution("3", "c"), BranchState.COMMITTED)
                        .next()
                        .outcome())
                .isEqualTo(Outcome.HEURISTIC_MIXED);
    }

    @Test
    void a_heuristic_end_is_reported_and_ordered_again_slowly_R7() {
        Step step = committing().reported(execution("1", "a"), BranchState.ROLLED_BACK);
        Branch ended = step.next().branches().get(0);
        assertThat(step.actions())
                .containsExactly(new Action.ReportHeuristic(ended), new Action.Redeliver(ended, true));
        assertThat(step.next().orderFailed(execution("1", "a"), "timeout").actions())
                .as("silence afterwards does not make it quick again")
                .allSatisfy(action ->
                        assertThat(((Action.Redeliver) action).slowly()).isTrue());
    }

    @Test
    void a_heuristic_branch_that_reports_the_decided_state_after_all_ends_it_R7() {
        GlobalTransaction done = after(committing(), BranchState.ROLLED_BACK, BranchState.COMMITTED)
                .reported(execution("1", "a"), BranchState.COMMITTED)
                .next();
        assertThat(done.phase()).isEqualTo(TransactionPhase.COMPLETED);
        assertThat(done.outcome()).isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void a_participant_that_forgot_what_it_reported_does_not_undo_it_R7() {
        GlobalTransaction forgotten = after(committing(), BranchState.ROLLED_BACK, BranchState.COMMITTED)
                .reported(execution("1", "a"), BranchState.NEVER_SEEN)
                .next();
        assertThat(forgotten.branches().get(0).state()).isEqualTo(BranchState.ROLLED_BACK);
        assertThat(forgotten.outcome()).isEqualTo(Outcome.HEURISTIC_MIXED);
    }

    @Test
    void a_person_closes_it_with_the_outcome_that_is_known_R7() {
        GlobalTransaction closed = after(committing(), BranchState.ROLLED_BACK)
                .resolved(Outcome.HEURISTIC_ROLLBACK)
                .next();
        assertThat(closed.phase()).isEqualTo(TransactionPhase.COMPLETED);
        assertThat(closed.outcome()).isEqualTo(Outcome.HEURISTIC_ROLLBACK);
    }

    // ---- recovery and repeats

    @Test
    void what_was_left_undecided_is_rolled_back_and_what_was_decided_is_brought_back_by_a_write() {
        assertThat(proposed(active().recovered(undecided(branch("1", "a", Vote.PREPARED)))))
                .isEqualTo(Decision.ROLLBACK);
        Step barrier = active().recovered(decided(Decision.COMMIT, member("1", "a")));
        assertThat(proposed(barrier)).isEqualTo(Decision.ROLLBACK);
        assertThat(orders(barrier.next().decided(decided(Decision.COMMIT, member("1", "a")))))
                .containsExactly("COMMIT 1");
    }

    @Test
    void recovery_orders_only_what_has_not_acknowledged() {
        Branch done = Specimens.fact(member("1", "a"), true, BranchState.COMMITTED, true);
        assertThat(orders(active().recovered(confirmed(Decision.COMMIT, done, member("2", "b")))))
                .containsExactly("COMMIT 2");
    }

    @Test
    void the_same_set_agrees_and_another_does_not() {
        GlobalTransaction t = committing();
        List<Branch> same = List.of(
                branch("2", "b", Vote.PREPARED), branch("1", "a", Vote.PENDING), branch("5", "e", Vote.READ_ONLY));
        assertThat(t.agrees(false, same, null))
                .as("order, votes and READ_ONLY do not matter")
                .isTrue();
        assertThat(t.agrees(false, same.subList(0, 1), null)).isFalse();
        assertThat(t.agrees(false, null, null))
                .as("who names nothing expects nothing")
                .isTrue();
        assertThat(t.agrees(true, null, List.of(new ExpectedBranch(new BranchId("1"), null))))
                .isFalse();
    }

    @Test
    void a_phase_and_its_decision_belong_together() {
        assertThatThrownBy(() -> new GlobalTransaction(
                        ID, TransactionPhase.COMMITTING, false, null, List.of(), null, Set.of(), null, null, null))
                .isInstanceOf(IllegalStateException.class);
    }

    private static @Nullable Decision proposed(Step step) {
        return step.actions().stream()
                .filter(Action.Propose.class::isInstance)
                .map(action -> ((Action.Propose) action).decision())
                .findFirst()
                .orElse(null);
    }

    private static @Nullable String reason(Step step) {
        for (Action action : step.actions()) {
            if (action instanceof Action.Propose propose) {
                return propose.reason();
            }
        }
        throw new AssertionError("nothing is proposed");
    }

    private static List<String> orders(Step step) {
        return step.actions().stream()
                .filter(Action.Order.class::isInstance)
                .map(action -> (Action.Order) action)
                .map(order -> order.decision() + " " + order.branch().id())
                .toList();
    }
}
