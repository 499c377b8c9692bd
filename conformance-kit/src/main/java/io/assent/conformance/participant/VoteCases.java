package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.Answer;
import io.assent.conformance.http.RecordingClient.Request;
import io.assent.conformance.participant.Call.Prepared;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.TransactionContext;
import java.util.List;
import java.util.Objects;

/** Phase one. */
final class VoteCases {

    /** The case without which no other can be tried. */
    static final String FIRST = "vote-prepared";

    private VoteCases() {}

    static List<ConformanceCase<ParticipantUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        FIRST,
                        "R2",
                        "A work call in a transaction is answered with a well-formed vote",
                        VoteCases::vote),
                new ConformanceCase<>("prepared-is-invisible", "I3", "Work in doubt has no effect yet", participant -> {
                    Prepared branch = participant.prepared();
                    participant.expectEffects(branch.call(), 0, "before the decision");
                }),
                new ConformanceCase<>(
                        "vote-read-only",
                        "R2",
                        "A call that only reads votes read-only, and leaves nothing in doubt",
                        VoteCases::readOnly),
                new ConformanceCase<>(
                        "vote-rollback",
                        "R2",
                        "A call that the service refuses votes rollback, and leaves nothing in doubt",
                        VoteCases::refused),
                new ConformanceCase<>(
                        "prepare-repeated", "R2", "A vote is the same however often it is asked for", participant -> {
                            Prepared branch = participant.prepared();
                            for (int i = 0; i < 2; i++) {
                                Vote vote = participant.askForVote(branch.call(), branch.ref());
                                require(vote == Vote.PREPARED, "a branch in doubt was asked again and voted " + vote);
                            }
                        }),
                new ConformanceCase<>(
                        "prepare-never-seen",
                        "R2",
                        "A branch that was never seen does not vote PREPARED",
                        participant -> {
                            Call call = participant.newCall();
                            Vote vote = participant.askForVote(call, call.strangeRef());
                            require(vote == Vote.ROLLBACK, "a branch that was never seen voted " + vote);
                        }),
                new ConformanceCase<>(
                        "prepare-after-rollback",
                        "R5",
                        "A branch that was rolled back does not vote PREPARED",
                        participant -> {
                            Prepared branch = participant.prepared();
                            participant.order(Decision.ROLLBACK, branch);
                            Vote vote = participant.askForVote(branch.call(), branch.ref());
                            require(vote == Vote.ROLLBACK, "a branch that was rolled back voted " + vote);
                        }),
                new ConformanceCase<>(
                        "header-garbage",
                        "R6",
                        "A call whose transaction cannot be read is refused, and does not work outside of it",
                        VoteCases::garbageHeader));
    }

    private static void vote(ParticipantUnderTest participant) {
        Call call = participant.newCall();
        Prepared branch = participant.prepare(call);
        BranchState state = participant.order(Decision.ROLLBACK, branch);
        require(
                state == BranchState.ROLLED_BACK,
                "ROLLBACK of a branch in doubt must end in ROLLED_BACK, was " + state);
    }

    private static void readOnly(ParticipantUnderTest participant) {
        Call call = participant.newReadOnlyCall();
        WorkAnswer answer = participant.send(call);
        BranchVote vote = answer.vote();
        if (vote.vote() == Vote.PENDING) {
            Vote asked = participant.askForVote(call, vote.ref());
            require(asked == Vote.READ_ONLY, "the vote should be READ_ONLY, was " + asked);
        } else {
            require(vote.vote() == Vote.READ_ONLY, "the vote should be read-only, was " + vote);
        }
        require(participant.refsInDoubt(call).isEmpty(), "a branch that only read is in doubt");
    }

    private static void refused(ParticipantUnderTest participant) {
        Call call = participant.newRefusedCall();
        WorkAnswer answer = participant.send(call);
        BranchVote vote = answer.vote();
        Vote known = vote.vote() == Vote.PENDING ? participant.askForVote(call, vote.ref()) : vote.vote();
        // A service that refuses without having written anything may just as well have read only.
        require(known == Vote.ROLLBACK || known == Vote.READ_ONLY, "refused work voted " + known);
        require(participant.refsInDoubt(call).isEmpty(), "refused work is in doubt");
    }

    private static void garbageHeader(ParticipantUnderTest participant) {
        Call call = participant.newCall();
        String good = Objects.requireNonNull(call.message().headers().get(TransactionContext.NAME));
        List<String> bad = List.of(
                "garbage",
                good.replace(call.transaction().toString(), "not-a-uuid"),
                good.replace("branch=\"1\"", "branch=\"one\""),
                good.replace("branch=\"1\", ", ""),
                good.replaceFirst("remaining=\\d+", "remaining=\"soon\""));
        for (String value : bad) {
            Request request = call.request().with(TransactionContext.NAME, value);
            Answer answer = participant.send(request);
            require(
                    answer.status() >= 400 && answer.status() < 500,
                    "a call with " + TransactionContext.NAME + ": " + value + " was answered with " + answer.status());
        }
        require(participant.refsInDoubt(call).isEmpty(), "the work was done nevertheless, and is in doubt");
        participant.expectEffectsIfKnown(call, 0, "after calls whose transaction cannot be read");
    }
}
