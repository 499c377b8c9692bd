package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;
import static io.assent.protocol.Decision.COMMIT;
import static io.assent.protocol.Decision.ROLLBACK;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.CaseSkippedException;
import io.assent.conformance.participant.Call.Prepared;
import io.assent.protocol.BranchState;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.DecisionResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Phase two: one order, and orders about several branches. */
final class DecisionCases {

    private DecisionCases() {}

    static List<ConformanceCase<ParticipantUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "commit", "I7", "After COMMIT is acknowledged the work is done, once", participant -> {
                            Prepared branch = participant.prepared();
                            expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT");
                            expectNotInDoubt(participant, branch);
                            participant.expectEffects(branch.call(), 1, "after COMMIT was acknowledged");
                        }),
                new ConformanceCase<>(
                        "rollback", "I7", "After ROLLBACK is acknowledged nothing is left of the work", participant -> {
                            Prepared branch = participant.prepared();
                            expect(participant.order(ROLLBACK, branch), BranchState.ROLLED_BACK, "ROLLBACK");
                            expectNotInDoubt(participant, branch);
                            participant.expectEffects(branch.call(), 0, "after ROLLBACK was acknowledged");
                        }),
                new ConformanceCase<>(
                        "rollback-without-ref",
                        "R6",
                        "A ROLLBACK order without ref means whatever execution there is",
                        participant -> {
                            Prepared branch = participant.prepared();
                            expect(
                                    participant.order(ROLLBACK, branch.call(), null),
                                    BranchState.ROLLED_BACK,
                                    "ROLLBACK without ref");
                            expectNotInDoubt(participant, branch);
                            participant.expectEffectsIfKnown(branch.call(), 0, "after ROLLBACK was acknowledged");
                        }),
                new ConformanceCase<>(
                        "commit-never-seen",
                        "R7",
                        "COMMIT of a branch that was never seen is NEVER_SEEN, not an acknowledgement",
                        participant -> {
                            Call call = participant.newCall();
                            expect(
                                    participant.order(COMMIT, call, call.strangeRef()),
                                    BranchState.NEVER_SEEN,
                                    "COMMIT of a branch that was never seen");
                        }),
                new ConformanceCase<>(
                        "rollback-never-seen",
                        "R7",
                        "ROLLBACK of a branch that was never seen is NEVER_SEEN",
                        participant -> {
                            Call call = participant.newCall();
                            expect(
                                    participant.order(ROLLBACK, call, call.strangeRef()),
                                    BranchState.NEVER_SEEN,
                                    "ROLLBACK of a branch that was never seen");
                        }),
                new ConformanceCase<>(
                        "late-work",
                        "R6",
                        "A work call that comes after the ROLLBACK order does not work",
                        participant -> lateWork(participant, true)),
                new ConformanceCase<>(
                        "late-work-without-ref",
                        "R6",
                        "The same, when the order came without ref",
                        participant -> lateWork(participant, false)),
                new ConformanceCase<>(
                        "rollback-then-commit",
                        "I2",
                        "A branch that was rolled back is never reported as committed",
                        DecisionCases::rollbackThenCommit),
                new ConformanceCase<>(
                        "commit-then-rollback",
                        "I2",
                        "A branch that was committed stays so, and says so",
                        participant -> {
                            Prepared branch = participant.prepared();
                            expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT");
                            expect(
                                    participant.order(ROLLBACK, branch),
                                    BranchState.COMMITTED,
                                    "ROLLBACK of a committed branch");
                            participant.expectEffectsIfKnown(branch.call(), 1, "after a ROLLBACK that came too late");
                        }),
                new ConformanceCase<>(
                        "commit-of-another-ref",
                        "R6",
                        "COMMIT of another execution of the branch changes nothing",
                        participant -> otherRef(participant, COMMIT)),
                new ConformanceCase<>(
                        "rollback-of-another-ref",
                        "R6",
                        "ROLLBACK of another execution of the branch changes nothing",
                        participant -> otherRef(participant, ROLLBACK)),
                new ConformanceCase<>(
                        "many-orders",
                        "R6",
                        "Each order in a message is carried out and answered by itself",
                        DecisionCases::manyOrders),
                new ConformanceCase<>(
                        "status", "R7", "GET /branches tells the facts, NEVER_SEEN included", DecisionCases::status));
    }

    private static void lateWork(ParticipantUnderTest participant, boolean withRef) {
        Call call = participant.newCall();
        BranchState state = participant.order(ROLLBACK, call, withRef ? call.strangeRef() : null);
        expect(state, BranchState.NEVER_SEEN, "ROLLBACK of a branch that was never seen");
        expectRefused(participant, call);
    }

    /** The call comes too late: no vote but rollback, nothing in doubt, no effect. */
    static void expectRefused(ParticipantUnderTest participant, Call call) {
        WorkAnswer answer = participant.send(call);
        require(!answer.isPrepared(), "the late call voted prepared");
        answer.own().map(vote -> vote.ref()).ifPresent(ref -> {
            boolean yes = participant.isLate() && participant.askForVote(call, ref) == io.assent.protocol.Vote.PREPARED;
            require(!yes, "the late call voted PREPARED when it was asked");
        });
        require(participant.refsInDoubt(call).isEmpty(), "the late call is in doubt");
        participant.expectEffectsIfKnown(call, 0, "after a call that came too late");
    }

    private static void rollbackThenCommit(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        expect(participant.order(ROLLBACK, branch), BranchState.ROLLED_BACK, "ROLLBACK");
        BranchState state = participant.order(COMMIT, branch);
        require(
                state == BranchState.ROLLED_BACK || state == BranchState.NEVER_SEEN,
                "COMMIT of a branch that was rolled back was answered " + state);
        participant.expectEffectsIfKnown(branch.call(), 0, "after a COMMIT that came too late");
    }

    private static void otherRef(ParticipantUnderTest participant, io.assent.protocol.Decision decision) {
        Prepared branch = participant.prepared();
        DecisionOrder order =
                participant.orderOf(decision, branch.call(), branch.call().strangeRef());
        Optional<BranchState> state = participant.orderOnce(order);
        require(
                state.isEmpty() || state.get() != BranchState.COMMITTED,
                decision + " of another execution was answered COMMITTED");
        require(
                participant
                        .refsInDoubt(branch.call())
                        .equals(List.of(branch.ref().value())),
                "the branch must stay in doubt after an order for another execution");
        participant.expectEffectsIfKnown(branch.call(), 0, "after an order for another execution");
        expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT of the right execution afterwards");
    }

    private static void manyOrders(ParticipantUnderTest participant) {
        int count = Math.min(3, participant.alternatives());
        if (count < 2) {
            throw new CaseSkippedException(
                    "needs --work twice or more, for pieces of work that do not wait for each other's locks");
        }
        List<Prepared> branches = new ArrayList<>();
        List<DecisionOrder> orders = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Prepared branch = participant.prepare(participant.newCall(i));
            branches.add(branch);
            orders.add(participant.orderOf(i == 0 ? ROLLBACK : COMMIT, branch.call(), branch.ref()));
        }
        Call stranger = participant.newCall();
        orders.add(1, participant.orderOf(COMMIT, stranger, stranger.strangeRef()));
        List<DecisionResult> results = participant.await("results for all orders", () -> {
            List<DecisionResult> answer = participant.orders(orders);
            boolean all = orders.stream()
                    .allMatch(order -> ParticipantUnderTest.state(answer, order)
                            .filter(state -> state != BranchState.BUSY && state != BranchState.PREPARED)
                            .isPresent());
            return all ? Optional.of(answer) : Optional.empty();
        });
        for (int i = 0; i < orders.size(); i++) {
            BranchState expected =
                    i == 0 ? BranchState.ROLLED_BACK : i == 1 ? BranchState.NEVER_SEEN : BranchState.COMMITTED;
            expect(
                    ParticipantUnderTest.state(results, orders.get(i)).orElseThrow(),
                    expected,
                    "order " + i + " of the message");
        }
        for (int i = 0; i < count; i++) {
            participant.expectEffectsIfKnown(branches.get(i).call(), i == 0 ? 0 : 1, "after a message of many orders");
        }
    }

    private static void status(ParticipantUnderTest participant) {
        Call stranger = participant.newCall();
        expect(participant.status(stranger), BranchState.NEVER_SEEN, "GET of a branch that was never seen");
        Prepared first = participant.prepared();
        expect(participant.status(first.call()), BranchState.PREPARED, "GET of a branch in doubt");
        require(
                participant.refsInDoubt(first.call()).equals(List.of(first.ref().value())),
                "GET /branches must list the branch in doubt with its ref");
        participant.order(COMMIT, first);
        expect(participant.status(first.call()), BranchState.COMMITTED, "GET of a committed branch");
        Prepared second = participant.prepared();
        participant.order(ROLLBACK, second);
        BranchState after = participant.status(second.call());
        require(
                after == BranchState.ROLLED_BACK || after == BranchState.NEVER_SEEN,
                "GET of a branch that was rolled back was answered " + after);
    }

    static void expectNotInDoubt(ParticipantUnderTest participant, Prepared branch) {
        require(
                participant.refsInDoubt(branch.call()).isEmpty(),
                "the branch is still in doubt after its order was acknowledged");
    }

    static void expect(BranchState actual, BranchState expected, String what) {
        require(actual == expected, what + " must be answered " + expected + ", was " + actual);
    }
}
