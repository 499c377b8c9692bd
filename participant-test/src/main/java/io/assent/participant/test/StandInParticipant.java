package io.assent.participant.test;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Plays a service that the test does not have: answers every work call, whatever its path, votes as told, and takes the
 * coordinator's orders. Unless told otherwise it works, votes PREPARED and acknowledges. It remembers in memory only, and
 * votes in the answer: for callers that collect votes, as the starter does.
 *
 * <pre>{@code
 * static final StandInParticipant stock = StandInParticipant.start("stock-service");
 *
 * @DynamicPropertySource
 * static void configure(DynamicPropertyRegistry registry) {
 *     registry.add("stock.url", stock::url);
 * }
 * }</pre>
 *
 * Thread-safe.
 */
public final class StandInParticipant implements AutoCloseable {

    private static final String BASE = "/assent/v1";
    private static final String DECISIONS = BASE + "/decisions";
    private static final Behaviour USUAL = new Behaviour(Vote.PREPARED, null, 200, "{}");

    private final ParticipantName name;
    private final HttpServer server;
    private final ExecutorService threads;
    private final RandomGenerator random = new SecureRandom();

    private Behaviour behaviour = USUAL;
    private boolean acknowledges = true;
    private final List<Call> calls = new ArrayList<>();
    private final Map<BranchRef, BranchState> states = new HashMap<>();
    private final Map<TransactionId, Decision> ordered = new HashMap<>();

    /** @param vote null: the answer carries none */
    private record Behaviour(@Nullable Vote vote, @Nullable String reason, int status, String body) {}

    /**
     * A work call that arrived.
     *
     * @param method such as POST
     * @param path with query
     * @param body as text
     * @param transaction the global transaction that it belongs to, or null
     */
    public record Call(
            String method,
            String path,
            String body,
            @Nullable TransactionId transaction) {}

    private StandInParticipant(ParticipantName name, HttpServer server) {
        this.name = name;
        this.server = server;
        this.threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "stand-in-" + name);
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Starts one on a free port of this machine.
     *
     * @param name lower-case letters, digits and hyphens
     */
    public static StandInParticipant start(String name) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            StandInParticipant standIn = new StandInParticipant(new ParticipantName(name), server);
            server.setExecutor(standIn.threads);
            server.createContext("/", standIn::work);
            server.createContext(DECISIONS, standIn::decisions);
            server.start();
            return standIn;
        } catch (IOException e) {
            throw new UncheckedIOException("No stand-in for " + name + ": " + e.getMessage(), e);
        }
    }

    /** Where it listens, such as http://127.0.0.1:45123; any path below is a work call. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** From now on it votes so: PREPARED or READ_ONLY with 200, or ROLLBACK with 409. */
    public synchronized void votes(Vote vote) {
        switch (vote) {
            case PREPARED, READ_ONLY -> behaviour = new Behaviour(vote, null, 200, "{}");
            case ROLLBACK -> votesRollback("the test says no");
            case PENDING -> throw new IllegalArgumentException("A stand-in votes in its answer");
        }
    }

    /** From now on it votes ROLLBACK, and answers 409 with this reason as {@code detail}. */
    public synchronized void votesRollback(String reason) {
        String body = WireJson.tolerant().writeValueAsString(Map.of("detail", reason));
        behaviour = new Behaviour(Vote.ROLLBACK, reason, 409, body);
    }

    /** From now on its answers carry no vote, as those of a service without the starter, or of a proxy. */
    public synchronized void losesVotes() {
        behaviour = new Behaviour(null, null, behaviour.status(), behaviour.body());
    }

    /** From now on work calls are answered with this; the vote stays. */
    public synchronized void answers(int status, String json) {
        behaviour = new Behaviour(behaviour.vote(), behaviour.reason(), status, json);
    }

    /** Whether it carries out decisions and says so; otherwise it answers 503, as if it were down. */
    public synchronized void acknowledges(boolean value) {
        acknowledges = value;
    }

    /** It behaves as usual again and has forgotten everything. */
    public synchronized void reset() {
        behaviour = USUAL;
        acknowledges = true;
        calls.clear();
        states.clear();
        ordered.clear();
    }

    /** The work calls so far, in order. */
    public synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    /** What the coordinator has ordered for a transaction, carried out or not; empty if nothing yet. */
    public synchronized Optional<Decision> ordered(TransactionId transaction) {
        return Optional.ofNullable(ordered.get(transaction));
    }

    /** How many branches voted PREPARED and have not ended. */
    public synchronized int inDoubt() {
        return (int) states.values().stream()
                .filter(state -> state == BranchState.PREPARED)
                .count();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void work(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = read(exchange);
            String header = exchange.getRequestHeaders().getFirst(TransactionContext.NAME);
            TransactionContext context = header == null ? null : TransactionContext.parse(header);
            Behaviour now = worked(exchange, body, context);
            if (context != null && now.vote() != null) {
                exchange.getResponseHeaders().set(BranchesHeader.NAME, vote(context, now.vote(), now.reason()));
            }
            answer(exchange, now.status(), now.body());
        }
    }

    private synchronized Behaviour worked(HttpExchange exchange, String body, @Nullable TransactionContext context) {
        calls.add(new Call(
                exchange.getRequestMethod(),
                exchange.getRequestURI().toString(),
                body,
                context == null ? null : context.id()));
        return behaviour;
    }

    private synchronized String vote(TransactionContext context, Vote vote, @Nullable String reason) {
        BranchRef ref = ExecutionRef.create(name, context.id(), context.branch(), context.deadline(), random);
        if (vote == Vote.PREPARED) {
            states.put(ref, BranchState.PREPARED);
        }
        return BranchesHeader.format(List.of(new BranchVote(context.branch(), name, url() + BASE, vote, ref, reason)));
    }

    private void decisions(HttpExchange exchange) throws IOException {
        try (exchange) {
            DecisionsRequest request = WireJson.tolerant().readValue(read(exchange), DecisionsRequest.class);
            List<DecisionResult> results = new ArrayList<>();
            boolean well = true;
            for (DecisionOrder order : request.decisions() == null ? List.<DecisionOrder>of() : request.decisions()) {
                Optional<BranchState> state = carryOut(order);
                well &= state.isPresent();
                state.ifPresent(known -> results.add(
                        new DecisionResult(order.transaction(), order.branch(), order.ref(), known.name())));
            }
            answer(
                    exchange,
                    well ? 200 : 503,
                    well ? WireJson.tolerant().writeValueAsString(new DecisionsResponse(results)) : "{}");
        }
    }

    /** The state after it; empty if it plays dead. */
    private synchronized Optional<BranchState> carryOut(DecisionOrder order) {
        Decision decision = Decision.valueOf(String.valueOf(order.decision()));
        ordered.put(TransactionId.parse(String.valueOf(order.transaction())), decision);
        if (!acknowledges) {
            return Optional.empty();
        }
        BranchRef ref = order.ref() == null ? anyExecution(order) : new BranchRef(order.ref());
        if (ref == null || !states.containsKey(ref)) {
            return Optional.of(BranchState.NEVER_SEEN);
        }
        return Optional.of(states.compute(
                ref,
                (any, state) -> state != BranchState.PREPARED
                        ? state
                        : decision == Decision.COMMIT ? BranchState.COMMITTED : BranchState.ROLLED_BACK));
    }

    /** A ROLLBACK may come from somebody who never learned the ref. */
    private @Nullable BranchRef anyExecution(DecisionOrder order) {
        String prefix = BranchRef.prefix(name) + order.transaction() + ":" + order.branch() + ":";
        return states.keySet().stream()
                .filter(ref -> ref.value().startsWith(prefix))
                .findFirst()
                .orElse(null);
    }

    private static String read(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        exchange.getResponseBody().write(bytes);
    }
}
