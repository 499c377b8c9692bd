package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.CaseSkippedException;
import io.assent.conformance.participant.Call.Prepared;
import io.assent.conformance.participant.StandInCoordinator.Inquiry;
import io.assent.conformance.participant.StandInCoordinator.Script;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The participant helps itself: it asks about what it holds in doubt, and acts on decisions only. */
final class InquiryCases {

    private static final Duration SHORT = Duration.ofSeconds(2);

    private InquiryCases() {}

    static List<ConformanceCase<ParticipantUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "inquiry-commit",
                        "I5",
                        "It asks about a branch in doubt by itself, and commits when told COMMIT",
                        participant -> told(participant, Script.COMMIT, BranchState.COMMITTED)),
                new ConformanceCase<>(
                        "inquiry-rollback",
                        "I5",
                        "It asks about a branch in doubt by itself, and rolls back when told ROLLBACK",
                        participant -> told(participant, Script.ROLLBACK, BranchState.ROLLED_BACK)),
                new ConformanceCase<>(
                        "inquiry-undecided",
                        "R5",
                        "UNDECIDED is no decision, also when the deadline has passed",
                        InquiryCases::undecided),
                new ConformanceCase<>(
                        "inquiry-no-answer",
                        "R8",
                        "An error, garbage, silence, FORGOTTEN or an answer about another execution is no decision",
                        InquiryCases::noAnswer),
                new ConformanceCase<>(
                        "deadline-passed",
                        "R5",
                        "A branch that has voted stays in doubt after the deadline until somebody decides",
                        InquiryCases::deadlinePassed));
    }

    private static void told(ParticipantUnderTest participant, Script script, BranchState expected) {
        StandInCoordinator coordinator = participant.coordinator();
        Call call = participant.newCall();
        coordinator.script(call.transaction(), script);
        Prepared branch = participant.prepare(call);
        participant.await(
                "the branch to be ended by an inquiry that is answered " + script,
                () -> participant.refsInDoubt(call).isEmpty() ? Optional.of(true) : Optional.empty());
        Inquiry inquiry = coordinator.inquiries(call.transaction()).get(0);
        require(participant.name().equals(inquiry.participant()), "the inquiry came from " + inquiry.participant());
        require(
                Objects.equals(branch.ref().value(), inquiry.branch().ref()),
                "the inquiry named the ref " + inquiry.branch().ref());
        BranchState state = participant.order(script == Script.COMMIT ? Decision.COMMIT : Decision.ROLLBACK, branch);
        require(
                state == expected || expected == BranchState.ROLLED_BACK && state == BranchState.NEVER_SEEN,
                "the branch should be " + expected + ", was " + state);
        participant.expectEffectsIfKnown(call, script == Script.COMMIT ? 1 : 0, "after the answer " + script);
    }

    private static void undecided(ParticipantUnderTest participant) {
        Call call = participant.newCall(SHORT, true);
        participant.coordinator().script(call.transaction(), Script.UNDECIDED);
        Prepared branch = participant.prepare(call);
        awaitDeadline(participant, call);
        awaitAsked(participant, call);
        stillInDoubt(participant, branch, "the answer UNDECIDED");
    }

    private static void noAnswer(ParticipantUnderTest participant) {
        StandInCoordinator coordinator = participant.coordinator();
        Prepared branch = participant.prepared();
        for (Script script : StandInCoordinator.noAnswers()) {
            coordinator.script(branch.call().transaction(), script);
            awaitAsked(participant, branch.call());
            stillInDoubt(participant, branch, "the answer " + script);
        }
        coordinator.script(branch.call().transaction(), Script.UNDECIDED);
    }

    /** When it asks for the second time from now on, it has acted on the answer to the first. */
    private static void awaitAsked(ParticipantUnderTest participant, Call call) {
        StandInCoordinator coordinator = participant.coordinator();
        long before = coordinator.asked(call.transaction(), call.branch());
        participant.await(
                "two inquiries about the branch in doubt",
                () -> coordinator.asked(call.transaction(), call.branch()) >= before + 2
                        ? Optional.of(true)
                        : Optional.empty());
    }

    private static void deadlinePassed(ParticipantUnderTest participant) {
        Prepared branch = participant.prepare(participant.newCall(SHORT, true));
        awaitDeadline(participant, branch.call());
        stillInDoubt(participant, branch, "the deadline");
        require(
                participant.order(Decision.COMMIT, branch) == BranchState.COMMITTED,
                "COMMIT after the deadline must commit");
    }

    private static void awaitDeadline(ParticipantUnderTest participant, Call call) {
        // A second more, so that whoever acts on the deadline has had the time to.
        Instant end = call.deadline().plusSeconds(1);
        if (Duration.between(Instant.now(), end).compareTo(participant.patience()) > 0) {
            throw new CaseSkippedException("needs a --patience of more than 3 s");
        }
        participant.await("the deadline", () -> Instant.now().isAfter(end) ? Optional.of(true) : Optional.empty());
    }

    private static void stillInDoubt(ParticipantUnderTest participant, Prepared branch, String after) {
        require(
                participant
                        .refsInDoubt(branch.call())
                        .equals(List.of(branch.ref().value())),
                "the branch must still be in doubt after " + after);
        participant.expectEffectsIfKnown(branch.call(), 0, "after " + after);
    }
}
