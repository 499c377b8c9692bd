package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;
import static io.assent.conformance.participant.DecisionCases.expect;
import static io.assent.protocol.Decision.COMMIT;
import static io.assent.protocol.Decision.ROLLBACK;

import io.assent.conformance.CaseRunner.Piece;
import io.assent.conformance.participant.Call.Prepared;
import io.assent.protocol.BranchState;
import java.util.List;
import java.util.stream.Stream;

/** What must outlive the process. All cases of a round share one restart: it may take seconds. */
final class RestartCases {

    private RestartCases() {}

    /**
     * A case with a restart in the middle.
     *
     * @param before what happens before, and answers what is to be checked afterwards
     */
    record RestartCase(String id, String rule, String title, Before before) {}

    /** The first half of a case. */
    @FunctionalInterface
    interface Before {
        Piece run(ParticipantUnderTest participant) throws Exception;
    }

    /**
     * The cases in the order in which they are run, by restarts. Branches in doubt may wait for each other's locks, so two
     * of them share a restart only if there are pieces of work that do not; they come last.
     *
     * @param alternatives how many pieces of work may be in doubt at the same time
     */
    static List<List<RestartCase>> rounds(int alternatives) {
        List<RestartCase> first = List.of(
                new RestartCase(
                        "restart-committed",
                        "R9",
                        "It still knows after a restart that a branch has committed",
                        RestartCases::committed),
                new RestartCase(
                        "restart-rolled-back",
                        "I2",
                        "It does not commit after a restart what was rolled back before",
                        RestartCases::rolledBack),
                new RestartCase(
                        "restart-tombstone",
                        "R6",
                        "A ROLLBACK order for a branch never seen stops a late call after a restart, too",
                        RestartCases::tombstone),
                new RestartCase(
                        "restart-prepared-commit",
                        "R5",
                        "A branch in doubt is still there after a restart, and commits",
                        RestartCases::preparedThenCommit));
        RestartCase second = new RestartCase(
                "restart-prepared-rollback",
                "R5",
                "A branch in doubt is still there after a restart, and rolls back",
                RestartCases::preparedThenRollback);
        return alternatives > 1
                ? List.of(Stream.concat(first.stream(), Stream.of(second)).toList())
                : List.of(first, List.of(second));
    }

    private static Piece committed(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT");
        return () -> {
            expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT again after the restart");
            expect(participant.order(ROLLBACK, branch), BranchState.COMMITTED, "ROLLBACK after the restart");
            participant.expectEffectsIfKnown(branch.call(), 1, "after the restart");
        };
    }

    private static Piece rolledBack(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        expect(participant.order(ROLLBACK, branch), BranchState.ROLLED_BACK, "ROLLBACK");
        return () -> {
            BranchState state = participant.order(COMMIT, branch);
            require(
                    state == BranchState.ROLLED_BACK || state == BranchState.NEVER_SEEN,
                    "COMMIT of what was rolled back before the restart was answered " + state);
            participant.expectEffectsIfKnown(branch.call(), 0, "after the restart");
        };
    }

    private static Piece tombstone(ParticipantUnderTest participant) {
        Call call = participant.newCall();
        expect(participant.order(ROLLBACK, call, call.strangeRef()), BranchState.NEVER_SEEN, "ROLLBACK");
        return () -> DecisionCases.expectRefused(participant, call);
    }

    private static Piece preparedThenCommit(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        return () -> {
            inDoubt(participant, branch);
            RepetitionCases.expectNoSecondExecution(participant, branch);
            inDoubt(participant, branch);
            expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT after the restart");
            participant.expectEffectsIfKnown(branch.call(), 1, "after the restart and COMMIT");
        };
    }

    private static Piece preparedThenRollback(ParticipantUnderTest participant) {
        Prepared branch = participant.prepare(participant.newCall(participant.alternatives() - 1));
        return () -> {
            inDoubt(participant, branch);
            expect(participant.order(ROLLBACK, branch), BranchState.ROLLED_BACK, "ROLLBACK after the restart");
            participant.expectEffectsIfKnown(branch.call(), 0, "after the restart and ROLLBACK");
        };
    }

    private static void inDoubt(ParticipantUnderTest participant, Prepared branch) {
        require(
                participant
                        .refsInDoubt(branch.call())
                        .equals(List.of(branch.ref().value())),
                "exactly the branch's first execution must be in doubt after the restart");
        participant.expectEffectsIfKnown(branch.call(), 0, "after the restart, in doubt");
    }
}
