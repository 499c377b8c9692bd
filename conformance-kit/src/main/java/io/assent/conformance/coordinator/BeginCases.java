package io.assent.conformance.coordinator;

import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.Answer;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.BeginRequest;
import io.assent.protocol.wire.BeginResponse;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.TransactionView;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Begin and enlist. */
final class BeginCases {

    private BeginCases() {}

    static List<ConformanceCase<CoordinatorUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "begin", "§5", "Begin is answered 201 with Location and the transaction", coordinator -> {
                            Answer answer =
                                    coordinator.post("/transactions", new BeginRequest(null, "conformance", "PT30S"));
                            TransactionView view = answer.expect(201, "begin").as(TransactionView.class);
                            String location =
                                    answer.headers().firstValue("Location").orElse("none");
                            require(
                                    location.endsWith("/v1/transactions/" + view.id()),
                                    "Location must lead to the transaction, was " + location);
                            require("ACTIVE".equals(view.state()), "a new transaction is ACTIVE, was " + view.state());
                            require("ACTIVE".equals(coordinator.view(view.id()).state()), "GET must show it as ACTIVE");
                        }),
                new ConformanceCase<>(
                        "begin-repeated",
                        "R8",
                        "Begin may be repeated; with other content it is a conflict",
                        coordinator -> {
                            BeginRequest request = new BeginRequest(coordinator.newId(), "conformance", "PT30S");
                            BeginResponse first = coordinator
                                    .post("/transactions", request)
                                    .expect(201, "begin")
                                    .as(BeginResponse.class);
                            BeginResponse again = coordinator
                                    .post("/transactions", request)
                                    .expect(201, "begin again")
                                    .as(BeginResponse.class);
                            require(
                                    first.token() != null && first.token().equals(again.token()),
                                    "begin must be answered with a token, and with the same one again");
                            coordinator
                                    .post("/transactions", new BeginRequest(request.id(), "another name", "PT30S"))
                                    .problem(ProblemType.TRANSACTION_CONFLICT, "begin with other content");
                        }),
                new ConformanceCase<>(
                        "begin-refused", "R9", "Ids and timeouts out of range are refused", BeginCases::refused),
                new ConformanceCase<>(
                        "enlist", "R2", "Enlist may be repeated; other data is a conflict", BeginCases::enlist),
                new ConformanceCase<>(
                        "enlist-token",
                        "§5",
                        "Only with the transaction's own token a branch is enlisted, and nobody else is shown it",
                        BeginCases::token),
                new ConformanceCase<>(
                        "enlist-too-late",
                        "R2",
                        "No branch enlists after the commit request or the decision",
                        coordinator -> {
                            String committed = coordinator.begin();
                            coordinator.commit(committed).expect(200, "commit of no branches");
                            coordinator
                                    .enlist(committed, coordinator.branch(committed, "1", Vote.PREPARED))
                                    .problem(ProblemType.TRANSACTION_CLOSED, "enlist after commit");
                            String rolledBack = coordinator.begin();
                            coordinator.rollback(rolledBack).expect(200, "rollback");
                            coordinator
                                    .enlist(rolledBack, coordinator.branch(rolledBack, "1", Vote.PREPARED))
                                    .problem(ProblemType.TRANSACTION_CLOSED, "enlist after rollback");
                        }),
                new ConformanceCase<>(
                        "participant-not-allowed",
                        "I14",
                        "An address that is not allowed is refused when it arrives",
                        BeginCases::notAllowed));
    }

    private static void refused(CoordinatorUnderTest coordinator) {
        for (String timeout : List.of("PT0S", "-PT1S", "P400D", "soon")) {
            coordinator
                    .post("/transactions", new BeginRequest(null, null, timeout))
                    .problem(ProblemType.INVALID_VALUE, "begin with timeout " + timeout);
        }
        coordinator
                .post("/transactions", CoordinatorUnderTest.EMPTY)
                .problem(ProblemType.INVALID_VALUE, "begin without timeout");
        for (String id : List.of(
                "not-a-uuid",
                coordinator.newId().toUpperCase(java.util.Locale.ROOT),
                "6f9619ff-8b86-4011-b42d-00c04fc964ff",
                coordinator.newId(Instant.now().plus(Duration.ofMinutes(10))))) {
            coordinator
                    .post("/transactions", new BeginRequest(id, null, "PT30S"))
                    .problem(ProblemType.INVALID_VALUE, "begin with id " + id);
        }
        coordinator
                .post(
                        "/transactions",
                        new BeginRequest(coordinator.newId(Instant.parse("2020-01-01T00:00:00Z")), null, "PT30S"))
                .problem(ProblemType.TRANSACTION_TOO_OLD, "begin with an id of 2020");
    }

    private static void enlist(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.begin();
        BranchMessage pending = coordinator.branch(transaction, "1", Vote.PENDING);
        coordinator.enlist(transaction, pending).expect(201, "enlist");
        coordinator.enlist(transaction, pending).expect(200, "enlist again");
        BranchMessage prepared = new BranchMessage(
                pending.branch(), pending.participant(), pending.url(), pending.ref(), Vote.PREPARED.name(), null);
        coordinator.enlist(transaction, prepared).expect(200, "enlist with the vote that was missing");
        coordinator
                .enlist(transaction, coordinator.branch(transaction, "1", Vote.PREPARED))
                .problem(ProblemType.BRANCH_CONFLICT, "enlist with another ref");
        String unknown = coordinator.newId();
        coordinator
                .enlist(unknown, coordinator.branch(unknown, "1", Vote.PREPARED))
                .problem(ProblemType.TRANSACTION_NOT_FOUND, "enlist in a transaction that was never begun");
        coordinator.expectCommitted(coordinator.commit(transaction));
        coordinator.expectOrdered(transaction, prepared, Decision.COMMIT);
    }

    private static void token(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.begin();
        String other = coordinator.begin();
        BranchMessage branch = coordinator.branch(transaction, "1", Vote.PREPARED);
        coordinator.enlist(transaction, branch, null).problem(ProblemType.INVALID_VALUE, "enlist without a token");
        coordinator
                .enlist(transaction, branch, "guessed")
                .problem(ProblemType.INVALID_VALUE, "enlist with a token that is not well formed");
        for (String wrong : List.of(coordinator.strangeToken(), coordinator.token(other))) {
            coordinator
                    .enlist(transaction, branch, wrong)
                    .problem(ProblemType.TRANSACTION_NOT_FOUND, "enlist with another token");
        }
        require(coordinator.view(transaction).branches().isEmpty(), "a branch was enlisted without the token");
        Answer enlisted = coordinator.enlist(transaction, branch).expect(201, "enlist with the token");
        Answer shown = coordinator.get("/transactions/" + transaction).expect(200, "GET /transactions/{id}");
        for (Answer answer : List.of(enlisted, shown)) {
            require(!answer.body().contains(coordinator.token(transaction)), "the token is shown: " + answer.body());
        }
        coordinator.rollback(transaction);
        coordinator.rollback(other);
    }

    private static void notAllowed(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.begin();
        BranchMessage good = coordinator.branch(transaction, "1", Vote.PREPARED);
        for (String url : List.of(
                // Reserved for documentation (RFC 5737): nobody's participant.
                "http://203.0.113.7:9/assent/v1",
                "http://somebody:secret@" + String.valueOf(good.url()).substring("http://".length()),
                "ftp://127.0.0.1/assent/v1",
                "file:///etc/passwd")) {
            BranchMessage bad = new BranchMessage("1", good.participant(), url, good.ref(), "PREPARED", null);
            Answer answer = coordinator.enlist(transaction, bad);
            require(
                    answer.status() == 400,
                    "the address " + url + " must be refused, the answer was " + answer.status());
            answer.problem("enlist at " + url);
        }
        require(coordinator.view(transaction).branches().isEmpty(), "a branch that was refused is listed");
        coordinator.rollback(transaction);
    }
}
