package io.assent.coordinator.protocol;

import static io.assent.coordinator.protocol.Specimens.DEADLINE;
import static io.assent.coordinator.protocol.Specimens.branch;
import static io.assent.coordinator.protocol.Specimens.complete;
import static io.assent.coordinator.protocol.Specimens.confirmed;
import static io.assent.coordinator.protocol.Specimens.decided;
import static io.assent.coordinator.protocol.Specimens.execution;
import static io.assent.coordinator.protocol.Specimens.member;
import static io.assent.coordinator.protocol.Specimens.undecided;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.Vote;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Goal: the table of transitions is complete and true. Method: transactions of every kind are given every event in every
 * form; the build fails when a pair of phase and event is not tried, when a transition of the table is not taken, when one
 * is taken that the table does not hold, and when an event that means nothing in a phase has an effect.
 */
class TransitionTableTests {

    private record Transition(TransactionPhase from, TransactionEvent event, TransactionPhase to)
            implements Comparable<Transition> {
        @Override
        public int compareTo(Transition other) {
            return toString().compareTo(other.toString());
        }
    }

    private static Map<TransactionEvent, List<Function<GlobalTransaction, Step>>> stimuli() {
        Branch prepared = branch("1", "a", Vote.PREPARED);
        Branch pending = branch("1", "a", Vote.PENDING);
        Branch stranger = branch("3", "c", Vote.PREPARED);
        Execution second = execution("2", "b");
        var stimuli = new EnumMap<TransactionEvent, List<Function<GlobalTransaction, Step>>>(TransactionEvent.class);
        stimuli.put(
                TransactionEvent.COMMIT_REQUESTED,
                List.of(
                        t -> t.commitRequested(DEADLINE, List.of(prepared), null),
                        t -> t.commitRequested(DEADLINE, List.of(pending), null),
                        t -> t.commitRequested(null, null, null)));
        stimuli.put(
                TransactionEvent.ROLLBACK_REQUESTED,
                List.of(t -> t.rollbackRequested(RollbackCause.REQUESTED, "wanted", List.of(stranger))));
        stimuli.put(
                TransactionEvent.CLOSED,
                List.of(
                        t -> t.closed(undecided(prepared)),
                        t -> t.closed(undecided(pending)),
                        t -> t.closed(decided(Decision.COMMIT, member("1", "a"))),
                        t -> t.closed(confirmed(Decision.COMMIT, member("1", "a"))),
                        t -> t.closed(confirmed(Decision.ROLLBACK, prepared)),
                        t -> t.closed(complete(Decision.COMMIT, Outcome.COMMITTED, member("1", "a")))));
        stimuli.put(
                TransactionEvent.VOTED,
                List.of(
                        t -> t.voted(second, Vote.PREPARED, null),
                        t -> t.voted(second, Vote.ROLLBACK, "no money"),
                        // One more branch is still missing then.
                        t -> t.voted(execution("9", "x"), Vote.PREPARED, null)));
        stimuli.put(
                TransactionEvent.VOTE_UNKNOWN,
                List.of(t -> t.voteUnknown(second, true, null), t -> t.voteUnknown(second, false, "timeout")));
        stimuli.put(TransactionEvent.DEADLINE_PASSED, List.of(GlobalTransaction::deadlinePassed));
        stimuli.put(
                TransactionEvent.DECIDED,
                List.of(
                        t -> t.decided(decided(standing(t, Decision.COMMIT), member("1", "a"))),
                        t -> t.decided(decided(standing(t, Decision.ROLLBACK), prepared)),
                        t -> t.decided(decided(standing(t, Decision.ROLLBACK)))));
        stimuli.put(TransactionEvent.DECISION_INDETERMINATE, List.of(GlobalTransaction::decisionIndeterminate));
        stimuli.put(TransactionEvent.PROPOSAL_CONFLICTED, List.of(GlobalTransaction::proposalConflicted));
        stimuli.put(TransactionEvent.NOT_WRITTEN, List.of(GlobalTransaction::notWritten));
        stimuli.put(
                TransactionEvent.REPORTED,
                Arrays.stream(BranchState.values())
                        .<Function<GlobalTransaction, Step>>map(fact -> t -> t.reported(second, fact))
                        .toList());
        stimuli.put(TransactionEvent.ORDER_FAILED, List.of(t -> t.orderFailed(second, "timeout")));
        stimuli.put(TransactionEvent.REDELIVERY_DUE, List.of(t -> t.redeliveryDue(second)));
        stimuli.put(TransactionEvent.ADOPTED, List.of(t -> t.adopted(List.of(stranger), false)));
        stimuli.put(
                TransactionEvent.RECOVERED,
                List.of(
                        t -> t.recovered(undecided(prepared)),
                        t -> t.recovered(confirmed(Decision.COMMIT, member("1", "a"))),
                        t -> t.recovered(confirmed(Decision.ROLLBACK, prepared)),
                        t -> t.recovered(confirmed(Decision.ROLLBACK))));
        stimuli.put(TransactionEvent.RESOLVED, List.of(t -> t.resolved(Outcome.HEURISTIC_MIXED)));
        return stimuli;
    }

    /** A decided transaction can be told its own decision only; the other one is a bug, see below. */
    private static Decision standing(GlobalTransaction transaction, Decision otherwise) {
        return transaction.decision() == null ? otherwise : transaction.decision();
    }

    /** Two branches to ask, so that one vote does not end it. */
    private static GlobalTransaction preparingTwo() {
        return Specimens.active()
                .commitRequested(
                        DEADLINE, List.of(branch("1", "a", Vote.PENDING), branch("2", "b", Vote.PENDING)), null)
                .next();
    }

    private static List<GlobalTransaction> specimens() {
        List<GlobalTransaction> all =
                Specimens.one_of_every_kind().collect(Collectors.toCollection(java.util.ArrayList::new));
        all.add(preparingTwo());
        return all;
    }

    @Test
    void every_pair_of_phase_and_event_is_tried_and_every_transition_of_the_table_is_taken_and_no_other() {
        Set<Transition> taken = new TreeSet<>();
        Set<String> pairs = new HashSet<>();
        stimuli()
                .forEach((event, forms) -> forms.forEach(form -> specimens().forEach(before -> {
                    pairs.add(before.phase() + " × " + event);
                    Step step = form.apply(before);
                    if (!step.next().equals(before) || !step.actions().isEmpty()) {
                        taken.add(new Transition(
                                before.phase(), event, step.next().phase()));
                    }
                })));

        Set<Transition> table = new TreeSet<>();
        for (TransactionPhase phase : TransactionPhase.values()) {
            for (TransactionEvent event : TransactionEvent.values()) {
                assertThat(pairs).contains(phase + " × " + event);
                TransitionTable.next(phase, event).forEach(to -> table.add(new Transition(phase, event, to)));
            }
        }
        assertThat(taken).containsExactlyElementsOf(table);
    }

    @Test
    void a_step_that_the_table_does_not_hold_is_a_bug() {
        assertThatThrownBy(() -> TransitionTable.check(
                        TransactionPhase.ROLLING_BACK, TransactionEvent.DECIDED, TransactionPhase.COMMITTING))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no transition from ROLLING_BACK by DECIDED to COMMITTING");
    }

    @Test
    void a_decision_that_changes_is_a_bug_and_says_why_it_cannot_be_I2() {
        assertThatThrownBy(() -> Specimens.committing().decided(decided(Decision.ROLLBACK)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("A decision is written once");
    }
}
