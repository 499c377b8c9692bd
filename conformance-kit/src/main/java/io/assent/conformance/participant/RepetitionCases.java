package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;
import static io.assent.conformance.participant.DecisionCases.expect;
import static io.assent.protocol.Decision.COMMIT;
import static io.assent.protocol.Decision.ROLLBACK;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.CaseFailedException;
import io.assent.conformance.participant.Call.Prepared;
import io.assent.protocol.BranchState;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.DecisionOrder;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

/** Duplicates, lost replies, and messages that meet each other. */
final class RepetitionCases {

    private static final int RACES = 5;

    private RepetitionCases() {}

    static List<ConformanceCase<ParticipantUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "duplicate-commit", "I7", "COMMIT may be repeated: the effect is there once", participant -> {
                            Prepared branch = participant.prepared();
                            for (int i = 0; i < 3; i++) {
                                expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT");
                            }
                            participant.expectEffectsIfKnown(branch.call(), 1, "after COMMIT three times");
                        }),
                new ConformanceCase<>("duplicate-rollback", "I7", "ROLLBACK may be repeated", participant -> {
                    Prepared branch = participant.prepared();
                    expect(participant.order(ROLLBACK, branch), BranchState.ROLLED_BACK, "ROLLBACK");
                    BranchState again = participant.order(ROLLBACK, branch);
                    require(
                            again == BranchState.ROLLED_BACK || again == BranchState.NEVER_SEEN,
                            "ROLLBACK again was answered " + again);
                    participant.expectEffectsIfKnown(branch.call(), 0, "after ROLLBACK twice");
                }),
                new ConformanceCase<>(
                        "commit-reply-lost",
                        "R8",
                        "When the reply to COMMIT is lost, the repeated order is acknowledged",
                        participant -> replyLost(participant, COMMIT)),
                new ConformanceCase<>(
                        "rollback-reply-lost",
                        "R8",
                        "When the reply to ROLLBACK is lost, the repeated order is acknowledged",
                        participant -> replyLost(participant, ROLLBACK)),
                new ConformanceCase<>(
                        "duplicate-work",
                        "R6",
                        "A repeated work call does not work again, and never votes for a second execution",
                        RepetitionCases::duplicateWork),
                new ConformanceCase<>(
                        "duplicate-work-after-commit",
                        "I11",
                        "A work call replayed after the commit changes nothing",
                        RepetitionCases::replayAfterCommit),
                new ConformanceCase<>(
                        "duplicate-work-after-rollback",
                        "I11",
                        "A work call replayed after the rollback does not work",
                        participant -> {
                            Prepared branch = participant.prepared();
                            participant.order(ROLLBACK, branch);
                            DecisionCases.expectRefused(participant, branch.call());
                        }),
                new ConformanceCase<>(
                        "work-reply-lost",
                        "R8",
                        "When the answer to the work call is lost, ROLLBACK without ref leaves nothing",
                        RepetitionCases::workReplyLost),
                new ConformanceCase<>(
                        "two-coordinators",
                        "R6",
                        "Two coordinators may order the same branch at once",
                        RepetitionCases::twoCoordinators),
                new ConformanceCase<>(
                        "work-meets-rollback",
                        "R6",
                        "A work call that meets its ROLLBACK order leaves nothing in doubt",
                        RepetitionCases::workMeetsRollback));
    }

    private static void replyLost(ParticipantUnderTest participant, io.assent.protocol.Decision decision) {
        Prepared branch = participant.prepared();
        participant.orderAndHangUp(participant.orderOf(decision, branch.call(), branch.ref()));
        BranchState state = participant.order(decision, branch);
        if (decision == COMMIT) {
            expect(state, BranchState.COMMITTED, "COMMIT again, after a reply that was lost,");
        } else {
            // The first order may still be under way: gone already, and not yet written down that it was there.
            require(
                    state == BranchState.ROLLED_BACK || state == BranchState.NEVER_SEEN,
                    "ROLLBACK again, after a reply that was lost, was answered " + state);
            DecisionCases.expectNotInDoubt(participant, branch);
        }
        participant.expectEffectsIfKnown(branch.call(), decision == COMMIT ? 1 : 0, "after a reply that was lost");
    }

    private static void duplicateWork(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        expectNoSecondExecution(participant, branch);
        require(
                participant
                        .refsInDoubt(branch.call())
                        .equals(List.of(branch.ref().value())),
                "exactly the first execution must be in doubt after a repeated call");
        expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT after a repeated call");
        participant.expectEffectsIfKnown(branch.call(), 1, "after a repeated call and COMMIT");
    }

    /** Repeats the call: the vote must be the one already given, or rollback. */
    static void expectNoSecondExecution(ParticipantUnderTest participant, Prepared branch) {
        WorkAnswer again = participant.send(branch.call());
        if (again.isPrepared()) {
            require(
                    branch.ref().equals(again.vote().ref()),
                    "the repeated call voted prepared for a second execution, "
                            + again.vote().ref());
        }
    }

    private static void replayAfterCommit(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        participant.order(COMMIT, branch);
        expectNoSecondExecution(participant, branch);
        require(participant.refsInDoubt(branch.call()).isEmpty(), "the replayed call is in doubt");
        participant.expectEffectsIfKnown(branch.call(), 1, "after a call replayed after the commit");
        expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT after a replayed call");
    }

    private static void workReplyLost(ParticipantUnderTest participant) {
        Call call = participant.newCall();
        participant.sendAndHangUp(call);
        BranchState state = participant.order(ROLLBACK, call, null);
        require(
                state == BranchState.ROLLED_BACK || state == BranchState.NEVER_SEEN,
                "ROLLBACK without ref was answered " + state);
        DecisionCases.expectRefused(participant, call);
    }

    private static void twoCoordinators(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        DecisionOrder order = participant.orderOf(COMMIT, branch.call(), branch.ref());
        List<CompletableFuture<Optional<BranchState>>> both = Stream.of(1, 2)
                .map(each -> CompletableFuture.supplyAsync(() -> participant.orderOnce(order)))
                .toList();
        for (CompletableFuture<Optional<BranchState>> one : both) {
            Optional<BranchState> state = join(one);
            require(
                    state.isEmpty()
                            || state.get() == BranchState.COMMITTED
                            || state.get() == BranchState.BUSY
                            || state.get() == BranchState.PREPARED,
                    "one of two orders to COMMIT at once was answered " + state);
        }
        expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT after two at once");
        participant.expectEffectsIfKnown(branch.call(), 1, "after two orders at once");
    }

    private static void workMeetsRollback(ParticipantUnderTest participant) {
        for (int i = 0; i < RACES; i++) {
            Call call = participant.newCall();
            CompletableFuture<WorkAnswer> work = CompletableFuture.supplyAsync(() -> participant.send(call));
            DecisionOrder order = participant.orderOf(ROLLBACK, call, null);
            participant.orderOnce(order);
            WorkAnswer answer = join(work);
            Optional<io.assent.protocol.BranchRef> ref = answer.own().map(vote -> vote.ref());
            // Whatever the call was told, the order holds: again, and then nothing may be left.
            BranchState state = participant.order(ROLLBACK, call, null);
            require(state != BranchState.COMMITTED, "a branch that was ordered to roll back is COMMITTED");
            require(participant.refsInDoubt(call).isEmpty(), "the branch is in doubt after its ROLLBACK");
            participant.expectEffectsIfKnown(call, 0, "after ROLLBACK met the work call");
            if (ref.isPresent()) {
                require(
                        participant.askForVote(call, Objects.requireNonNull(ref.get())) == Vote.ROLLBACK,
                        "the branch votes PREPARED after its ROLLBACK");
            }
        }
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof CaseFailedException failed) {
                throw failed;
            }
            throw e;
        }
    }
}
