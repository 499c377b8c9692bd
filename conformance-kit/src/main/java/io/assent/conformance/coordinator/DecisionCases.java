package io.assent.conformance.coordinator;

import static io.assent.conformance.coordinator.CoordinatorUnderTest.requireIn;
import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.Answer;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.ProblemType;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** The decision is written once, told truthfully, and told to those who ask. */
final class DecisionCases {

    private static final int RACES = 10;

    private DecisionCases() {}

    static List<ConformanceCase<CoordinatorUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "commit-repeated",
                        "R8",
                        "A repeated commit request is answered with the same decision",
                        coordinator -> {
                            String transaction = coordinator.begin();
                            coordinator.enlisted(transaction, "1", Vote.PREPARED);
                            for (int i = 0; i < 3; i++) {
                                coordinator.expectCommitted(coordinator.commit(transaction));
                            }
                        }),
                new ConformanceCase<>(
                        "commit-then-rollback", "I2", "A rollback after the commit changes nothing", coordinator -> {
                            String transaction = coordinator.begin();
                            BranchMessage branch = coordinator.enlisted(transaction, "1", Vote.PREPARED);
                            coordinator.expectCommitted(coordinator.commit(transaction));
                            String decision = coordinator
                                    .rollback(transaction)
                                    .problem(ProblemType.DECISION_FINAL, "rollback after commit")
                                    .decision();
                            requireIn(decision, "the decision in the problem", "COMMIT");
                            coordinator.expectOrdered(transaction, branch, Decision.COMMIT);
                        }),
                new ConformanceCase<>(
                        "rollback-then-commit", "I2", "A commit after the rollback changes nothing", coordinator -> {
                            String transaction = coordinator.begin();
                            BranchMessage branch = coordinator.enlisted(transaction, "1", Vote.PREPARED);
                            coordinator.rollback(transaction).expect("rollback", 200, 202);
                            coordinator.rollback(transaction).expect("rollback again", 200, 202);
                            coordinator.expectRolledBack(coordinator.commit(transaction));
                            coordinator.expectOrdered(transaction, branch, Decision.ROLLBACK);
                        }),
                new ConformanceCase<>(
                        "rollback-never-begun",
                        "R3",
                        "Anybody may roll back a transaction that was never begun; it cannot commit afterwards",
                        coordinator -> {
                            String transaction = coordinator.newId();
                            BranchMessage branch = coordinator.branch(transaction, "1", Vote.PREPARED);
                            coordinator.rollback(transaction).expect("rollback", 200, 202);
                            coordinator.expectRolledBack(
                                    coordinator.commit(transaction, List.of(branch), CoordinatorUnderTest.deadline()));
                            coordinator.expectOrdered(transaction, branch, Decision.ROLLBACK);
                        }),
                new ConformanceCase<>(
                        "commit-meets-rollback",
                        "I6",
                        "When commit and rollback meet, both are told the same decision, and it is carried out",
                        DecisionCases::race),
                new ConformanceCase<>(
                        "deadline",
                        "R10",
                        "A transaction that nobody commits rolls back after its deadline",
                        coordinator -> {
                            String transaction = coordinator.begin("PT1S");
                            BranchMessage branch = coordinator.enlisted(transaction, "1", Vote.PREPARED);
                            coordinator.expectOrdered(transaction, branch, Decision.ROLLBACK);
                            requireIn(coordinator.awaitComplete(transaction).outcome(), "the outcome", "ROLLED_BACK");
                            coordinator.expectRolledBack(coordinator.commit(transaction));
                        }),
                new ConformanceCase<>(
                        "inquiry", "R4", "An inquiry tells what is decided, and no more", DecisionCases::inquiry),
                new ConformanceCase<>(
                        "inquiry-after-deadline",
                        "R3",
                        "An inquiry after the deadline writes ROLLBACK, and it stands",
                        DecisionCases::inquiryAfterDeadline),
                new ConformanceCase<>(
                        "search", "§5", "The search finds a transaction by name and state", coordinator -> {
                            String transaction = coordinator.begin();
                            coordinator.await(
                                    "the transaction in the search",
                                    () -> coordinator
                                                    .get("/transactions?name=conformance&state=ACTIVE&limit=100")
                                                    .expect(200, "search")
                                                    .body()
                                                    .contains(transaction)
                                            ? Optional.of(true)
                                            : Optional.empty());
                            coordinator.rollback(transaction);
                        }));
    }

    private static void race(CoordinatorUnderTest coordinator) {
        for (int i = 0; i < RACES; i++) {
            String transaction = coordinator.begin();
            BranchMessage branch = coordinator.enlisted(transaction, "1", Vote.PREPARED);
            CompletableFuture<Answer> commit = CompletableFuture.supplyAsync(() -> coordinator.commit(transaction));
            Answer rollback = coordinator.rollback(transaction);
            Answer answer = commit.join();
            boolean committed = answer.isSuccess();
            if (committed) {
                coordinator.expectCommitted(answer);
                rollback.problem(ProblemType.DECISION_FINAL, "rollback that met a commit");
            } else {
                coordinator.expectRolledBack(answer);
                rollback.expect("rollback that met a commit", 200, 202);
            }
            coordinator.expectOrdered(transaction, branch, committed ? Decision.COMMIT : Decision.ROLLBACK);
        }
    }

    private static void inquiry(CoordinatorUnderTest coordinator) {
        Instant deadline = CoordinatorUnderTest.deadline();
        String committed = coordinator.begin();
        BranchMessage branch = coordinator.enlisted(committed, "1", Vote.PREPARED);
        String ref = String.valueOf(branch.ref());
        requireIn(coordinator.inquire(committed, "1", ref, deadline), "the answer before the decision", "UNDECIDED");
        coordinator.expectCommitted(coordinator.commit(committed));
        requireIn(coordinator.inquire(committed, "1", ref, deadline), "the answer after COMMIT", "COMMIT");
        requireIn(
                coordinator.inquire(committed, "1", ref + ":other", deadline),
                "the answer about an execution that is not in the set",
                "ROLLBACK");
        String rolledBack = coordinator.begin();
        BranchMessage other = coordinator.enlisted(rolledBack, "1", Vote.PREPARED);
        coordinator.rollback(rolledBack).expect("rollback", 200, 202);
        requireIn(
                coordinator.inquire(rolledBack, "1", String.valueOf(other.ref()), deadline),
                "the answer after ROLLBACK",
                "ROLLBACK");
        String ancient = coordinator.newId(Instant.parse("2020-01-01T00:00:00Z"));
        String ancientRef =
                String.valueOf(coordinator.branch(ancient, "1", Vote.PREPARED).ref());
        requireIn(
                coordinator.inquire(ancient, "1", ancientRef, deadline),
                "the answer about a transaction of 2020",
                "FORGOTTEN");
    }

    private static void inquiryAfterDeadline(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.newId();
        BranchMessage branch = coordinator.branch(transaction, "1", Vote.PREPARED);
        String ref = String.valueOf(branch.ref());
        requireIn(
                coordinator.inquire(transaction, "1", ref, CoordinatorUnderTest.deadline()),
                "the answer before the deadline",
                "UNDECIDED");
        requireIn(
                coordinator.inquire(transaction, "1", ref, Instant.now().minusSeconds(1)),
                "the answer after the deadline",
                "ROLLBACK");
        Answer answer = coordinator.commit(transaction, List.of(branch), CoordinatorUnderTest.deadline());
        require(!answer.isSuccess(), "committed after an inquiry was answered ROLLBACK");
        coordinator.expectRolledBack(answer);
    }
}
