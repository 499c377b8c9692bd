package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;
import static io.assent.conformance.participant.DecisionCases.expect;
import static io.assent.protocol.Decision.COMMIT;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.Answer;
import io.assent.conformance.http.Messages;
import io.assent.conformance.http.RecordingClient.Request;
import io.assent.conformance.participant.Call.Prepared;
import io.assent.protocol.BranchState;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.PrepareRequest;
import io.assent.protocol.wire.ProblemType;
import java.util.List;

/** Messages that are not meant for the participant, and what is no message at all. */
final class RefusalCases {

    private RefusalCases() {}

    static List<ConformanceCase<ParticipantUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "another-participant",
                        "R7",
                        "A message for another participant is answered 421 and changes nothing",
                        RefusalCases::anotherParticipant),
                new ConformanceCase<>(
                        "commit-without-ref",
                        "R6",
                        "A COMMIT order without ref is refused and changes nothing",
                        RefusalCases::commitWithoutRef),
                new ConformanceCase<>(
                        "garbage",
                        "I15",
                        "What is no message is refused with a registered problem and changes nothing",
                        RefusalCases::garbage),
                new ConformanceCase<>(
                        "unknown-members",
                        "§5",
                        "Members that are not known are ignored, so that coordinators can be upgraded first",
                        RefusalCases::unknownMembers));
    }

    private static void anotherParticipant(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        DecisionOrder order = participant.orderOf(COMMIT, branch.call(), branch.ref());
        String stranger =
                participant.message(List.of(order)).replace(named(participant.name()), named("somebody-else"));
        participant.post("/decisions", stranger).problem(ProblemType.MISDIRECTED, "an order for somebody-else");
        String prepare = Messages.json(new PrepareRequest(
                "somebody-else",
                order.transaction(),
                order.branch(),
                order.ref(),
                branch.call().deadline().toString(),
                "PT5S"));
        participant.post("/prepare", prepare).problem(ProblemType.MISDIRECTED, "a question to somebody-else");
        expectUntouched(participant, branch);
    }

    private static String named(String name) {
        return "\"participant\":\"" + name + "\"";
    }

    private static void commitWithoutRef(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        DecisionOrder order = participant.orderOf(COMMIT, branch.call(), null);
        participant
                .post("/decisions", participant.message(List.of(order)))
                .problem(ProblemType.INVALID_VALUE, "COMMIT without ref");
        expectUntouched(participant, branch);
    }

    private static void garbage(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        String good = participant.message(List.of(participant.orderOf(COMMIT, branch.call(), branch.ref())));
        String transaction = branch.call().transaction().toString();
        List<String> bodies = List.of(
                "",
                "garbage",
                "[]",
                "null",
                "<html></html>",
                good.substring(0, good.length() - 2),
                good + good,
                good.replace("\"decision\":\"COMMIT\"", "\"decision\":\"COMMIT\",\"decision\":\"ROLLBACK\""),
                good.replace("\"COMMIT\"", "\"MAYBE\""),
                good.replace("\"COMMIT\"", "\"commit\""),
                good.replace("\"COMMIT\"", "1"),
                good.replace(",\"decision\":\"COMMIT\"", ""),
                good.replace(transaction, "not-a-uuid"),
                good.replace(transaction, transaction.toUpperCase(java.util.Locale.ROOT)),
                good.replace("\"branch\":\"1\"", "\"branch\":\"one\""),
                good.replace("\"branch\":\"1\"", "\"branch\":1"),
                good.replace(branch.ref().value(), "x' or true; --"),
                "{\"participant\":\"" + participant.name() + "\",\"decisions\":[]}",
                "{\"participant\":\"" + participant.name() + "\",\"decisions\":[null]}",
                "{\"participant\":\"" + participant.name() + "\"}",
                good.replace("\"participant\":\"" + participant.name() + "\",", ""),
                "{\"participant\":\"" + participant.name() + "\",\"decisions\":\"" + "x".repeat(512 * 1024) + "\"}");
        for (String body : bodies) {
            refused(participant, Request.post(participant.at("/decisions"), body), brief(body));
        }
        refused(
                participant,
                Request.post(participant.at("/decisions"), good).with("Content-Type", "text/plain"),
                "an order as text/plain");
        refused(participant, Request.post(participant.at("/prepare"), "garbage"), "garbage as a question for a vote");
        refused(participant, Request.get(participant.at("/branches/not-a-uuid/1")), "GET of a branch of not-a-uuid");
        expectUntouched(participant, branch);
    }

    private static void refused(ParticipantUnderTest participant, Request request, String what) {
        Answer answer = participant.send(request);
        require(answer.status() >= 400 && answer.status() < 500, what + " was answered with " + answer.status());
        answer.problem(what);
    }

    private static String brief(String body) {
        return "the body " + (body.length() > 200 ? body.substring(0, 200) + "…" : body);
    }

    private static void unknownMembers(ParticipantUnderTest participant) {
        Prepared branch = participant.prepared();
        DecisionOrder order = participant.orderOf(COMMIT, branch.call(), branch.ref());
        String more = participant
                .message(List.of(order))
                .replace("\"decision\":", "\"somethingNew\":{\"a\":[1]},\"decision\":")
                .replace("\"decisions\":", "\"somethingNewer\":null,\"decisions\":");
        participant.post("/decisions", more).expect(200, "an order with members that are not known");
        expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT");
    }

    private static void expectUntouched(ParticipantUnderTest participant, Prepared branch) {
        require(
                participant
                        .refsInDoubt(branch.call())
                        .equals(List.of(branch.ref().value())),
                "the branch must still be in doubt");
        participant.expectEffectsIfKnown(branch.call(), 0, "after messages that had to be refused");
        expect(participant.order(COMMIT, branch), BranchState.COMMITTED, "COMMIT afterwards");
    }
}
