package io.assent.conformance.coordinator;

import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.ConformanceCase;
import io.assent.conformance.http.Answer;
import io.assent.conformance.http.RecordingClient.Request;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.ProblemType;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Unknown ids and bad input. Whatever is refused changes nothing. */
final class RefusalCases {

    private RefusalCases() {}

    static List<ConformanceCase<CoordinatorUnderTest>> all() {
        return List.of(
                new ConformanceCase<>(
                        "unknown-id",
                        "R4",
                        "A transaction that was never seen is 404, and that writes nothing",
                        RefusalCases::unknownId),
                new ConformanceCase<>(
                        "old-id", "R9", "A transaction below the horizon is 410, not rolled back", coordinator -> {
                            String ancient = coordinator.newId(Instant.parse("2020-01-01T00:00:00Z"));
                            coordinator
                                    .get("/transactions/" + ancient)
                                    .problem(ProblemType.TRANSACTION_TOO_OLD, "GET of a transaction of 2020");
                            coordinator
                                    .commit(
                                            ancient,
                                            List.of(coordinator.branch(ancient, "1", Vote.PREPARED)),
                                            Instant.parse("2020-01-01T00:01:00Z"))
                                    .problem(ProblemType.TRANSACTION_TOO_OLD, "commit of a transaction of 2020");
                        }),
                new ConformanceCase<>(
                        "garbage",
                        "I15",
                        "Bad input is refused with a registered problem and changes nothing",
                        RefusalCases::garbage),
                new ConformanceCase<>(
                        "foreign-requests",
                        "I15",
                        "Unknown addresses, methods and media types are registered problems",
                        RefusalCases::foreign));
    }

    private static void unknownId(CoordinatorUnderTest coordinator) {
        String unknown = coordinator.newId();
        coordinator.get("/transactions/" + unknown).problem(ProblemType.TRANSACTION_NOT_FOUND, "GET");
        coordinator.commit(unknown).problem(ProblemType.TRANSACTION_NOT_FOUND, "commit without branches");
        coordinator.get("/transactions/" + unknown).problem(ProblemType.TRANSACTION_NOT_FOUND, "GET afterwards");
        coordinator.get("/transactions/not-a-uuid").problem(ProblemType.INVALID_VALUE, "GET of not-a-uuid");
        BranchMessage branch = coordinator.branch(unknown, "1", Vote.PREPARED);
        coordinator.expectCommitted(coordinator.commit(unknown, List.of(branch), CoordinatorUnderTest.deadline()));
    }

    private static void garbage(CoordinatorUnderTest coordinator) {
        String transaction = coordinator.begin();
        BranchMessage branch = coordinator.enlisted(transaction, "1", Vote.PREPARED);
        String commit = "/transactions/" + transaction + "/commit";
        Map<String, ProblemType> bodies = Map.ofEntries(
                Map.entry("", ProblemType.MALFORMED_REQUEST),
                Map.entry("garbage", ProblemType.MALFORMED_REQUEST),
                Map.entry("[]", ProblemType.MALFORMED_REQUEST),
                Map.entry("{\"name\":\"a\"", ProblemType.MALFORMED_REQUEST),
                Map.entry("{\"name\":\"a\",\"name\":\"b\"}", ProblemType.DUPLICATE_MEMBER),
                Map.entry("{\"nome\":\"a\"}", ProblemType.UNKNOWN_FIELD),
                Map.entry("{\"name\":1}", ProblemType.INVALID_VALUE),
                Map.entry("{\"name\":true}", ProblemType.INVALID_VALUE),
                Map.entry("{\"name\":\"\\u0000\"}", ProblemType.INVALID_VALUE),
                Map.entry("{\"name\":\"\\ud800\"}", ProblemType.INVALID_VALUE),
                Map.entry("{\"deadline\":\"tomorrow\"}", ProblemType.INVALID_VALUE),
                Map.entry("{\"branches\":\"\"}", ProblemType.INVALID_VALUE),
                Map.entry("{\"branches\":[null]}", ProblemType.INVALID_VALUE),
                Map.entry("{\"branches\":[{\"branch\":\"one\"}]}", ProblemType.INVALID_VALUE));
        bodies.forEach((body, expected) -> {
            Answer answer = coordinator.post(commit, body);
            require(answer.status() == 400, "the body " + body + " was answered with " + answer.status());
            String type = answer.problem("the body " + body).type();
            // Which of the two is a matter of the parser; that it is one of them is not.
            require(
                    type.equals(expected.uri())
                            || type.equals(ProblemType.MALFORMED_REQUEST.uri())
                            || type.equals(ProblemType.INVALID_VALUE.uri()),
                    "the body " + body + " is " + expected.uri() + ", was " + type);
        });
        coordinator
                .post(commit, "{\"name\":\"" + "x".repeat(512 * 1024) + "\"}")
                .problem(ProblemType.PAYLOAD_TOO_LARGE, "512 KB");
        coordinator
                .send(Request.post(coordinator.at(commit), "{}").with("Content-Type", "text/plain"))
                .problem(ProblemType.UNSUPPORTED_MEDIA_TYPE, "text/plain");
        require(
                "ACTIVE".equals(coordinator.view(transaction).state()),
                "bad input changed the transaction's state to "
                        + coordinator.view(transaction).state());
        coordinator.expectNotOrdered(transaction, "1", Decision.COMMIT);
        coordinator.expectNotOrdered(transaction, "1", Decision.ROLLBACK);
        coordinator.expectCommitted(coordinator.commit(transaction));
        coordinator.expectOrdered(transaction, branch, Decision.COMMIT);
    }

    private static void foreign(CoordinatorUnderTest coordinator) {
        coordinator.get("/nothing-here").problem(ProblemType.NOT_FOUND, "an unknown address");
        coordinator
                .send(new Request("DELETE", coordinator.at("/transactions"), Map.of(), null))
                .problem(ProblemType.METHOD_NOT_ALLOWED, "DELETE");
        coordinator
                .send(Request.get(coordinator.at("/transactions/" + coordinator.newId()))
                        .with("Accept", "image/png"))
                .problem("an answer as image/png");
        coordinator.get("/transactions?limit=0").problem(ProblemType.INVALID_VALUE, "a search with limit 0");
        coordinator
                .post("/inquiries", "{\"participant\":\"x\",\"branches\":[]}")
                .problem(ProblemType.INVALID_VALUE, "an inquiry about nothing");
    }
}
