package io.assent.participant.support;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A coordinator for the starter's tests: the wire of PROTOCOL §5 over a write-once map, with the orders really sent. It
 * keeps no log and survives nothing; the real one is tested together with the starter in the system tests.
 */
public final class TestCoordinator implements AutoCloseable {

    private static final JsonMapper JSON = WireJson.tolerant();

    /** A request as it came. */
    public record Recorded(String path, JsonNode body) {}

    private record Branch(String branch, String participant, String url, String ref, String vote) {}

    private static final class Transaction {
        String decision;
        final Map<String, Branch> enlisted = new LinkedHashMap<>();
    }

    private final HttpServer server;
    private final HttpClient http = HttpClient.newHttpClient();
    private final Map<String, Transaction> transactions = new ConcurrentHashMap<>();
    private final List<Recorded> requests = new CopyOnWriteArrayList<>();
    private volatile boolean sendOrders = true;
    private volatile boolean refuseEnlist;

    public TestCoordinator() {
        try {
            server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "test-coordinator");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/v1", this::handle);
        server.start();
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Everything that arrived since the last {@link #reset()}. */
    public List<Recorded> requests() {
        return List.copyOf(requests);
    }

    /** The same without the inquiries of sweeps, which come when they come. */
    public List<Recorded> requestsOfCallers() {
        return requests.stream()
                .filter(request -> !request.path().endsWith("/inquiries"))
                .toList();
    }

    public void reset() {
        requests.clear();
        sendOrders = true;
        refuseEnlist = false;
    }

    /** Decide, but tell only who asks. */
    public void keepOrdersBack() {
        sendOrders = false;
    }

    public void refuseEnlist() {
        refuseEnlist = true;
    }

    /** The decision about a transaction, or null. */
    public String decision(String id) {
        Transaction transaction = transactions.get(id);
        return transaction == null ? null : transaction.decision;
    }

    /** Writes a decision as another client would. */
    public void decide(String id, String decision) {
        transactions.computeIfAbsent(id, key -> new Transaction()).decision = decision;
    }

    /** Sends one order and returns the answer. */
    public JsonNode order(
            String url, String participant, String transaction, String branch, String ref, String decision) {
        Map<String, Object> order = new LinkedHashMap<>();
        order.put("transaction", transaction);
        order.put("branch", branch);
        if (ref != null) {
            order.put("ref", ref);
        }
        order.put("decision", decision);
        return post(url + "/decisions", Map.of("participant", participant, "decisions", List.of(order)));
    }

    /** Posts JSON and returns the JSON of the answer, whatever its status. */
    public JsonNode post(String url, Object body) {
        try {
            HttpResponse<byte[]> response = http.send(
                    HttpRequest.newBuilder(URI.create(url))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        if (path.equals("/v1/instances")) {
            answer(exchange, 200, Map.of("items", List.of(Map.of("version", "1.2.3", "alive", true))));
            return;
        }
        JsonNode body = JSON.readTree(exchange.getRequestBody().readAllBytes());
        requests.add(new Recorded(path, body));
        String[] parts = path.split("/");
        if (path.equals("/v1/commits")) {
            List<Object> results = new ArrayList<>();
            for (JsonNode commit : body.get("commits")) {
                String id = commit.get("transaction").stringValue();
                Map<String, Object> result = new LinkedHashMap<>();
                result.put("transaction", id);
                boolean committed = commit(id, commit).equals("COMMIT");
                result.put("status", committed ? 200 : 409);
                if (committed) {
                    result.putAll(complete("COMMIT"));
                } else {
                    result.put("problem", rolledBack(id));
                }
                results.add(result);
            }
            answer(exchange, 200, Map.of("results", results));
        } else if (path.equals("/v1/inquiries")) {
            List<Object> answers = new ArrayList<>();
            for (JsonNode branch : body.get("branches")) {
                String decision = decision(branch.get("transaction").stringValue());
                answers.add(Map.of(
                        "transaction", branch.get("transaction").stringValue(),
                        "branch", branch.get("branch").stringValue(),
                        "ref", branch.get("ref").stringValue(),
                        "answer", decision == null ? "UNDECIDED" : decision));
            }
            answer(exchange, 200, Map.of("answers", answers));
        } else if (path.endsWith("/commit")) {
            String id = parts[3];
            if (commit(id, body).equals("COMMIT")) {
                answer(exchange, 200, complete("COMMIT"));
            } else {
                answer(exchange, 409, rolledBack(id));
            }
        } else if (path.endsWith("/rollback")) {
            Transaction transaction = transactions.computeIfAbsent(parts[3], key -> new Transaction());
            if (decideOnce(transaction, "ROLLBACK").equals("ROLLBACK")) {
                orders(parts[3], transaction, body);
                answer(exchange, 200, complete("ROLLBACK"));
            } else {
                answer(
                        exchange,
                        409,
                        Problem.of(ProblemType.DECISION_FINAL, null).of(parts[3], "COMMIT", null));
            }
        } else if (path.endsWith("/branches")) {
            if (refuseEnlist) {
                answer(
                        exchange,
                        409,
                        Problem.of(ProblemType.TRANSACTION_CLOSED, "too late").of(parts[3], null, null));
                return;
            }
            Transaction transaction = transactions.computeIfAbsent(parts[3], key -> new Transaction());
            Branch branch = branch(body);
            transaction.enlisted.put(branch.branch(), branch);
            answer(exchange, 201, body);
        } else {
            answer(exchange, 404, Problem.of(ProblemType.NOT_FOUND, path));
        }
    }

    private String commit(String id, JsonNode body) {
        Transaction transaction = transactions.computeIfAbsent(id, key -> new Transaction());
        String decision = decideOnce(transaction, allVotedYes(id, body) ? "COMMIT" : "ROLLBACK");
        if (decision.equals("COMMIT")) {
            orders(id, transaction, body);
        }
        return decision;
    }

    /** Asks those that have not voted (late prepare). */
    private boolean allVotedYes(String id, JsonNode body) {
        boolean yes = true;
        for (JsonNode node : body.path("branches")) {
            Branch branch = branch(node);
            if ("PENDING".equals(branch.vote())) {
                JsonNode answer = post(
                        branch.url() + "/prepare",
                        Map.of(
                                "participant",
                                branch.participant(),
                                "transaction",
                                id,
                                "branch",
                                branch.branch(),
                                "ref",
                                branch.ref(),
                                "deadline",
                                "2999-01-01T00:00:00Z",
                                "remaining",
                                "PT5S"));
                yes &= "PREPARED".equals(text(answer, "vote"));
            }
        }
        return yes;
    }

    private static String decideOnce(Transaction transaction, String proposal) {
        synchronized (transaction) {
            if (transaction.decision == null) {
                transaction.decision = proposal;
            }
            return transaction.decision;
        }
    }

    private void orders(String id, Transaction transaction, JsonNode body) {
        if (!sendOrders) {
            return;
        }
        List<Branch> branches = new ArrayList<>(transaction.enlisted.values());
        JsonNode named = body.get("branches");
        if (named != null) {
            named.forEach(node -> branches.add(branch(node)));
        }
        for (Branch branch : branches) {
            if (branch.url() != null && !"READ_ONLY".equals(branch.vote())) {
                order(branch.url(), branch.participant(), id, branch.branch(), branch.ref(), transaction.decision);
            }
        }
    }

    private Map<String, Object> complete(String decision) {
        return sendOrders
                ? Map.of(
                        "decision",
                        decision,
                        "completion",
                        "COMPLETE",
                        "outcome",
                        decision.equals("COMMIT") ? "COMMITTED" : "ROLLED_BACK")
                : Map.of("decision", decision, "completion", "PENDING");
    }

    private static Problem rolledBack(String id) {
        return Problem.of(ProblemType.TRANSACTION_ROLLED_BACK, "rolled back before")
                .of(id, "ROLLBACK", "the test decided so");
    }

    private static Branch branch(JsonNode node) {
        return new Branch(
                text(node, "branch"),
                text(node, "participant"),
                text(node, "url"),
                text(node, "ref"),
                text(node, "vote"));
    }

    private static String text(JsonNode node, String name) {
        JsonNode value = node.get(name);
        return value == null || value.isNull() ? null : value.stringValue();
    }

    private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", status < 400 ? "application/json" : Problem.MEDIA_TYPE);
        exchange.sendResponseHeaders(status, bytes.length);
        try (var out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
