package io.assent.conformance.coordinator;

import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.http.Answer;
import io.assent.conformance.http.Messages;
import io.assent.conformance.http.Patience;
import io.assent.conformance.http.RecordingClient;
import io.assent.conformance.http.RecordingClient.Request;
import io.assent.conformance.http.Transcript;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.BeginRequest;
import io.assent.protocol.wire.BeginResponse;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.EnlistRequest;
import io.assent.protocol.wire.InquiredBranch;
import io.assent.protocol.wire.InquiryRequest;
import io.assent.protocol.wire.InquiryResponse;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.TransactionView;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The coordinator that is tried, as initiators and participants see it. Thread-safe. */
final class CoordinatorUnderTest {

    /** What the kit's participants are called. */
    static final ParticipantName PARTICIPANT = new ParticipantName("conformance-participant");

    static final String EMPTY = "{}";
    private static final String LIFETIME = "PT60S";
    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(60);

    private final CoordinatorOptions options;
    private final RecordingClient http;
    private final Transcript transcript;
    private final StandInParticipants participants;
    private final RandomGenerator random = new SecureRandom();
    private final Map<String, String> tokens = new ConcurrentHashMap<>();

    CoordinatorUnderTest(CoordinatorOptions options, Transcript transcript, StandInParticipants participants) {
        this.options = options;
        this.transcript = transcript;
        this.http = new RecordingClient(transcript, options.headers(), ANSWER_TIMEOUT);
        this.participants = participants;
    }

    Transcript transcript() {
        return transcript;
    }

    StandInParticipants participants() {
        return participants;
    }

    // ---- requests

    Answer post(String path, String body) {
        return http.send(Request.post(at(path), body));
    }

    Answer post(String path, Object message) {
        return post(path, Messages.json(message));
    }

    Answer get(String path) {
        return http.send(Request.get(at(path)));
    }

    Answer send(Request request) {
        return http.send(request);
    }

    URI at(String path) {
        return URI.create(options.base() + "/v1" + path);
    }

    /** Begins a transaction that lives long enough for any case. */
    String begin() {
        return begin(LIFETIME);
    }

    /** Begins a transaction and returns its id. */
    String begin(String timeout) {
        BeginResponse begun = post("/transactions", new BeginRequest(null, "conformance", timeout))
                .expect(201, "begin")
                .as(BeginResponse.class);
        if (begun.token() != null) {
            tokens.put(begun.id(), begun.token());
        }
        return begun.id();
    }

    /** A branch of the kit's participants with a new execution. */
    BranchMessage branch(String transaction, String branch, Vote vote) {
        BranchRef ref = BranchRef.create(PARTICIPANT, TransactionId.parse(transaction), new BranchId(branch), random);
        return new BranchMessage(branch, PARTICIPANT.value(), participants.url(), ref.value(), vote.name(), null);
    }

    /** With the token that begin answered; for a transaction that was not begun here with some other one. */
    Answer enlist(String transaction, BranchMessage branch) {
        return enlist(transaction, branch, tokens.getOrDefault(transaction, strangeToken()));
    }

    Answer enlist(String transaction, BranchMessage branch, @Nullable String token) {
        return post("/transactions/" + transaction + "/branches", EnlistRequest.of(branch, token));
    }

    /** What begin answered. */
    String token(String transaction) {
        String token = tokens.get(transaction);
        require(token != null, "begin answered no token");
        return String.valueOf(token);
    }

    /** One that belongs to no transaction. */
    String strangeToken() {
        return TransactionToken.create(random).value();
    }

    /** Enlists a branch and returns it. */
    BranchMessage enlisted(String transaction, String name, Vote vote) {
        BranchMessage branch = branch(transaction, name, vote);
        enlist(transaction, branch).expect(201, "enlist");
        return branch;
    }

    Answer commit(String transaction) {
        return post("/transactions/" + transaction + "/commit", EMPTY);
    }

    /** A commit request of the collected flow. */
    Answer commit(String transaction, List<BranchMessage> branches, Instant deadline) {
        return post("/transactions/" + transaction + "/commit", collected(branches, deadline));
    }

    static String collected(List<BranchMessage> branches, Instant deadline) {
        return "{\"deadline\":\"" + deadline + "\",\"branches\":" + Messages.json(branches) + "}";
    }

    Answer rollback(String transaction) {
        return post("/transactions/" + transaction + "/rollback", EMPTY);
    }

    /** The transaction as it is shown. */
    TransactionView view(String transaction) {
        return get("/transactions/" + transaction)
                .expect(200, "GET /transactions/{id}")
                .as(TransactionView.class);
    }

    /** What an inquiry about one branch is answered; a branch that is missing is UNDECIDED. */
    String inquire(String transaction, String branch, String ref, Instant deadline) {
        InquiryResponse response = post(
                        "/inquiries",
                        new InquiryRequest(
                                PARTICIPANT.value(),
                                List.of(new InquiredBranch(transaction, branch, ref, deadline.toString()))))
                .expect(200, "inquiry")
                .as(InquiryResponse.class);
        return response.answers().stream()
                .filter(answer -> answer.transaction().equals(transaction)
                        && answer.branch().equals(branch)
                        && answer.ref().equals(ref))
                .findFirst()
                .map(answer -> answer.answer())
                .orElse("UNDECIDED");
    }

    /** A new id, as an initiator makes it. */
    String newId() {
        return newId(Instant.now());
    }

    String newId(Instant time) {
        return TransactionId.create(time, random).toString();
    }

    // ---- what must be seen

    /** A commit that has happened: 200 COMMIT COMPLETE COMMITTED, or 202 on the way there. */
    void expectCommitted(Answer answer) {
        answer.expect("commit", 200, 202);
        require(
                Decision.COMMIT.name().equals(answer.json().path("decision").asString()),
                "the decision must be COMMIT: " + answer.body());
        if (answer.status() == 200) {
            require(
                    "COMPLETE".equals(answer.json().path("completion").asString())
                            && "COMMITTED".equals(answer.json().path("outcome").asString()),
                    "200 means completion COMPLETE and an outcome: " + answer.body());
        }
    }

    /** 409 transaction-rolled-back. */
    void expectRolledBack(Answer answer) {
        String decision =
                answer.problem(ProblemType.TRANSACTION_ROLLED_BACK, "commit").decision();
        require(
                decision == null || decision.equals(Decision.ROLLBACK.name()),
                "transaction-rolled-back with the decision " + decision);
    }

    /** Waits until the execution has got an order, and checks that it, or the branch as a whole, never got another kind. */
    void expectOrdered(String transaction, BranchMessage branch, Decision decision) {
        String name = String.valueOf(branch.branch());
        List<DecisionOrder> orders = await("the order " + decision + " for branch " + name, () -> {
            List<DecisionOrder> seen = participants.orders(transaction, name).stream()
                    .filter(order -> order.ref() == null || order.ref().equals(branch.ref()))
                    .toList();
            return seen.isEmpty() ? Optional.empty() : Optional.of(seen);
        });
        for (DecisionOrder order : orders) {
            require(
                    decision.name().equals(order.decision()),
                    "branch " + name + " was ordered to " + order.decision() + " instead of " + decision);
            require(
                    order.ref() != null || decision == Decision.ROLLBACK,
                    "branch " + name + " was ordered to COMMIT without a ref");
        }
    }

    void expectNotOrdered(String transaction, String branch, Decision decision) {
        require(
                participants.orders(transaction, branch).stream()
                        .noneMatch(order -> decision.name().equals(order.decision())),
                "branch " + branch + " was ordered to " + decision);
    }

    /** Waits until the transaction is complete. */
    TransactionView awaitComplete(String transaction) {
        return await("the transaction to be complete", () -> {
            TransactionView view = view(transaction);
            return "COMPLETE".equals(view.completion()) ? Optional.of(view) : Optional.empty();
        });
    }

    /** See {@link Patience#await}. */
    <T> T await(String what, Callable<Optional<T>> attempt) {
        return new Patience(options.patience(), POLL).await(what, attempt);
    }

    /** A deadline far enough away for any case. */
    static Instant deadline() {
        return Instant.now().plusSeconds(60);
    }

    static void requireIn(@Nullable String actual, String what, String... expected) {
        require(
                Arrays.asList(expected).contains(String.valueOf(actual)),
                what + " must be " + String.join(" or ", expected) + ", was " + actual);
    }
}
