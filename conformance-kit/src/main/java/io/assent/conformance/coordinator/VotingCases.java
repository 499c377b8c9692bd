package io.assent.conformance.coordinator;

import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.coordinator.StandInParticipants.VoteScript;
import io.assent.conformance.http.Answer;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.ProblemType;
import java.time.Instant;
import java.util.List;

/** Phase one: who has to vote, and what is a vote. */
final class VotingCases {

    private VotingCases() {}

    static List<ConformanceCase<CoordinatorUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "commit",
                        "I4",
                        "When all vote PREPARED, all are ordered to commit by their refs",
                        coordinator -> {
                            String transaction = coordinator.begin();
                            BranchMessage first = coordinator.enlisted(transaction, "1", Vote.PENDING);
                            BranchMessage second = coordinator.enlisted(transaction, "2", Vote.PREPARED);
                            coordinator.expectCommitted(coordinator.commit(transaction));
                            require(coordinator.participants().asked(transaction, "1") > 0, "branch 1 was not asked");
                            coordinator.expectOrdered(transaction, first, Decision.COMMIT);
                            coordinator.expectOrdered(transaction, second, Decision.COMMIT);
                            CoordinatorUnderTest.requireIn(
                                    coordinator.awaitComplete(transaction).outcome(), "the outcome", "COMMITTED");
                        }),
                new ConformanceCase<>(
                        "vote-rollback",
                        "R2",
                        "One vote ROLLBACK rolls all back",
                        coordinator -> noVote(coordinator, VoteScript.ROLLBACK)),
                new ConformanceCase<>(
                        "vote-rollback-enlisted",
                        "R2",
                        "A vote ROLLBACK that came with the enlistment rolls all back",
                        coordinator -> {
                            String transaction = coordinator.begin();
                            BranchMessage yes = coordinator.enlisted(transaction, "1", Vote.PREPARED);
                            coordinator.enlisted(transaction, "2", Vote.ROLLBACK);
                            coordinator.expectRolledBack(coordinator.commit(transaction));
                            coordinator.expectOrdered(transaction, yes, Decision.ROLLBACK);
                        }),
                new ConformanceCase<>(
                        "vote-unknown", "R2", "An error, garbage or an unknown word is no vote", coordinator -> {
                            for (VoteScript script : List.of(
                                    VoteScript.UNKNOWN, VoteScript.SERVER_ERROR, VoteScript.HTML, VoteScript.EMPTY)) {
                                noVote(coordinator, script);
                            }
                        }),
                new ConformanceCase<>(
                        "vote-too-late", "R10", "A vote after the deadline rolls all back", VotingCases::tooLate),
                new ConformanceCase<>(
                        "vote-reply-lost",
                        "R2",
                        "When the reply to prepare is lost, either all commit or all roll back, as the answer says",
                        VotingCases::replyLost),
                new ConformanceCase<>(
                        "vote-read-only", "R2", "A branch that only read gets no COMMIT order", coordinator -> {
                            String transaction = coordinator.begin();
                            BranchMessage wrote = coordinator.enlisted(transaction, "1", Vote.PENDING);
                            coordinator.enlisted(transaction, "2", Vote.PENDING);
                            coordinator.participants().votes(transaction, "2", VoteScript.READ_ONLY);
                            coordinator.expectCommitted(coordinator.commit(transaction));
                            coordinator.expectOrdered(transaction, wrote, Decision.COMMIT);
                            coordinator.awaitComplete(transaction);
                            coordinator.expectNotOrdered(transaction, "2", Decision.COMMIT);
                        }),
                new ConformanceCase<>(
                        "expected-branches",
                        "R2",
                        "When the client expects other branches than are enlisted, all roll back",
                        coordinator -> {
                            String transaction = coordinator.begin();
                            BranchMessage branch = coordinator.enlisted(transaction, "1", Vote.PREPARED);
                            Answer answer = coordinator.post(
                                    "/transactions/" + transaction + "/commit", "{\"branches\":[\"1\",\"2\"]}");
                            coordinator.expectRolledBack(answer);
                            coordinator.expectOrdered(transaction, branch, Decision.ROLLBACK);
                        }),
                new ConformanceCase<>(
                        "collected", "R2", "A commit request may bring the branches and their votes", coordinator -> {
                            String transaction = coordinator.newId();
                            BranchMessage own = coordinator.branch(transaction, "0", Vote.PREPARED);
                            BranchMessage late = coordinator.branch(transaction, "1", Vote.PENDING);
                            coordinator.expectCommitted(coordinator.commit(
                                    transaction, List.of(own, late), CoordinatorUnderTest.deadline()));
                            coordinator.expectOrdered(transaction, own, Decision.COMMIT);
                            coordinator.expectOrdered(transaction, late, Decision.COMMIT);
                        }),
                new ConformanceCase<>(
                        "collected-read-only",
                        "R2",
                        "When all branches only read, the commit is complete at once",
                        coordinator -> {
                            String transaction = coordinator.newId();
                            Answer answer = coordinator.commit(
                                    transaction,
                                    List.of(coordinator.branch(transaction, "1", Vote.READ_ONLY)),
                                    CoordinatorUnderTest.deadline());
                            answer.expect(200, "commit of branches that only read");
                            coordinator.expectNotOrdered(transaction, "1", Decision.COMMIT);
                        }),
                new ConformanceCase<>(
                        "collected-too-late", "R10", "A commit request after its deadline rolls back", coordinator -> {
                            String transaction = coordinator.newId();
                            BranchMessage branch = coordinator.branch(transaction, "1", Vote.PREPARED);
                            coordinator.expectRolledBack(coordinator.commit(
                                    transaction, List.of(branch), Instant.now().minusSeconds(5)));
                            coordinator.expectOrdered(transaction, branch, Decision.ROLLBACK);
                        }),
                new ConformanceCase<>(
                        "many-commits",
                        "§5",
                        "Many commits in one message succeed or fail alone",
                        VotingCases::manyCommits),
                new ConformanceCase<>(
                        "branch-set-conflict",
                        "R1",
                        "A commit with another branch set than the decided one is a conflict, and changes nothing",
                        VotingCases::setConflict));
    }

    private static void noVote(CoordinatorUnderTest coordinator, VoteScript script) {
        String transaction = coordinator.begin();
        BranchMessage yes = coordinator.enlisted(transaction, "1", Vote.PENDING);
        BranchMessage other = coordinator.enlisted(transaction, "2", Vote.PENDING);
        coordinator.participants().votes(transaction, "2", script);
        coordinator.expectRolledBack(coordinator.commit(transaction));
        coordinator.expectOrdered(transaction, yes, Decision.ROLLBACK);
        coordinator.expectNotOrdered(transaction, String.valueOf(other.branch()), Decision.COMMIT);
    }

    private static void tooLate(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.begin("PT1S");
        BranchMessage yes = coordinator.enlisted(transaction, "1", Vote.PENDING);
        coordinator.enlisted(transaction, "2", Vote.PENDING);
        coordinator.participants().votes(transaction, "2", VoteScript.TOO_LATE);
        coordinator.expectRolledBack(coordinator.commit(transaction));
        coordinator.expectOrdered(transaction, yes, Decision.ROLLBACK);
        coordinator.awaitComplete(transaction);
        coordinator.expectNotOrdered(transaction, "2", Decision.COMMIT);
    }

    private static void replyLost(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.begin();
        BranchMessage first = coordinator.enlisted(transaction, "1", Vote.PENDING);
        BranchMessage second = coordinator.enlisted(transaction, "2", Vote.PENDING);
        coordinator.participants().votes(transaction, "2", VoteScript.HANG_UP, VoteScript.PREPARED);
        Answer answer = coordinator.commit(transaction);
        Decision decision;
        if (answer.isSuccess()) {
            coordinator.expectCommitted(answer);
            decision = Decision.COMMIT;
        } else {
            coordinator.expectRolledBack(answer);
            decision = Decision.ROLLBACK;
        }
        coordinator.expectOrdered(transaction, first, decision);
        coordinator.expectOrdered(transaction, second, decision);
    }

    private static void manyCommits(CoordinatorUnderTest coordinator) {
        String good = coordinator.newId();
        String bad = coordinator.newId();
        BranchMessage yes = coordinator.branch(good, "1", Vote.PREPARED);
        BranchMessage no = coordinator.branch(bad, "1", Vote.ROLLBACK);
        Instant deadline = CoordinatorUnderTest.deadline();
        String body = "{\"commits\":[" + commit(good, yes, deadline) + "," + commit(bad, no, deadline) + "]}";
        Answer answer = coordinator.post("/commits", body).expect(200, "many commits");
        var results = answer.json().path("results");
        require(results.size() == 2, "two commits have two results: " + answer.body());
        require(
                good.equals(results.get(0).path("transaction").asString())
                        && "COMMIT".equals(results.get(0).path("decision").asString()),
                "the first must commit: " + answer.body());
        require(
                bad.equals(results.get(1).path("transaction").asString())
                        && results.get(1).path("status").asInt() == 409,
                "the second must be 409: " + answer.body());
        coordinator.expectOrdered(good, yes, Decision.COMMIT);
        coordinator.expectNotOrdered(bad, "1", Decision.COMMIT);
    }

    private static String commit(String transaction, BranchMessage branch, Instant deadline) {
        String request = CoordinatorUnderTest.collected(List.of(branch), deadline);
        return "{\"transaction\":\"" + transaction + "\"," + request.substring(1);
    }

    private static void setConflict(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.newId();
        BranchMessage branch = coordinator.branch(transaction, "1", Vote.PREPARED);
        Instant deadline = CoordinatorUnderTest.deadline();
        coordinator.expectCommitted(coordinator.commit(transaction, List.of(branch), deadline));
        coordinator.expectCommitted(coordinator.commit(transaction, List.of(branch), deadline));
        BranchMessage other = coordinator.branch(transaction, "1", Vote.PREPARED);
        coordinator
                .commit(transaction, List.of(other), deadline)
                .problem(ProblemType.BRANCH_SET_CONFLICT, "commit with another set");
        coordinator.expectOrdered(transaction, branch, Decision.COMMIT);
        coordinator.expectOrdered(transaction, other, Decision.ROLLBACK);
        String answer = coordinator.inquire(transaction, "1", String.valueOf(other.ref()), deadline);
        require(
                answer.equals("ROLLBACK"),
                "a branch whose ref is not in the set rolls back, the inquiry was answered " + answer);
    }
}
