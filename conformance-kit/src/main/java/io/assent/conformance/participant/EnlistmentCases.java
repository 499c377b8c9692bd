package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;
import static io.assent.conformance.participant.DecisionCases.expect;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.participant.StandInCoordinator.Enlistment;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.EnlistRequest;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

/** The flow for callers that only know HTTP: the participant enlists its branch before it prepares. */
final class EnlistmentCases {

    private static final Duration LIFETIME = Duration.ofMinutes(2);
    private static final Duration SHORT = Duration.ofSeconds(3);

    private EnlistmentCases() {}

    static List<ConformanceCase<ParticipantUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "enlist",
                        "R2",
                        "Without the flag collect it enlists its branch, and votes when it is asked",
                        EnlistmentCases::enlists),
                new ConformanceCase<>(
                        "enlist-refused",
                        "R2",
                        "When the transaction takes no more branches, nothing stays in doubt and nothing is done",
                        participant -> refused(participant, Enlistment.CLOSED, LIFETIME)),
                new ConformanceCase<>(
                        "enlist-unavailable",
                        "R2",
                        "When it cannot enlist before the deadline, nothing stays in doubt and nothing is done",
                        participant -> refused(participant, Enlistment.UNAVAILABLE, SHORT)));
    }

    private static void enlists(ParticipantUnderTest participant) {
        StandInCoordinator coordinator = participant.coordinator();
        Call call = participant.newCall(LIFETIME, false);
        WorkAnswer answer = participant.send(call);
        require(
                answer.answer().isSuccess(),
                "the work call was answered with " + answer.answer().status());
        List<EnlistRequest> enlisted = coordinator.enlisted(call.transaction());
        require(!enlisted.isEmpty(), "the branch was not enlisted before the work call was answered");
        EnlistRequest branch = enlisted.get(0);
        require(call.branch().value().equals(branch.branch()), "it enlisted branch " + branch.branch());
        require(participant.name().equals(branch.participant()), "it enlisted as " + branch.participant());
        require(branch.ref() != null, "it enlisted without a ref");
        require(
                call.token().value().equals(branch.token()),
                "it must enlist with the token that came with the call, as it came");
        BranchRef ref = new BranchRef(Objects.requireNonNull(branch.ref()));
        require(
                participant.askForVote(call, ref) == Vote.PREPARED,
                "the branch that was enlisted must vote PREPARED when it is asked");
        expect(participant.order(Decision.COMMIT, call, ref), BranchState.COMMITTED, "COMMIT");
        participant.expectEffectsIfKnown(call, 1, "after COMMIT");
    }

    private static void refused(ParticipantUnderTest participant, Enlistment script, Duration lifetime) {
        StandInCoordinator coordinator = participant.coordinator();
        Call call = participant.newCall(lifetime, false);
        coordinator.enlist(call.transaction(), script);
        WorkAnswer answer = participant.send(call);
        require(
                !coordinator.enlisted(call.transaction()).isEmpty(),
                "the branch was not enlisted before the work call was answered");
        require(!answer.isPrepared(), "it voted prepared although it could not enlist");
        require(
                !answer.answer().isSuccess(),
                "the work call was answered with " + answer.answer().status());
        require(participant.refsInDoubt(call).isEmpty(), "the branch is in doubt although it could not enlist");
        participant.expectEffectsIfKnown(call, 0, "after a branch that could not enlist");
    }
}
