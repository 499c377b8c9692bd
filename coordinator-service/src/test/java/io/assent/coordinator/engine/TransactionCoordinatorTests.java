package io.assent.coordinator.engine;

import static io.assent.coordinator.engine.HandDriven.DEADLINE;
import static io.assent.coordinator.engine.HandDriven.ID;
import static io.assent.coordinator.engine.HandDriven.NOW;
import static io.assent.coordinator.engine.HandDriven.branch;
import static io.assent.coordinator.engine.HandDriven.decided;
import static io.assent.coordinator.engine.HandDriven.read;
import static io.assent.coordinator.engine.HandDriven.reply;
import static io.assent.coordinator.engine.HandDriven.stands;
import static io.assent.coordinator.engine.HandDriven.undecided;
import static io.assent.coordinator.engine.HandDriven.won;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.assent.coordinator.engine.Answer.Result;
import io.assent.coordinator.engine.Coordinator.Inquired;
import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.engine.ParticipantClient.VoteReply;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Goal: the engine does what the protocol says, and tells the truth. Method: ports that the test drives by hand. */
class TransactionCoordinatorTests {

    private static final TransactionToken TOKEN = new TransactionToken("nU9tWq3bX0eYk7RzLh2cVA");
    private static final Branch ONE = branch("1", Vote.PREPARED);
    private static final Branch TWO = branch("2", Vote.PREPARED);

    private final HandDriven ports = new HandDriven();

    private Proposal proposal() {
        return (Proposal) ports.calls.stream()
                .filter(call -> call.what().equals("decide"))
                .findFirst()
                .orElseThrow()
                .argument();
    }

    private void win() {
        ports.answer("decide", won(proposal()));
    }

    private static @Nullable Result result(CompletionStage<Answer> answer) {
        CompletableFuture<Answer> future = answer.toCompletableFuture();
        return future.isDone() ? future.join().result() : null;
    }

    // ---- commit, collected

    @Test
    void a_commit_costs_one_write_before_the_answer_and_its_completion_is_recorded_afterwards() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE, TWO));
        assertThat(ports.waiting()).containsExactly("decide");
        win();
        assertThat(ports.waiting()).containsExactly("order 1", "order 2");
        ports.acknowledge("2", BranchState.COMMITTED);
        assertThat(result(answer)).isNull();
        ports.acknowledge("1", BranchState.COMMITTED);

        assertThat(result(answer)).isEqualTo(Result.COMPLETE);
        assertThat(answer.toCompletableFuture().join().transaction())
                .satisfies(shown -> assertThat(shown.outcome()).isEqualTo(Outcome.COMMITTED));
        Progress recorded = (Progress) ports.take("record").argument();
        assertThat(recorded.complete()).isTrue();
        assertThat(ports.heard)
                .containsExactly("decided COMMIT, won", "acknowledged 2", "acknowledged 1", "completed COMMITTED");
    }

    @Test
    void it_leaves_memory_when_completion_is_recorded() {
        ports.coordinator.commit(ports.collected(ONE));
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        assertThat(ports.coordinator.inFlight()).isOne();
        ports.answer("record", stands(Decision.COMMIT, ONE));
        assertThat(ports.coordinator.inFlight()).isZero();
    }

    @Test
    void who_does_not_want_to_wait_is_answered_right_after_the_decision() {
        CompletionStage<Answer> answer = ports.coordinator.commit(
                new Coordinator.Commit(ID, null, DEADLINE, List.of(ONE), null, Duration.ZERO, null));
        assertThat(result(answer)).isNull();
        win();
        assertThat(result(answer)).isEqualTo(Result.PENDING);
    }

    @Test
    void who_waits_for_completion_is_answered_when_its_patience_is_over() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        win();
        ports.pass(Duration.ofMillis(4_999));
        assertThat(result(answer)).isNull();
        ports.pass(Duration.ofMillis(1));
        assertThat(result(answer)).isEqualTo(Result.PENDING);
    }

    @Test
    void the_loser_is_told_the_winner_R1() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        ports.answer("decide", stands(Decision.ROLLBACK, ONE));
        assertThat(result(answer)).isEqualTo(Result.ROLLED_BACK);
        assertThat(answer.toCompletableFuture().join().detail()).isEqualTo("as it stands");
        assertThat(ports.take("order 1").argument()).isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void while_the_result_is_unknown_the_same_proposal_is_sent_again_and_nobody_is_told_L3() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        Proposal first = proposal();
        ports.answer("decide", reply(Status.INDETERMINATE));
        assertThat(ports.waiting()).as("not at once").isEmpty();
        ports.pass(Duration.ofMillis(50));
        assertThat(proposal()).isEqualTo(first);
        ports.answer("decide", reply(Status.UNAVAILABLE));
        ports.pass(Duration.ofMillis(100));
        assertThat(proposal())
                .as("unavailable now says nothing about the first attempt")
                .isEqualTo(first);
        assertThat(result(answer)).isNull();
        win();
        assertThat(ports.waiting()).containsExactly("order 1");
    }

    @Test
    void a_caller_is_told_unknown_in_the_end_and_the_work_goes_on_R8() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        ports.pass(EngineSettings.defaults().answerWithin());
        assertThat(result(answer)).isEqualTo(Result.UNKNOWN);
        win();
        assertThat(ports.waiting()).containsExactly("order 1");
    }

    @Test
    void a_log_that_wrote_nothing_ends_it_with_nothing_decided() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        ports.answer("decide", reply(Status.UNAVAILABLE));
        assertThat(result(answer)).isEqualTo(Result.UNAVAILABLE);
        assertThat(ports.coordinator.inFlight()).isZero();
        ports.pass(Duration.ofMinutes(1));
        assertThat(ports.waiting()).isEmpty();
    }

    @Test
    void a_row_that_cannot_be_read_occupies_nobody_and_its_outcome_is_unknown_R8() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        ports.answer("decide", reply(Status.INDETERMINATE));
        ports.pass(Duration.ofSeconds(1));
        ports.answer("decide", reply(Status.UNREADABLE));
        assertThat(result(answer)).isEqualTo(Result.UNKNOWN);
        assertThat(ports.coordinator.inFlight()).isZero();
        ports.pass(Duration.ofMinutes(1));
        assertThat(ports.waiting()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"TOO_OLD, TOO_OLD", "IN_FUTURE, IN_FUTURE", "ABSENT, NOT_FOUND", "FULL, BRANCH_LIMIT"})
    void a_refusal_of_the_log_is_passed_on(Status status, Result result) {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        ports.answer("decide", reply(status));
        assertThat(result(answer)).isEqualTo(result);
    }

    @Test
    void a_port_that_throws_says_nothing_about_what_was_written_R8() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        ports.take("decide").answer().completeExceptionally(new IllegalStateException("broken"));
        assertThat(result(answer)).isNull();
        ports.pass(Duration.ofMillis(50));
        win();
        ports.take("order 1").answer().completeExceptionally(new IllegalStateException("broken"));
        assertThat(ports.heard).contains("indeterminate", "unacknowledged 1");
    }

    @Test
    void nothing_is_started_when_an_address_is_not_allowed() {
        Branch elsewhere = Branch.named(
                new BranchId("2"), new ParticipantName("service"), "http://elsewhere", null, Vote.PREPARED);
        assertThat(result(ports.coordinator.commit(ports.collected(ONE, elsewhere))))
                .isEqualTo(Result.NOT_ALLOWED);
        assertThat(result(ports.coordinator.rollback(ports.rollback(elsewhere))))
                .isEqualTo(Result.NOT_ALLOWED);
        assertThat(result(ports.coordinator.enlist(ID, elsewhere, TOKEN))).isEqualTo(Result.NOT_ALLOWED);
        assertThat(ports.waiting()).isEmpty();
    }

    @Test
    void a_branch_that_rolled_back_by_itself_needs_no_address() {
        Branch refused = Branch.named(new BranchId("2"), new ParticipantName("service"), null, null, Vote.ROLLBACK);
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE, refused));
        assertThat(proposal().decision()).isEqualTo(Decision.ROLLBACK);
        win();
        assertThat(result(answer)).isEqualTo(Result.ROLLED_BACK);
        assertThat(ports.waiting()).containsExactly("order 1");
    }

    @Test
    void too_many_branches_are_refused_before_anything_is_started() {
        Branch[] many = new Branch[101];
        for (int i = 0; i < many.length; i++) {
            many[i] = branch(Integer.toString(i), Vote.PREPARED);
        }
        assertThat(result(ports.coordinator.commit(ports.collected(many)))).isEqualTo(Result.BRANCH_LIMIT);
        assertThat(ports.waiting()).isEmpty();
    }

    @Test
    void beyond_the_bound_new_transactions_are_refused_and_known_ones_are_not() {
        HandDriven small = new HandDriven(settings(1, 1));
        small.coordinator.commit(small.collected(ONE));
        TransactionId other = TransactionId.create(NOW, new SplittableRandom(2));
        assertThat(result(small.coordinator.commit(
                        new Coordinator.Commit(other, null, DEADLINE, List.of(ONE), null, Duration.ZERO, null))))
                .isEqualTo(Result.OVERLOADED);
        assertThat(result(small.coordinator.commit(small.collected(ONE)))).isNull();
        assertThat(small.waiting()).containsExactly("decide");
    }

    // ---- admission

    @Test
    void beyond_the_bound_of_undecided_requests_commits_and_begins_are_refused_and_have_decided_nothing() {
        HandDriven small = new HandDriven(settings(100, 1, new AdmissionLimits(1, 100, Duration.ZERO)));
        small.coordinator.commit(small.collected(ONE));

        assertThat(small.coordinator.overloaded(OTHER)).contains("the limit is 1 ");
        assertThat(small.coordinator.overloaded(null)).contains("the limit is 1 ");
        CompletionStage<Answer> refused = small.coordinator.commit(commitOf(OTHER, Duration.ZERO, ONE));
        assertThat(result(refused)).isEqualTo(Result.OVERLOADED);
        assertThat(refused.toCompletableFuture().join().detail()).contains("the limit is 1 ");
        assertThat(result(small.coordinator.begin(new Coordinator.Begin(null, "test", Duration.ofSeconds(10), null))))
                .isEqualTo(Result.OVERLOADED);
        assertThat(small.waiting()).as("nothing was asked of the log").containsExactly("decide");
        assertThat(small.heard).containsExactly("refused UNDECIDED", "refused UNDECIDED");
    }

    @Test
    void what_ends_work_and_what_is_at_work_is_not_refused() {
        HandDriven small = new HandDriven(settings(100, 1, new AdmissionLimits(1, 100, Duration.ZERO)));
        small.coordinator.commit(small.collected(ONE));

        assertThat(small.coordinator.overloaded(ID)).isNull();
        assertThat(result(small.coordinator.commit(small.collected(ONE)))).isNull();
        assertThat(result(small.coordinator.rollback(
                        new Coordinator.Rollback(OTHER, "wanted", List.of(), Duration.ZERO, null))))
                .isNull();
        assertThat(small.waiting()).containsExactly("decide", "decide");
    }

    @Test
    void a_request_has_its_place_until_the_decision_and_not_until_the_branches_have_ended() {
        HandDriven small = new HandDriven(settings(100, 1, new AdmissionLimits(1, 100, Duration.ZERO)));
        CompletionStage<Answer> first = small.coordinator.commit(small.collected(ONE));
        assertThat(small.coordinator.undecided()).isEqualTo(1);
        HandDriven.Call<Reply> decide = small.take("decide");
        decide.answer().complete(HandDriven.won((Proposal) decide.argument()));
        assertThat(result(first)).as("it waits for the branch").isNull();
        assertThat(small.coordinator.undecided()).isZero();
        assertThat(small.coordinator.overloaded(OTHER)).isNull();

        small.coordinator.begin(new Coordinator.Begin(null, "test", Duration.ofSeconds(10), null));
        assertThat(small.coordinator.undecided()).isEqualTo(1);
        small.answer("begin", HandDriven.reply(Status.UNAVAILABLE));
        assertThat(small.coordinator.undecided()).isZero();
    }

    @Test
    void a_request_whose_log_does_not_answer_gives_its_place_back_when_it_is_answered() {
        HandDriven small = new HandDriven(settings(100, 1, new AdmissionLimits(1, 100, Duration.ZERO)));
        CompletionStage<Answer> first = small.coordinator.commit(small.collected(ONE));
        small.pass(Duration.ofSeconds(31));
        assertThat(result(first)).isEqualTo(Result.UNKNOWN);
        assertThat(small.coordinator.undecided()).isZero();
    }

    @Test
    void a_commit_that_names_a_participant_that_does_not_keep_up_waits_and_is_refused_before_the_decision() {
        HandDriven small = new HandDriven(settings(100, 1, new AdmissionLimits(100, 1, Duration.ofMillis(500))));
        small.coordinator.commit(commitOf(OTHER, Duration.ZERO, ONE));
        assertThat(small.waiting()).containsExactly("decide");

        CompletionStage<Answer> waits = small.coordinator.commit(small.collected(ONE));
        small.pass(Duration.ofMillis(499));
        assertThat(result(waits)).isNull();
        assertThat(small.waiting()).as("not proposed").containsExactly("decide");
        small.pass(Duration.ofMillis(2));
        assertThat(result(waits)).isEqualTo(Result.OVERLOADED);
        assertThat(waits.toCompletableFuture().join().detail()).contains("service", "the limit is 1 ");
        assertThat(small.waiting()).containsExactly("decide");
        assertThat(small.heard).containsExactly("refused PARTICIPANT");
        assertThat(small.coordinator.undecided()).as("the other one").isEqualTo(1);
        assertThat(small.coordinator.inFlight()).isEqualTo(1);
    }

    @Test
    void a_commit_that_waits_for_a_participant_goes_on_as_soon_as_it_has_room() {
        HandDriven small = new HandDriven(settings(100, 1, new AdmissionLimits(100, 1, Duration.ofMillis(500))));
        small.coordinator.commit(small.collected(ONE));
        HandDriven.Call<Reply> decide = small.take("decide");
        CompletionStage<Answer> waits = small.coordinator.commit(commitOf(OTHER, Duration.ZERO, ONE));
        decide.answer().complete(HandDriven.won((Proposal) decide.argument()));
        assertThat(small.waiting()).containsExactly("order 1");

        small.acknowledge("1", BranchState.COMMITTED);
        assertThat(small.waiting()).containsExactlyInAnyOrder("decide", "record");
        small.pass(Duration.ofSeconds(1));
        assertThat(result(waits)).isNull();
        assertThat(small.heard).doesNotContain("refused PARTICIPANT");
    }

    @Test
    void a_participant_that_is_known_not_to_answer_keeps_no_commit_from_being_decided() {
        HandDriven small = new HandDriven(settings(100, 1, new AdmissionLimits(100, 1, Duration.ZERO)));
        small.coordinator.commit(small.collected(ONE));
        HandDriven.Call<Reply> decide = small.take("decide");
        decide.answer().complete(HandDriven.won((Proposal) decide.argument()));
        small.answer("order 1", new ParticipantClient.OrderReply(null, "circuit open", true));

        small.coordinator.commit(commitOf(OTHER, Duration.ZERO, ONE));
        assertThat(small.waiting()).contains("decide");
    }

    @Test
    void a_rollback_does_not_wait_with_a_commit_that_waits_for_a_participant() {
        HandDriven small = new HandDriven(settings(100, 1, new AdmissionLimits(100, 1, Duration.ofSeconds(5))));
        small.coordinator.commit(commitOf(OTHER, Duration.ZERO, ONE));
        CompletionStage<Answer> waits = small.coordinator.commit(small.collected(ONE));
        CompletionStage<Answer> rollback = small.coordinator.rollback(small.rollback());
        assertThat(small.waiting()).containsExactly("decide", "decide");
        small.pass(Duration.ofSeconds(6));
        assertThat(result(waits)).isNull();
        assertThat(result(rollback)).isNull();
        assertThat(small.heard).isEmpty();
    }

    private static final TransactionId OTHER = TransactionId.create(NOW, new SplittableRandom(2));

    private static Coordinator.Commit commitOf(TransactionId id, Duration patience, Branch... branches) {
        return new Coordinator.Commit(id, null, DEADLINE, List.of(branches), null, patience, null);
    }

    // ---- votes

    @Test
    void missing_votes_are_asked_for_in_parallel_within_the_remaining_time() {
        ports.coordinator.commit(ports.collected(branch("1", Vote.PENDING), branch("2", Vote.PENDING)));
        assertThat(ports.waiting()).containsExactly("prepare 1", "prepare 2");
        assertThat(ports.calls.get(0).argument()).isEqualTo(Duration.ofSeconds(10));
        ports.vote("2", Vote.READ_ONLY);
        assertThat(ports.waiting()).containsExactly("prepare 1");
        ports.vote("1", Vote.PREPARED);
        Proposal proposal = (Proposal) ports.take("decide").argument();
        assertThat(proposal.decision()).isEqualTo(Decision.COMMIT);
        assertThat(proposal.branches()).extracting(Branch::vote).containsExactly(Vote.PREPARED, Vote.READ_ONLY);
    }

    @Test
    void a_refused_connection_is_tried_once_more_and_silence_rolls_back_R2() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(branch("1", Vote.PENDING)));
        ports.answer("prepare 1", new VoteReply(null, "refused", true));
        ports.answer("prepare 1", new VoteReply(null, "refused", true));
        assertThat(proposal().decision()).isEqualTo(Decision.ROLLBACK);
        win();
        assertThat(answer.toCompletableFuture().join().detail()).contains("no vote was heard from branch 1");
    }

    @Test
    void the_deadline_ends_the_wait_for_votes_R2() {
        ports.coordinator.commit(ports.collected(branch("1", Vote.PENDING)));
        ports.pass(Duration.ofSeconds(10));
        assertThat(proposal().decision()).isEqualTo(Decision.ROLLBACK);
        ports.vote("1", Vote.PREPARED);
        assertThat(ports.waiting()).as("too late").containsExactly("decide");
    }

    @Test
    void a_deadline_that_has_passed_by_this_clock_asks_nobody_and_rolls_back_R10() {
        ports.pass(Duration.ofSeconds(11));
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(branch("1", Vote.PENDING)));
        assertThat(proposal().decision()).isEqualTo(Decision.ROLLBACK);
        win();
        assertThat(result(answer)).isEqualTo(Result.ROLLED_BACK);
    }

    @Test
    void when_every_vote_is_there_this_clock_is_not_looked_at_R10() {
        ports.pass(Duration.ofHours(1));
        ports.coordinator.commit(ports.collected(ONE));
        assertThat(proposal().decision()).isEqualTo(Decision.COMMIT);
        assertThat(proposal().deadline()).as("the log looks").isEqualTo(DEADLINE);
    }

    @Test
    void a_rollback_is_told_with_its_cause_by_the_instance_that_wrote_it() {
        ports.coordinator.commit(ports.collected(branch("1", Vote.ROLLBACK)));
        win();
        assertThat(ports.heard).contains("decided ROLLBACK, won, VOTE");
    }

    @Test
    void a_missing_vote_and_a_deadline_are_different_causes() {
        ports.coordinator.commit(ports.collected(branch("1", Vote.PENDING)));
        ports.answer("prepare 1", new VoteReply(null, "timeout", false));
        win();
        assertThat(ports.heard).contains("decided ROLLBACK, won, NO_VOTE");
    }

    @Test
    void the_log_s_clock_that_turns_a_commit_into_a_rollback_is_the_deadline_R10() {
        ports.coordinator.commit(ports.collected(ONE));
        ports.answer(
                "decide", new Reply(Status.OK, decided(Decision.ROLLBACK, false, List.of(ONE), "late"), true, null));
        assertThat(ports.heard).contains("decided ROLLBACK, won, DEADLINE");
    }

    @Test
    void who_lost_does_not_count_the_cause_again() {
        ports.coordinator.rollback(new Coordinator.Rollback(ID, "wanted", List.of(), Duration.ZERO, null));
        ports.answer("decide", stands(Decision.ROLLBACK));
        ports.coordinator.rollback(new Coordinator.Rollback(ID, "wanted", List.of(), Duration.ZERO, null));
        assertThat(ports.heard).contains("decided ROLLBACK, lost").noneMatch(line -> line.contains("REQUESTED"));
    }

    @Test
    void what_somebody_asked_for_is_counted_as_requested() {
        ports.coordinator.rollback(new Coordinator.Rollback(ID, "wanted", List.of(), Duration.ZERO, null));
        win();
        assertThat(ports.heard).contains("decided ROLLBACK, won, REQUESTED");
    }

    // ---- commit, begun

    @Test
    void a_begun_transaction_is_closed_then_asked_then_decided() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.begun());
        ports.answer("close", new Reply(Status.OK, undecided(NOW, branch("1", Vote.PENDING), TWO), true, null));
        assertThat(ports.waiting()).containsExactly("prepare 1");
        ports.vote("1", Vote.PREPARED);
        assertThat(proposal().decision()).isEqualTo(Decision.COMMIT);
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        ports.acknowledge("2", BranchState.COMMITTED);
        assertThat(result(answer)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void a_transaction_that_was_never_begun_is_not_found() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.begun());
        ports.answer("close", reply(Status.ABSENT));
        assertThat(result(answer)).isEqualTo(Result.NOT_FOUND);
    }

    @Test
    void closing_is_repeated_while_its_result_is_unknown() {
        ports.coordinator.commit(ports.begun());
        ports.answer("close", reply(Status.INDETERMINATE));
        ports.pass(Duration.ofMillis(50));
        ports.answer("close", reply(Status.UNAVAILABLE));
        ports.pass(Duration.ofMillis(100));
        assertThat(ports.waiting()).containsExactly("close");
    }

    @Test
    void branches_named_in_full_for_a_begun_transaction_are_what_its_client_expects() {
        ports.coordinator.commit(ports.collected(ONE));
        ports.answer("decide", new Reply(Status.CONFLICT, undecided(null, ONE, TWO), false, null));
        ports.answer("close", new Reply(Status.OK, undecided(NOW, ONE, TWO), true, null));
        assertThat(proposal().decision()).isEqualTo(Decision.ROLLBACK);
        assertThat(proposal().reason()).isEqualTo("branch 2 is enlisted but not expected");
    }

    // ---- repeats, losers, rollback

    @Test
    void an_equal_commit_that_arrives_meanwhile_waits_for_the_same_decision() {
        CompletionStage<Answer> first = ports.coordinator.commit(ports.collected(ONE));
        CompletionStage<Answer> second = ports.coordinator.commit(ports.collected(ONE));
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        assertThat(result(first)).isEqualTo(Result.COMPLETE);
        assertThat(result(second)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void a_repeat_is_answered_from_what_this_instance_was_told_without_another_write() {
        ports.coordinator.commit(ports.collected(ONE));
        win();
        CompletionStage<Answer> again = ports.coordinator.commit(ports.collected(ONE));
        assertThat(ports.waiting()).containsExactly("order 1");
        ports.acknowledge("1", BranchState.COMMITTED);
        assertThat(result(again)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void a_commit_with_another_set_is_a_conflict_and_its_branches_are_adopted() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE, TWO));
        ports.answer("decide", stands(Decision.COMMIT, ONE));
        assertThat(result(answer)).isEqualTo(Result.SET_CONFLICT);
        assertThat(ports.take("order 1").argument()).isEqualTo(Decision.COMMIT);
        assertThat(ports.take("order 2").argument()).isEqualTo(Decision.ROLLBACK);
        assertThat(ports.take("adopt").argument()).isEqualTo(List.of(TWO));
    }

    @Test
    void a_rollback_after_the_commit_is_told_so_and_its_stranger_is_rolled_back() {
        CompletionStage<Answer> answer = ports.coordinator.rollback(ports.rollback(ONE, TWO));
        ports.answer("decide", stands(Decision.COMMIT, ONE));
        assertThat(result(answer)).isEqualTo(Result.COMMITTED);
        assertThat(ports.take("order 1").argument()).isEqualTo(Decision.COMMIT);
        assertThat(ports.take("order 2").argument()).isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void a_rollback_orders_every_branch_that_is_known_and_completes() {
        CompletionStage<Answer> answer = ports.coordinator.rollback(ports.rollback(ONE));
        ports.answer("decide", stands(Decision.ROLLBACK, ONE, TWO));
        ports.acknowledge("1", BranchState.ROLLED_BACK);
        ports.acknowledge("2", BranchState.NEVER_SEEN);
        assertThat(result(answer)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void complete_is_not_said_while_a_branch_that_the_caller_named_has_not_ended() {
        CompletionStage<Answer> answer = ports.coordinator.rollback(ports.rollback(ONE));
        ports.answer("decide", stands(Decision.ROLLBACK));
        assertThat(result(answer)).isNull();
        ports.acknowledge("1", BranchState.ROLLED_BACK);
        assertThat(result(answer)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void a_rollback_ends_the_wait_for_votes() {
        CompletionStage<Answer> commit = ports.coordinator.commit(ports.collected(branch("1", Vote.PENDING)));
        ports.coordinator.rollback(ports.rollback());
        win();
        assertThat(result(commit)).isEqualTo(Result.ROLLED_BACK);
    }

    // ---- delivery

    @Test
    void a_branch_that_does_not_acknowledge_is_ordered_again_and_the_others_are_not_R7() {
        ports.coordinator.commit(ports.collected(ONE, TWO));
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        ports.answer("order 2", new OrderReply(null, "timeout"));
        Progress progress = (Progress) ports.take("record").argument();
        assertThat(progress.complete()).isFalse();
        assertThat(progress.nextAttemptIn())
                .as("another instance takes over only after this one has had its turn")
                .isGreaterThan(EngineSettings.defaults().takeOverAfter());
        ports.pass(Duration.ofMillis(200));
        assertThat(ports.waiting()).containsExactly("order 2");
    }

    @Test
    void an_operator_who_wants_it_now_does_not_wait_for_the_next_attempt() {
        ports.coordinator.commit(ports.collected(ONE, TWO));
        win();
        ports.answer("order 2", new OrderReply(null, "timeout"));
        ports.take("record");
        assertThat(ports.waiting()).as("one is under way, the other waits").containsExactly("order 1");

        CompletionStage<Answer> retried = ports.coordinator.retry(ID);
        assertThat(result(retried))
                .as("not before the decision is known by a write (R4)")
                .isNull();
        ports.answer("adopt", stands(Decision.COMMIT, ONE, TWO));

        assertThat(result(retried)).isEqualTo(Result.OK);
        assertThat(ports.waiting()).as("what is under way is not sent twice").containsExactly("order 1", "order 2");
        ports.pass(Duration.ofMillis(200));
        assertThat(ports.waiting()).as("nor is its old turn").containsExactly("order 1", "order 2");
    }

    @Test
    void any_instance_tries_again_what_is_decided_and_not_complete() {
        CompletionStage<Answer> retried = ports.coordinator.retry(ID);
        ports.answer("adopt", stands(Decision.COMMIT, ONE));

        assertThat(result(retried)).isEqualTo(Result.OK);
        assertThat(retried.toCompletableFuture().join().transaction().decision())
                .isEqualTo(Decision.COMMIT);
        assertThat(ports.waiting()).containsExactly("order 1");
    }

    @Test
    void there_is_nothing_to_try_again_before_the_decision_and_in_what_is_unknown() {
        CompletionStage<Answer> early = ports.coordinator.retry(ID);
        ports.answer("adopt", new Reply(Status.CONFLICT, undecided(null, ONE), false, null));
        assertThat(result(early)).isEqualTo(Result.TRANSACTION_CONFLICT);

        CompletionStage<Answer> nothing = ports.coordinator.retry(ID);
        ports.answer("adopt", reply(Status.ABSENT));
        assertThat(result(nothing)).isEqualTo(Result.NOT_FOUND);
        assertThat(ports.waiting()).as("nobody is ordered anything").isEmpty();
    }

    @Test
    void nobody_waits_for_a_participant_that_is_not_even_tried() {
        CompletionStage<Answer> first = ports.coordinator.commit(ports.collected(ONE, TWO));
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        assertThat(first.toCompletableFuture()).as("it is tried").isNotDone();
        ports.answer("order 2", new OrderReply(null, "the circuit is open", true));
        assertThat(result(first)).isEqualTo(Result.PENDING);
        assertThat(result(ports.coordinator.commit(ports.collected(ONE, TWO))))
                .as("nor does who comes later")
                .isEqualTo(Result.PENDING);
    }

    @Test
    void beyond_the_bound_redelivery_is_left_to_recovery_passes() {
        HandDriven small = new HandDriven(settings(10, 0));
        CompletionStage<Answer> answer = small.coordinator.commit(small.collected(ONE));
        small.answer("decide", won((Proposal) small.calls.get(0).argument()));
        small.answer("order 1", new OrderReply(null, "timeout"));
        Progress progress = (Progress) small.calls.get(0).argument();
        assertThat(progress.nextAttemptIn()).isLessThanOrEqualTo(Duration.ofMillis(200));
        small.answer("record", stands(Decision.COMMIT, ONE));
        assertThat(small.coordinator.inFlight()).isZero();
        assertThat(result(answer)).isEqualTo(Result.PENDING);
    }

    @Test
    void a_heuristic_end_is_told_loudly_stays_pending_and_is_ordered_again_slowly_R7() {
        CompletionStage<Answer> answer = ports.coordinator.commit(ports.collected(ONE));
        win();
        ports.acknowledge("1", BranchState.ROLLED_BACK);
        Progress progress = (Progress) ports.calls.get(0).argument();
        assertThat(progress.complete()).isFalse();
        assertThat(progress.nextAttemptIn()).isEqualTo(EngineSettings.defaults().heuristicRetry());
        ports.answer("record", stands(Decision.COMMIT, ONE));
        assertThat(result(answer)).isEqualTo(Result.PENDING);
        assertThat(answer.toCompletableFuture().join().transaction())
                .satisfies(shown -> assertThat(shown.outcome()).isEqualTo(Outcome.HEURISTIC_ROLLBACK));
        assertThat(ports.heard).contains("heuristic 1");
        assertThat(ports.coordinator.inFlight()).isZero();
    }

    @Test
    void an_acknowledgement_after_a_recorded_contradiction_is_recorded_too() {
        ports.coordinator.commit(ports.collected(ONE, TWO));
        win();
        ports.acknowledge("1", BranchState.ROLLED_BACK);
        ports.answer("record", stands(Decision.COMMIT, ONE, TWO));
        ports.acknowledge("2", BranchState.COMMITTED);
        Progress progress = (Progress) ports.take("record").argument();
        assertThat(progress.branches())
                .extracting(DecisionLog.BranchProgress::state, DecisionLog.BranchProgress::acknowledged)
                .containsExactly(tuple(BranchState.ROLLED_BACK, false), tuple(BranchState.COMMITTED, true));
    }

    @Test
    void a_contradiction_that_a_person_closed_is_never_recorded_as_acknowledged() {
        ports.coordinator.commit(ports.collected(ONE, TWO));
        win();
        ports.acknowledge("1", BranchState.ROLLED_BACK);
        ports.acknowledge("2", BranchState.ROLLED_BACK);
        ports.coordinator.resolve(ID, "seen by hand");
        ports.answer("resolve", stands(Decision.COMMIT, ONE, TWO));
        ports.answer("record", stands(Decision.COMMIT, ONE, TWO));
        Progress progress = (Progress) ports.take("record").argument();
        assertThat(progress.branches())
                .extracting(DecisionLog.BranchProgress::acknowledged)
                .containsExactly(false, false);
    }

    @Test
    void a_person_closes_it_and_who_still_waits_is_told() {
        CompletionStage<Answer> commit = ports.coordinator.commit(ports.collected(ONE, TWO));
        win();
        ports.acknowledge("1", BranchState.ROLLED_BACK);
        CompletionStage<Answer> resolved = ports.coordinator.resolve(ID, "seen by hand");
        ports.answer("resolve", stands(Decision.COMMIT, ONE, TWO));
        assertThat(result(resolved)).isEqualTo(Result.OK);
        assertThat(result(commit)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void executions_that_another_instance_adopted_meanwhile_are_ordered_too() {
        ports.coordinator.commit(ports.collected(ONE));
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        ports.answer("record", stands(Decision.COMMIT, ONE, branch("2", Vote.PENDING)));
        assertThat(ports.take("order 2").argument()).isEqualTo(Decision.ROLLBACK);
    }

    // ---- the end of an instance

    @Test
    void what_is_decided_and_not_acknowledged_is_handed_over_as_due_now() {
        ports.coordinator.commit(ports.collected(ONE, TWO));
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        CompletableFuture<Integer> handedOver = ports.coordinator.handOver();
        assertThat(handedOver).isNotDone();
        Progress progress = (Progress) ports.calls.stream()
                .filter(call -> call.what().equals("record"))
                .findFirst()
                .orElseThrow()
                .argument();
        ports.answer("record", stands(Decision.COMMIT, ONE, TWO));

        assertThat(handedOver).isCompletedWithValue(1);
        assertThat(progress.nextAttemptIn()).isEqualTo(Duration.ZERO);
        assertThat(progress.complete()).isFalse();
        assertThat(progress.branches())
                .as("with what was heard")
                .extracting(DecisionLog.BranchProgress::acknowledged)
                .containsExactly(true, false);
    }

    @Test
    void what_is_not_decided_is_not_handed_over_R4() {
        ports.coordinator.commit(ports.collected(ONE));
        assertThat(ports.coordinator.handOver()).isCompletedWithValue(0);
        assertThat(ports.waiting()).containsExactly("decide");
    }

    // ---- recovery

    @Test
    void recovery_brings_an_unconfirmed_decision_back_by_a_write_and_delivers_R4() {
        ports.pass.run();
        ports.answer("claim", List.of(decided(Decision.COMMIT, false, List.of(ONE), null)));
        assertThat(proposal().decision()).isEqualTo(Decision.ROLLBACK);
        ports.answer("decide", stands(Decision.COMMIT, ONE));
        assertThat(ports.take("order 1").argument()).isEqualTo(Decision.COMMIT);
    }

    @Test
    void recovery_delivers_a_confirmed_decision_at_once() {
        ports.pass.run();
        ports.answer("claim", List.of(decided(Decision.COMMIT, true, List.of(ONE), null)));
        assertThat(ports.waiting()).containsExactly("order 1");
    }

    @Test
    void recovery_rolls_back_what_was_left_undecided() {
        ports.pass.run();
        ports.answer("claim", List.of(undecided(null, ONE)));
        assertThat(proposal().decision()).isEqualTo(Decision.ROLLBACK);
        win();
        assertThat(ports.take("order 1").argument()).isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void recovery_leaves_alone_what_this_instance_works_on() {
        ports.coordinator.commit(ports.collected(ONE));
        ports.pass.run();
        ports.answer("claim", List.of(decided(Decision.COMMIT, false, List.of(ONE), null)));
        assertThat(ports.waiting()).containsExactly("decide");
        assertThat(ports.heard).doesNotContain("recovered");
    }

    @Test
    void what_is_taken_over_leaves_room_for_commits() {
        HandDriven small = new HandDriven(settings(20, 0));
        assertThat(small.coordinator.room()).as("what commits leave free").isEqualTo(2);
        small.pass.run();
        small.answer("claim", List.of(decided(Decision.COMMIT, true, List.of(ONE), null)));
        assertThat(small.coordinator.room()).isEqualTo(1);
        small.answer("order 1", new OrderReply(null, "timeout"));
        assertThat(small.coordinator.room()).as("while it is recorded").isEqualTo(1);
        small.answer("record", stands(Decision.COMMIT, ONE));
        assertThat(small.coordinator.room()).isEqualTo(2);
    }

    @Test
    void what_is_taken_over_and_waits_for_a_branch_keeps_nothing_else_from_being_taken_over() {
        HandDriven small = new HandDriven(settings(20, 1));
        for (int pass = 0; pass < 2; pass++) {
            small.pass.run();
            small.answer("claim", List.of(decided(Decision.COMMIT, true, List.of(ONE), null)));
            if (pass == 0) {
                small.answer("order 1", new OrderReply(null, "timeout"));
                small.answer("record", stands(Decision.COMMIT, ONE));
            }
            assertThat(small.coordinator.inFlight()).isEqualTo(1);
            assertThat(small.coordinator.room()).as("pass %d", pass).isEqualTo(2);
        }
    }

    @Test
    void a_full_instance_takes_nothing_over() {
        HandDriven small = new HandDriven(settings(1, 0));
        small.coordinator.commit(small.collected(ONE));
        assertThat(small.pass.run().toCompletableFuture()).isCompletedWithValue(0);
        assertThat(small.waiting()).containsExactly("decide");
    }

    // ---- inquiries

    private @Nullable InquiryAnswer inquire(
            String branch, @Nullable Instant deadline, DecisionLog.Reading reading, @Nullable Reply written) {
        CompletionStage<List<Inquired>> asked =
                ports.coordinator.inquire(new ParticipantName("service"), List.of(ports.inquiry(branch, deadline)));
        ports.answer("find", reading);
        if (written != null) {
            ports.answer("decide", written);
        }
        CompletableFuture<List<Inquired>> future = asked.toCompletableFuture();
        return future.isDone() ? future.join().get(0).answer() : null;
    }

    @Test
    void a_confirmed_decision_is_told_commit_to_members_only_R5() {
        var reading = read(NOW, decided(Decision.COMMIT, true, List.of(ONE), null));
        assertThat(inquire("1", DEADLINE, reading, null)).isEqualTo(InquiryAnswer.COMMIT);
        assertThat(inquire("2", DEADLINE, reading, null)).isEqualTo(InquiryAnswer.ROLLBACK);
    }

    @Test
    void an_unconfirmed_decision_is_brought_back_by_a_write_before_it_is_told_R4() {
        var reading = read(NOW, decided(Decision.COMMIT, false, List.of(ONE), null));
        assertThat(inquire("1", DEADLINE, reading, stands(Decision.COMMIT, ONE)))
                .isEqualTo(InquiryAnswer.COMMIT);
    }

    @Test
    void before_the_deadline_nothing_is_claimed_and_nothing_written_R4() {
        assertThat(inquire("1", DEADLINE, read(NOW), null)).isEqualTo(InquiryAnswer.UNDECIDED);
        assertThat(inquire("1", NOW, read(NOW, undecided(null, ONE)), null))
                .as("the recorded deadline wins (R10)")
                .isEqualTo(InquiryAnswer.UNDECIDED);
        assertThat(ports.waiting()).isEmpty();
    }

    @Test
    void after_the_deadline_the_inquiry_itself_writes_rollback_R3() {
        assertThat(inquire("1", DEADLINE, read(DEADLINE), stands(Decision.ROLLBACK)))
                .isEqualTo(InquiryAnswer.ROLLBACK);
    }

    @Test
    void an_asker_s_deadline_counts_up_to_the_longest_lifetime_R10() {
        Instant far = NOW.plus(Duration.ofDays(20));
        assertThat(inquire("1", far, read(NOW.plus(Duration.ofMinutes(61))), stands(Decision.ROLLBACK)))
                .isEqualTo(InquiryAnswer.ROLLBACK);
    }

    @Test
    void below_the_horizon_the_answer_is_forgotten_R9() {
        var pruned =
                new DecisionLog.Reading(Status.OK, java.util.Map.of(), java.util.Set.of(), NOW, NOW.plusSeconds(1));
        assertThat(inquire("1", DEADLINE, pruned, null)).isEqualTo(InquiryAnswer.FORGOTTEN);
    }

    /** Found by the simulation, seed 160 of its first version: a damaged row was taken for a pruned one. */
    @Test
    void a_row_that_cannot_be_read_is_not_forgotten_R9() {
        var damaged =
                new DecisionLog.Reading(Status.OK, java.util.Map.of(), java.util.Set.of(ID), NOW, NOW.plusSeconds(1));
        assertThat(inquire("1", DEADLINE, damaged, null)).isEqualTo(InquiryAnswer.UNDECIDED);
        CompletionStage<Answer> shown = ports.coordinator.find(ID, null);
        ports.answer("find", damaged);
        assertThat(result(shown)).isEqualTo(Result.UNAVAILABLE);
    }

    @ParameterizedTest
    @EnumSource(
            value = Status.class,
            names = {"UNAVAILABLE", "IN_FUTURE"})
    void what_cannot_be_known_now_is_undecided_R8(Status status) {
        assertThat(inquire("1", DEADLINE, read(DEADLINE), reply(status))).isEqualTo(InquiryAnswer.UNDECIDED);
        var unread = new DecisionLog.Reading(Status.UNAVAILABLE, java.util.Map.of(), java.util.Set.of(), NOW, NOW);
        assertThat(inquire("1", DEADLINE, unread, null)).isEqualTo(InquiryAnswer.UNDECIDED);
    }

    // ---- begin, enlist, find

    @Test
    void begin_is_repeated_while_its_result_is_unknown_and_makes_an_id_if_there_is_none() {
        CompletionStage<Answer> answer =
                ports.coordinator.begin(new Coordinator.Begin(null, "test", Duration.ofSeconds(10), null));
        ports.answer("begin", reply(Status.INDETERMINATE));
        ports.pass(Duration.ofMillis(50));
        ports.answer("begin", new Reply(Status.OK, undecided(null), true, null));
        assertThat(result(answer)).isEqualTo(Result.CREATED);
        assertThat(answer.toCompletableFuture().join().id().timestamp()).isEqualTo(NOW);
        assertThat(ports.heard).containsExactly("begun");
    }

    @ParameterizedTest
    @CsvSource({
        "OK, true, CREATED",
        "OK, false, OK",
        "CONFLICT, false, BRANCH_CONFLICT",
        "CLOSED, false, CLOSED",
        "FULL, false, BRANCH_LIMIT",
        "ABSENT, false, NOT_FOUND",
        "TOO_OLD, false, TOO_OLD",
        "UNAVAILABLE, false, UNAVAILABLE",
    })
    void enlisting_ends_as_the_log_says(Status status, boolean changed, Result result) {
        CompletionStage<Answer> answer = ports.coordinator.enlist(ID, ONE, TOKEN);
        HandDriven.Call<Reply> call = ports.take("enlist");
        assertThat(call.argument()).as("the log compares it").isEqualTo(Optional.of(TOKEN));
        call.answer().complete(new Reply(status, undecided(null, ONE), changed, null));
        assertThat(result(answer)).isEqualTo(result);
    }

    @Test
    void begin_makes_a_token_once_and_answers_the_one_that_the_log_has() {
        CompletionStage<Answer> answer =
                ports.coordinator.begin(new Coordinator.Begin(ID, "test", Duration.ofSeconds(10), null));
        HandDriven.Call<Reply> first = ports.take("begin");
        first.answer().complete(reply(Status.INDETERMINATE));
        ports.pass(Duration.ofMillis(50));
        HandDriven.Call<Reply> second = ports.take("begin");
        assertThat(((NewTransaction) first.argument()).token()).isNotNull();
        assertThat(second.argument()).as("so that a repeat is the same begin").isEqualTo(first.argument());
        second.answer().complete(new Reply(Status.OK, undecided(null), false, null, TOKEN));

        Answer told = answer.toCompletableFuture().join();
        assertThat(told.token()).isEqualTo(TOKEN);
        assertThat(told.toString()).doesNotContain(TOKEN.value());
    }

    @Test
    void a_decision_that_no_write_has_returned_is_not_shown_R4() {
        CompletionStage<Answer> answer = ports.coordinator.find(ID, null);
        ports.answer("find", read(NOW, decided(Decision.COMMIT, false, List.of(ONE), null)));
        var shown = answer.toCompletableFuture().join().transaction();
        assertThat(shown).isNotNull();
        assertThat(shown.decision()).isNull();
        assertThat(shown.closedAt()).as("shown as PREPARING").isNotNull();
        assertThat(shown.branches()).extracting(Branch::member).containsExactly(false);
    }

    @Test
    void a_decision_that_this_instance_was_told_is_shown_without_a_look_at_the_log() {
        ports.coordinator.commit(ports.collected(ONE));
        win();
        var shown =
                ports.coordinator.find(ID, null).toCompletableFuture().join().transaction();
        assertThat(shown).isNotNull();
        assertThat(shown.decision()).isEqualTo(Decision.COMMIT);
    }

    @Test
    void what_is_not_there_is_not_found_or_too_old_R9() {
        CompletionStage<Answer> absent = ports.coordinator.find(ID, null);
        ports.answer("find", read(NOW));
        assertThat(result(absent)).isEqualTo(Result.NOT_FOUND);
        CompletionStage<Answer> pruned = ports.coordinator.find(ID, null);
        ports.answer(
                "find",
                new DecisionLog.Reading(Status.OK, java.util.Map.of(), java.util.Set.of(), NOW, NOW.plusSeconds(1)));
        assertThat(result(pruned)).isEqualTo(Result.TOO_OLD);
    }

    // ---- owners

    @Test
    void who_asks_for_what_somebody_else_is_deciding_waits_and_is_then_refused() {
        CompletionStage<Answer> own = ports.coordinator.commit(ports.collectedBy("orders", ONE));
        CompletionStage<Answer> rollback = ports.coordinator.rollback(ports.rollbackBy("billing", TWO));
        CompletionStage<Answer> commit = ports.coordinator.commit(ports.collectedBy("billing", TWO));
        CompletionStage<Answer> begun = ports.coordinator.commit(ports.begunBy("billing"));

        assertThat(ports.waiting()).containsExactly("decide");
        assertThat(proposal().owner()).isEqualTo("orders");
        assertThat(result(rollback)).isNull();
        win();

        assertThat(result(rollback)).isEqualTo(Result.TRANSACTION_CONFLICT);
        assertThat(result(commit)).isEqualTo(Result.TRANSACTION_CONFLICT);
        assertThat(result(begun)).isEqualTo(Result.NOT_FOUND);
        for (CompletionStage<Answer> refused : List.of(rollback, commit, begun)) {
            assertThat(refused.toCompletableFuture().join().transaction()).isNull();
            assertThat(refused.toCompletableFuture().join().detail()).isNull();
        }
        assertThat(ports.waiting()).as("nothing is adopted").containsExactly("order 1");
        CompletionStage<Answer> later = ports.coordinator.rollback(ports.rollbackBy("billing", TWO));
        assertThat(result(later)).isEqualTo(Result.TRANSACTION_CONFLICT);
        ports.acknowledge("1", BranchState.COMMITTED);
        assertThat(result(own)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void a_stranger_who_was_first_does_not_keep_the_owner_from_it() {
        CompletionStage<Answer> stranger = ports.coordinator.rollback(ports.rollbackBy("billing", TWO));
        CompletionStage<Answer> own = ports.coordinator.commit(ports.collectedBy("orders", ONE));
        assertThat(proposal().owner()).isEqualTo("billing");
        ports.answer("decide", new Reply(Status.FOREIGN, null, false, null));

        assertThat(result(stranger)).isEqualTo(Result.TRANSACTION_CONFLICT);
        assertThat(proposal().owner()).isEqualTo("orders");
        assertThat(proposal().decision()).isEqualTo(Decision.COMMIT);
        assertThat(proposal().branches()).containsExactly(ONE);
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        assertThat(result(own)).isEqualTo(Result.COMPLETE);
        assertThat(ports.heard).noneMatch(line -> line.contains("ROLLBACK"));
    }

    /** The stranger's votes are outstanding, so the transaction has not left memory when the owner's turn comes. */
    @Test
    void nothing_that_a_stranger_has_named_is_decided_in_the_name_of_the_owner() {
        CompletionStage<Answer> stranger = ports.coordinator.commit(
                ports.collectedBy("billing", branch("8", Vote.PENDING), branch("9", Vote.PENDING)));
        CompletionStage<Answer> own = ports.coordinator.rollback(ports.rollbackBy("orders"));
        assertThat(ports.waiting()).containsExactly("prepare 8", "prepare 9");
        ports.vote("8", Vote.ROLLBACK);
        ports.answer("decide", new Reply(Status.FOREIGN, null, false, null));

        assertThat(result(stranger)).isEqualTo(Result.TRANSACTION_CONFLICT);
        assertThat(ports.waiting()).containsExactlyInAnyOrder("prepare 9", "decide");
        assertThat(proposal().owner()).isEqualTo("orders");
        assertThat(proposal().name()).isNull();
        assertThat(proposal().branches()).isEmpty();
        win();
        assertThat(result(own)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void operators_and_inquiries_are_told_what_stands_and_decide_in_nobody_s_name() {
        ports.coordinator.commit(ports.collectedBy("orders", ONE));
        CompletionStage<Answer> operator = ports.coordinator.rollback(ports.rollback());
        win();
        assertThat(result(operator)).isEqualTo(Result.COMMITTED);

        HandDriven other = new HandDriven();
        CompletionStage<Answer> first = other.coordinator.rollback(other.rollback());
        Proposal proposed = (Proposal) other.take("decide").argument();
        assertThat(proposed.owner()).isNull();
        assertThat(result(first)).isNull();
    }

    @Test
    void who_waits_for_what_somebody_else_is_deciding_waits_no_longer_than_for_an_answer_R8() {
        ports.coordinator.commit(ports.collectedBy("orders", ONE));
        CompletionStage<Answer> other = ports.coordinator.rollback(ports.rollbackBy("billing"));
        ports.pass(EngineSettings.defaults().answerWithin());
        assertThat(result(other)).isEqualTo(Result.UNKNOWN);
        win();
        assertThat(ports.waiting()).as("it is not asked for any more").containsExactly("order 1");
    }

    @Test
    void a_begun_transaction_of_somebody_else_is_not_found() {
        CompletionStage<Answer> stranger = ports.coordinator.commit(ports.begunBy("billing"));
        ports.answer("close", new Reply(Status.FOREIGN, null, false, null));
        assertThat(stranger.toCompletableFuture().join()).isEqualTo(new Answer(Result.NOT_FOUND, ID, null, null));
        CompletionStage<Answer> begin =
                ports.coordinator.begin(new Coordinator.Begin(ID, "test", Duration.ofSeconds(10), "billing"));
        ports.answer("begin", new Reply(Status.FOREIGN, null, false, null));
        assertThat(begin.toCompletableFuture().join())
                .isEqualTo(new Answer(Result.TRANSACTION_CONFLICT, ID, null, null));
        assertThat(ports.coordinator.inFlight()).isZero();
    }

    @Test
    void who_asks_for_a_begun_transaction_of_somebody_else_changes_nothing_of_what_is_under_way() {
        CompletionStage<Answer> own = ports.coordinator.commit(ports.begunBy("orders"));
        CompletionStage<Answer> early = ports.coordinator.rollback(ports.rollbackBy("billing", TWO));
        ports.answer(
                "close",
                new Reply(
                        Status.OK, HandDriven.owned("orders", undecided(NOW, branch("1", Vote.PENDING))), true, null));
        CompletionStage<Answer> late = ports.coordinator.rollback(ports.rollbackBy("billing", TWO));

        assertThat(result(early)).isEqualTo(Result.TRANSACTION_CONFLICT);
        assertThat(result(late)).isEqualTo(Result.TRANSACTION_CONFLICT);
        assertThat(ports.waiting()).containsExactly("prepare 1");
        ports.vote("1", Vote.PREPARED);
        assertThat(proposal().decision()).isEqualTo(Decision.COMMIT);
        win();
        ports.acknowledge("1", BranchState.COMMITTED);
        assertThat(result(own)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void what_belongs_to_nobody_is_decided_by_all() {
        CompletionStage<Answer> commit = ports.coordinator.commit(ports.begunBy("orders"));
        ports.answer("close", new Reply(Status.OK, undecided(NOW, branch("1", Vote.PENDING)), true, null));
        CompletionStage<Answer> rollback = ports.coordinator.rollback(ports.rollbackBy("billing"));
        assertThat(proposal().decision()).isEqualTo(Decision.ROLLBACK);
        ports.answer("decide", stands(Decision.ROLLBACK));
        assertThat(result(commit)).isEqualTo(Result.ROLLED_BACK);
        assertThat(result(rollback)).isEqualTo(Result.COMPLETE);
    }

    @Test
    void what_belongs_to_somebody_else_is_shown_like_what_is_not_there() {
        ports.coordinator.commit(ports.collectedBy("orders", ONE));
        win();
        var owned = HandDriven.owned("orders", decided(Decision.COMMIT, true, List.of(ONE), null));

        CompletionStage<Answer> stranger = ports.coordinator.find(ID, "billing");
        ports.answer("find", read(NOW, owned));
        assertThat(stranger.toCompletableFuture().join()).isEqualTo(new Answer(Result.NOT_FOUND, ID, null, null));
        CompletionStage<Answer> old = ports.coordinator.find(ID, "billing");
        ports.answer(
                "find",
                new DecisionLog.Reading(
                        Status.OK, java.util.Map.of(ID, owned), java.util.Set.of(), NOW, NOW.plusSeconds(1)));
        assertThat(result(old)).isEqualTo(Result.TOO_OLD);
        assertThat(result(ports.coordinator.find(ID, "orders"))).isEqualTo(Result.OK);
        assertThat(result(ports.coordinator.find(ID, null))).isEqualTo(Result.OK);
    }

    static EngineSettings settings(int maxInFlight, int maxRedelivering) {
        return settings(maxInFlight, maxRedelivering, AdmissionLimits.defaults());
    }

    static EngineSettings settings(int maxInFlight, int maxRedelivering, AdmissionLimits admission) {
        EngineSettings d = EngineSettings.defaults();
        return new EngineSettings(
                d.maxBranches(),
                d.longestLifetime(),
                d.voteTimeout(),
                d.answerWithin(),
                d.decisionRetry(),
                d.redelivery(),
                d.heuristicRetry(),
                d.takeOverAfter(),
                maxInFlight,
                maxRedelivering,
                d.recoveryBatch(),
                d.recoveryLease(),
                admission);
    }
}
