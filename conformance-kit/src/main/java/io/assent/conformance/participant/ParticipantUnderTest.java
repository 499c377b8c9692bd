package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.HttpTemplate;
import io.assent.conformance.http.Answer;
import io.assent.conformance.http.CaseFailedException;
import io.assent.conformance.http.CaseSkippedException;
import io.assent.conformance.http.Messages;
import io.assent.conformance.http.Patience;
import io.assent.conformance.http.RecordingClient;
import io.assent.conformance.http.RecordingClient.Request;
import io.assent.conformance.http.Transcript;
import io.assent.conformance.participant.Call.Prepared;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.wire.BranchStatus;
import io.assent.protocol.wire.BranchesResponse;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.PrepareRequest;
import io.assent.protocol.wire.PrepareResponse;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The participant that is tried, as a coordinator and a caller see it. Thread-safe. */
final class ParticipantUnderTest {

    private static final Duration LIFETIME = Duration.ofMinutes(2);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
    static final BranchId BRANCH = new BranchId("1");

    private final ParticipantOptions options;
    private final Transcript transcript;
    private final RecordingClient http;
    private final @Nullable StandInCoordinator coordinator;
    private final RandomGenerator random = new SecureRandom();
    private final Queue<Call> open = new ConcurrentLinkedQueue<>();
    private volatile @Nullable String name;
    private volatile boolean late;

    /** @param coordinator what the participant has been configured to ask; null if it was not */
    ParticipantUnderTest(ParticipantOptions options, Transcript transcript, @Nullable StandInCoordinator coordinator) {
        this.options = options;
        this.transcript = transcript;
        this.http = new RecordingClient(transcript, options.headers(), ANSWER_TIMEOUT);
        this.coordinator = coordinator;
    }

    Transcript transcript() {
        return transcript;
    }

    Duration patience() {
        return options.patience();
    }

    /** What the participant calls itself; known after its first vote. */
    String name() {
        String known = name;
        if (known == null) {
            throw new CaseSkippedException("the participant's name is not known: its first vote was not well formed");
        }
        return known;
    }

    /** Whether it votes with the answer of the work call or when it is asked. */
    boolean isLate() {
        return late;
    }

    /** @throws CaseSkippedException if the participant does not ask this kit */
    StandInCoordinator coordinator() {
        if (coordinator == null) {
            throw new CaseSkippedException(
                    "needs --listen, and the participant's coordinator address set to where the kit listens");
        }
        return coordinator;
    }

    // ---- work calls

    /** A new call in a new transaction. */
    Call newCall() {
        return newCall(0);
    }

    /** A new call with one of the pieces of work that do not disturb each other. */
    Call newCall(int alternative) {
        return newCall(options.works().get(alternative), LIFETIME, true);
    }

    /** How many pieces of work may be in doubt at the same time. */
    int alternatives() {
        return options.works().size();
    }

    Call newCall(Duration lifetime, boolean collect) {
        return newCall(options.works().get(0), lifetime, collect);
    }

    /** @throws CaseSkippedException if the user has not said how to read */
    Call newReadOnlyCall() {
        return newCall(required(options.readOnly(), "needs --read-only, a call that only reads"), LIFETIME, true);
    }

    /** @throws CaseSkippedException if the user has not said what is refused */
    Call newRefusedCall() {
        return newCall(required(options.refused(), "needs --refused, a call that the service refuses"), LIFETIME, true);
    }

    private Call newCall(HttpTemplate work, Duration lifetime, boolean collect) {
        Instant now = Instant.now();
        String unique = "kit" + Long.toString(now.toEpochMilli(), 36) + Integer.toString(random.nextInt(1 << 24), 36);
        Call call = new Call(
                TransactionId.create(now, random),
                BRANCH,
                unique,
                work.request(unique),
                now.plus(lifetime),
                collect,
                TransactionToken.create(random));
        open.add(call);
        return call;
    }

    /** Makes the call. */
    WorkAnswer send(Call call) {
        WorkAnswer answer = WorkAnswer.of(http.send(call.message()), call.branch());
        answer.own().ifPresent(vote -> {
            name = vote.participant().value();
            late |= vote.vote() == Vote.PENDING;
        });
        return answer;
    }

    /** Makes the call and loses the reply. */
    void sendAndHangUp(Call call) {
        http.sendAndHangUp(call.message());
    }

    /** A new call that has been made and is in doubt now. */
    Prepared prepared() {
        return prepare(newCall());
    }

    /** Makes a call and asks for the vote if it did not come along. */
    Prepared prepare(Call call) {
        WorkAnswer answer = send(call);
        require(
                answer.answer().isSuccess(),
                "the work call was answered with " + answer.answer().status() + ": "
                        + answer.answer().body());
        BranchVote vote = answer.vote();
        BranchRef ref = vote.ref();
        require(ref != null, "a vote needs a ref");
        if (vote.vote() == Vote.PENDING) {
            Vote asked = askForVote(call, ref);
            require(asked == Vote.PREPARED, "the vote should be PREPARED, was " + asked);
        } else {
            require(vote.vote() == Vote.PREPARED, "the vote should be prepared, was " + vote);
        }
        return new Prepared(call, Objects.requireNonNull(ref));
    }

    // ---- the protocol endpoints

    /** A path below the participant's base. */
    URI at(String path) {
        return URI.create(options.base() + path);
    }

    Answer send(Request request) {
        return http.send(request);
    }

    /** Sends as text what may be no JSON at all. */
    Answer post(String path, String body) {
        return http.send(Request.post(at(path), body));
    }

    /** Asks for a vote, as often as nothing is known (503). */
    Vote askForVote(Call call, @Nullable BranchRef ref) {
        PrepareRequest message = new PrepareRequest(
                name(),
                call.transaction().toString(),
                call.branch().value(),
                ref == null ? null : ref.value(),
                call.deadline().toString(),
                "PT5S");
        Answer answer = await("an answer to /prepare", () -> {
            Answer reply = post("/prepare", Messages.json(message));
            return reply.status() == 503 ? Optional.empty() : Optional.of(reply);
        });
        String vote = String.valueOf(
                answer.expect(200, "/prepare").as(PrepareResponse.class).vote());
        return Stream.of(Vote.PREPARED, Vote.READ_ONLY, Vote.ROLLBACK)
                .filter(each -> each.name().equals(vote))
                .findFirst()
                .orElseThrow(() -> new CaseFailedException("not a vote: " + vote));
    }

    /** Orders until the answer is a fact: neither missing nor BUSY. */
    BranchState order(Decision decision, Prepared branch) {
        return order(decision, branch.call(), branch.ref());
    }

    /** Orders until the answer is a fact: neither missing nor BUSY; PREPARED is none either if this execution is meant. */
    BranchState order(Decision decision, Call call, @Nullable BranchRef ref) {
        DecisionOrder order = orderOf(decision, call, ref);
        return await(
                "a final answer to " + decision + " of " + call.transaction(),
                () -> orderOnce(order).filter(state -> state != BranchState.BUSY && state != BranchState.PREPARED));
    }

    DecisionOrder orderOf(Decision decision, Call call, @Nullable BranchRef ref) {
        return new DecisionOrder(
                call.transaction().toString(),
                call.branch().value(),
                ref == null ? null : ref.value(),
                decision.name());
    }

    /** One order, one answer; empty if it is not acknowledged. */
    Optional<BranchState> orderOnce(DecisionOrder order) {
        List<DecisionResult> results = orders(List.of(order));
        return state(results, order);
    }

    /** Many orders in one message. */
    List<DecisionResult> orders(List<DecisionOrder> orders) {
        Answer answer = post("/decisions", message(orders));
        if (answer.status() == 503) {
            return List.of();
        }
        List<DecisionResult> results =
                answer.expect(200, "/decisions").as(DecisionsResponse.class).results();
        require(results != null, "the answer to /decisions has no results");
        return Objects.requireNonNull(results);
    }

    /** Sends one order and loses the reply. */
    void orderAndHangUp(DecisionOrder order) {
        http.sendAndHangUp(Request.post(at("/decisions"), message(List.of(order))));
    }

    String message(List<DecisionOrder> orders) {
        return Messages.json(new DecisionsRequest(name(), orders));
    }

    /** The state of exactly the execution that was ordered; only that counts. */
    static Optional<BranchState> state(List<DecisionResult> results, DecisionOrder order) {
        List<DecisionResult> own = results.stream()
                .filter(result -> Objects.equals(result.transaction(), order.transaction())
                        && Objects.equals(result.branch(), order.branch())
                        && (order.ref() == null || order.ref().equals(result.ref())))
                .toList();
        require(own.size() <= 1, "two results for one order");
        return own.stream().findFirst().map(result -> state(result.state()));
    }

    private static BranchState state(@Nullable String text) {
        return Stream.of(BranchState.values())
                .filter(each -> each.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new CaseFailedException("not a branch state: " + text));
    }

    /** What the participant says of a branch. */
    BranchState status(Call call) {
        return status(call.transaction(), call.branch());
    }

    BranchState status(TransactionId transaction, BranchId branch) {
        BranchStatus status = http.send(Request.get(at("/branches/" + transaction + "/" + branch)))
                .expect(200, "GET /branches/{transaction}/{branch}")
                .as(BranchStatus.class);
        require(transaction.toString().equals(status.transaction()), "the status names another transaction");
        require(branch.value().equals(status.branch()), "the status names another branch");
        return state(status.state());
    }

    /** Everything that is in doubt. */
    List<BranchStatus> inDoubt() {
        List<BranchStatus> branches = http.send(Request.get(at("/branches")))
                .expect(200, "GET /branches")
                .as(BranchesResponse.class)
                .branches();
        require(branches != null, "the answer to GET /branches has no branches");
        return Objects.requireNonNull(branches);
    }

    /** The refs of one branch that are in doubt. */
    List<String> refsInDoubt(Call call) {
        return inDoubt().stream()
                .filter(branch -> call.transaction().toString().equals(branch.transaction())
                        && call.branch().value().equals(branch.branch()))
                .map(branch -> String.valueOf(branch.ref()))
                .toList();
    }

    // ---- the effect of work

    /** Checks how often the work of a call can be seen to have been done. */
    void expectEffects(Call call, int expected, String when) {
        HttpTemplate effect =
                required(options.effect(), "needs --effect, an address that shows whether the work was done");
        Answer answer = http.send(effect.request(call.unique()));
        int seen = answer.isSuccess() ? occurrences(answer.body(), call.unique()) : 0;
        require(seen == expected, when + ", the work must have been done " + expected + " times, was " + seen);
    }

    /** The same, where the case has more to check: without {@code --effect} nothing. */
    void expectEffectsIfKnown(Call call, int expected, String when) {
        if (options.effect() != null) {
            expectEffects(call, expected, when);
        }
    }

    private static int occurrences(String text, String part) {
        return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
    }

    // ---- the participant's life

    /** @throws CaseSkippedException if the user has not said how */
    void restart() throws Exception {
        ParticipantOptions.Restart restart = options.restart();
        if (restart == null) {
            throw new CaseSkippedException(needsRestart());
        }
        transcript.add("  the participant is killed and started again");
        restart.restart();
        http.reconnect();
    }

    boolean canRestart() {
        return options.restart() != null;
    }

    static String needsRestart() {
        return "needs --restart, a command that kills the participant and starts it again";
    }

    /** Rolls back whatever the case has left, so that its locks do not disturb the next one. */
    void cleanUp() {
        for (Call call = open.poll(); call != null; call = open.poll()) {
            if (name == null) {
                continue;
            }
            try {
                orderOnce(orderOf(Decision.ROLLBACK, call, null));
            } catch (CaseFailedException e) {
                transcript.add("  could not clean up: " + e.getMessage());
            }
        }
    }

    /** Keeps everything that is open out of {@link #cleanUp()}, because it goes on after a restart. */
    void keepOpen() {
        open.clear();
    }

    /** See {@link Patience#await}. */
    <T> T await(String what, Callable<Optional<T>> attempt) {
        return new Patience(options.patience(), POLL).await(what, attempt);
    }

    private static <T> T required(@Nullable T option, String otherwise) {
        if (option == null) {
            throw new CaseSkippedException(otherwise);
        }
        return option;
    }
}
