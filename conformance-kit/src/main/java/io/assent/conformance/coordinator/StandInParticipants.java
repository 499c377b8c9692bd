package io.assent.conformance.coordinator;

import io.assent.conformance.StandInServer;
import io.assent.conformance.StandInServer.Reply;
import io.assent.conformance.http.Messages;
import io.assent.conformance.http.Transcript;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.PrepareRequest;
import io.assent.protocol.wire.PrepareResponse;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * All participants that a coordinator is given. How a branch behaves is set for each; one that was not set votes PREPARED
 * and acknowledges. Thread-safe.
 */
final class StandInParticipants implements AutoCloseable {

    /** The answer to a question for a vote. */
    enum VoteScript {
        PREPARED,
        READ_ONLY,
        ROLLBACK,
        /** A word that is no vote. */
        UNKNOWN,
        SERVER_ERROR,
        HTML,
        EMPTY,
        HANG_UP,
        /** The answer comes after {@link #SLOW}. */
        TOO_LATE
    }

    /** The answer to an order. */
    enum OrderScript {
        ACKNOWLEDGE,
        NEVER_SEEN,
        BUSY,
        STILL_PREPARED,
        /** The right state for another execution. */
        OTHER_REF,
        /** No result for this order. */
        MISSING,
        SERVER_ERROR,
        HTML,
        MISDIRECTED,
        HANG_UP
    }

    /** How long {@link VoteScript#TOO_LATE} takes. */
    static final Duration SLOW = Duration.ofSeconds(3);

    private final StandInServer server;
    private final InetSocketAddress address;
    private final Transcript transcript;
    private final Map<Key, Part> parts = new ConcurrentHashMap<>();

    private record Key(String transaction, String branch) {}

    /** What one branch does and what it was asked. The last answer of each list is repeated. */
    private static final class Part {
        private List<VoteScript> votes = List.of(VoteScript.PREPARED);
        private List<OrderScript> answers = List.of(OrderScript.ACKNOWLEDGE);
        private int asked;
        private final List<DecisionOrder> orders = new ArrayList<>();

        synchronized VoteScript vote() {
            return votes.get(Math.min(asked++, votes.size() - 1));
        }

        synchronized OrderScript answer(DecisionOrder order) {
            orders.add(order);
            return answers.get(Math.min(orders.size() - 1, answers.size() - 1));
        }
    }

    StandInParticipants(InetSocketAddress address, Transcript transcript) {
        this.address = address;
        this.transcript = transcript;
        this.server = new StandInServer(address, this::answer);
    }

    /** The base address of every participant. */
    String url() {
        return "http://" + address.getHostString() + ":" + server.port() + "/assent/v1";
    }

    /** How a branch answers questions for its vote. */
    void votes(String transaction, String branch, VoteScript... votes) {
        Part part = part(transaction, branch);
        synchronized (part) {
            part.votes = List.of(votes);
        }
    }

    /** How a branch answers orders. */
    void answers(String transaction, String branch, OrderScript... answers) {
        Part part = part(transaction, branch);
        synchronized (part) {
            part.answers = List.of(answers);
        }
    }

    /** How often a branch was asked for its vote. */
    int asked(String transaction, String branch) {
        Part part = part(transaction, branch);
        synchronized (part) {
            return part.asked;
        }
    }

    /** The orders that a branch was given, in order. */
    List<DecisionOrder> orders(String transaction, String branch) {
        Part part = part(transaction, branch);
        synchronized (part) {
            return List.copyOf(part.orders);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private Part part(@Nullable String transaction, @Nullable String branch) {
        return parts.computeIfAbsent(new Key(String.valueOf(transaction), String.valueOf(branch)), key -> new Part());
    }

    private Reply answer(StandInServer.Incoming request) throws InterruptedException {
        String path = request.path();
        String body = request.body();
        transcript.add("→ (to the kit) " + request.method() + " " + path + " " + body);
        Reply reply = path.endsWith("/prepare")
                ? vote(WireJson.tolerant().readValue(body, PrepareRequest.class))
                : path.endsWith("/decisions")
                        ? decide(WireJson.tolerant().readValue(body, DecisionsRequest.class))
                        : problem(ProblemType.NOT_FOUND);
        transcript.add("← (from the kit) " + (reply.status() == 0 ? "hangs up" : reply.status()) + " " + reply.body());
        return reply;
    }

    private Reply vote(PrepareRequest request) throws InterruptedException {
        VoteScript script = part(request.transaction(), request.branch()).vote();
        return switch (script) {
            case PREPARED -> voted(Vote.PREPARED.name());
            case READ_ONLY -> voted(Vote.READ_ONLY.name());
            case ROLLBACK -> voted(Vote.ROLLBACK.name());
            case UNKNOWN -> voted("CERTAINLY");
            case SERVER_ERROR -> problem(ProblemType.INTERNAL_ERROR);
            case HTML -> new Reply(200, "text/html", "<html>{\"vote\":\"PREPARED\"}</html>");
            case EMPTY -> Reply.json(200, "");
            case HANG_UP -> Reply.HANG_UP;
            case TOO_LATE -> {
                Thread.sleep(SLOW.toMillis());
                yield voted(Vote.PREPARED.name());
            }
        };
    }

    private static Reply voted(String vote) {
        return Reply.json(200, Messages.json(new PrepareResponse(vote, null)));
    }

    private Reply decide(DecisionsRequest request) {
        List<DecisionResult> results = new ArrayList<>();
        Reply instead = null;
        for (DecisionOrder order : Objects.requireNonNullElse(request.decisions(), List.<DecisionOrder>of())) {
            OrderScript script = part(order.transaction(), order.branch()).answer(order);
            switch (script) {
                case ACKNOWLEDGE -> results.add(result(order, order.ref(), decided(order)));
                case NEVER_SEEN -> results.add(result(order, order.ref(), BranchState.NEVER_SEEN));
                case BUSY -> results.add(result(order, order.ref(), BranchState.BUSY));
                case STILL_PREPARED -> results.add(result(order, order.ref(), BranchState.PREPARED));
                case OTHER_REF -> results.add(result(order, "assent:conformance:another-execution", decided(order)));
                case MISSING -> {}
                case SERVER_ERROR -> instead = problem(ProblemType.INTERNAL_ERROR);
                case HTML -> instead = new Reply(200, "text/html", "<html>COMMITTED</html>");
                case MISDIRECTED -> instead = problem(ProblemType.MISDIRECTED);
                case HANG_UP -> instead = Reply.HANG_UP;
            }
        }
        return instead != null ? instead : Reply.json(200, Messages.json(new DecisionsResponse(results)));
    }

    private static BranchState decided(DecisionOrder order) {
        return Decision.COMMIT.name().equals(order.decision()) ? BranchState.COMMITTED : BranchState.ROLLED_BACK;
    }

    private static DecisionResult result(DecisionOrder order, @Nullable String ref, BranchState state) {
        return new DecisionResult(order.transaction(), order.branch(), ref, state.name());
    }

    private static Reply problem(ProblemType type) {
        return new Reply(type.status(), Problem.MEDIA_TYPE, Messages.json(Problem.of(type, "on purpose")));
    }
}
