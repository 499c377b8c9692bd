package io.assent.conformance.coordinator;

import static io.assent.conformance.coordinator.CoordinatorUnderTest.requireIn;
import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.coordinator.StandInParticipants.OrderScript;
import io.assent.conformance.http.Answer;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.TransactionView;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import java.util.Optional;

/** Phase two: what is an acknowledgement, and what happens without one. */
final class DeliveryCases {

    private DeliveryCases() {}

    static List<ConformanceCase<CoordinatorUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "order-repeated",
                        "R7",
                        "An order is repeated until exactly this execution has acknowledged it",
                        coordinator -> {
                            for (OrderScript script : List.of(
                                    OrderScript.HANG_UP,
                                    OrderScript.SERVER_ERROR,
                                    OrderScript.HTML,
                                    OrderScript.MISSING,
                                    OrderScript.OTHER_REF,
                                    OrderScript.BUSY,
                                    OrderScript.STILL_PREPARED,
                                    OrderScript.MISDIRECTED)) {
                                repeated(coordinator, script);
                            }
                        }),
                new ConformanceCase<>("rollback-repeated", "R7", "A ROLLBACK order is repeated, too", coordinator -> {
                    String transaction = coordinator.begin();
                    BranchMessage branch = coordinator.enlisted(transaction, "1", Vote.PREPARED);
                    coordinator
                            .participants()
                            .answers(transaction, "1", OrderScript.HANG_UP, OrderScript.BUSY, OrderScript.ACKNOWLEDGE);
                    coordinator.rollback(transaction).expect("rollback", 200, 202);
                    requireIn(coordinator.awaitComplete(transaction).outcome(), "the outcome", "ROLLED_BACK");
                    coordinator.expectOrdered(transaction, branch, Decision.ROLLBACK);
                }),
                new ConformanceCase<>(
                        "rollback-meets-never-seen",
                        "R7",
                        "A ROLLBACK order that is answered NEVER_SEEN is finished",
                        coordinator -> {
                            String transaction = coordinator.begin();
                            coordinator.enlisted(transaction, "1", Vote.PENDING);
                            coordinator.participants().answers(transaction, "1", OrderScript.NEVER_SEEN);
                            coordinator.rollback(transaction).expect("rollback", 200, 202);
                            requireIn(coordinator.awaitComplete(transaction).outcome(), "the outcome", "ROLLED_BACK");
                        }),
                new ConformanceCase<>(
                        "commit-meets-never-seen",
                        "R7",
                        "A COMMIT order that is answered NEVER_SEEN is a heuristic outcome that only a person closes",
                        DeliveryCases::heuristic),
                new ConformanceCase<>(
                        "commit-meets-never-seen-once",
                        "R7",
                        "One of two branches answers NEVER_SEEN: the outcome is HEURISTIC_MIXED",
                        coordinator -> {
                            String transaction = coordinator.begin();
                            BranchMessage good = coordinator.enlisted(transaction, "1", Vote.PREPARED);
                            coordinator.enlisted(transaction, "2", Vote.PREPARED);
                            coordinator.participants().answers(transaction, "2", OrderScript.NEVER_SEEN);
                            coordinator.commit(transaction).expect(202, "commit");
                            coordinator.expectOrdered(transaction, good, Decision.COMMIT);
                            awaitOutcome(coordinator, transaction, "HEURISTIC_MIXED");
                            resolve(coordinator, transaction);
                        }),
                new ConformanceCase<>(
                        "participant-down",
                        "§3",
                        "A participant that is down delays nobody else, and commits when it is back",
                        DeliveryCases::down));
    }

    private static void repeated(CoordinatorUnderTest coordinator, OrderScript script) {
        String transaction = coordinator.begin();
        BranchMessage branch = coordinator.enlisted(transaction, "1", Vote.PREPARED);
        coordinator.participants().answers(transaction, "1", script, OrderScript.ACKNOWLEDGE);
        coordinator.expectCommitted(coordinator.commit(transaction));
        TransactionView view = coordinator.awaitComplete(transaction);
        requireIn(view.outcome(), "the outcome after the answer " + script, "COMMITTED");
        List<DecisionOrder> orders = coordinator.participants().orders(transaction, "1");
        require(orders.size() >= 2, "the answer " + script + " was taken for an acknowledgement");
        coordinator.expectOrdered(transaction, branch, Decision.COMMIT);
    }

    private static void heuristic(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.begin();
        coordinator.enlisted(transaction, "1", Vote.PREPARED);
        coordinator.participants().answers(transaction, "1", OrderScript.NEVER_SEEN);
        Answer answer = coordinator.commit(transaction).expect(202, "commit");
        requireIn(answer.json().path("decision").asString(), "the decision", "COMMIT");
        TransactionView view = awaitOutcome(coordinator, transaction, "HEURISTIC_ROLLBACK");
        requireIn(view.completion(), "the completion before a person has spoken", "PENDING");
        resolve(coordinator, transaction);
        TransactionView closed = coordinator.view(transaction);
        requireIn(closed.completion(), "the completion after a person has spoken", "COMPLETE");
        requireIn(closed.outcome(), "the outcome after a person has spoken", "HEURISTIC_ROLLBACK");
    }

    private static TransactionView awaitOutcome(CoordinatorUnderTest coordinator, String transaction, String outcome) {
        return coordinator.await("the outcome " + outcome, () -> {
            TransactionView view = coordinator.view(transaction);
            return outcome.equals(view.outcome()) ? Optional.of(view) : Optional.empty();
        });
    }

    private static void resolve(CoordinatorUnderTest coordinator, String transaction) {
        coordinator
                .post("/transactions/" + transaction + "/resolution", "{\"reason\":\"conformance kit\"}")
                .expect(200, "resolution");
    }

    private static void down(CoordinatorUnderTest coordinator) throws IOException {
        String host = java.net.URI.create(coordinator.participants().url()).getHost();
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getByName(host))) {
            port = free.getLocalPort();
        }
        String transaction = coordinator.begin();
        BranchMessage up = coordinator.enlisted(transaction, "1", Vote.PREPARED);
        BranchMessage like = coordinator.branch(transaction, "2", Vote.PREPARED);
        BranchMessage down = new BranchMessage(
                "2",
                "conformance-down",
                "http://" + host + ":" + port + "/assent/v1",
                like.ref(),
                Vote.PREPARED.name(),
                null);
        coordinator.enlist(transaction, down).expect(201, "enlist");
        Answer answer = coordinator.commit(transaction).expect(202, "commit");
        requireIn(answer.json().path("completion").asString(), "the completion", "PENDING");
        coordinator.expectOrdered(transaction, up, Decision.COMMIT);
        try (StandInParticipants back =
                new StandInParticipants(new InetSocketAddress(host, port), coordinator.transcript())) {
            requireIn(coordinator.awaitComplete(transaction).outcome(), "the outcome", "COMMITTED");
            require(
                    back.orders(transaction, "2").stream().anyMatch(order -> "COMMIT".equals(order.decision())),
                    "complete although branch 2 was never ordered to commit");
        }
    }
}
