package io.assent.benchmarks.checkout.stub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.json.JsonMapper;

/**
 * Participants without a database: every order to commit is acknowledged at once. Arguments: the port of each. The first
 * tells at {@code /acknowledged} how many branches that were. Each does so until it is called at {@code /status/503}, or with
 * another status than 200: then it answers every message of orders with that, and has read nothing.
 */
public final class StubParticipants {

    /** Without it a small answer waits for the acknowledgement of its header. */
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";

    private static final int OK = 200;
    private static final String STATUS = "/status/";

    private static final JsonMapper JSON = WireJson.strict();
    private static final AtomicLong ACKNOWLEDGED = new AtomicLong();

    private StubParticipants() {}

    public static void main(String[] arguments) throws IOException {
        System.setProperty(NO_DELAY, "true");
        ExecutorService threads = Executors.newCachedThreadPool();
        // The first last: it tells that all are ready.
        for (int participant = arguments.length - 1; participant >= 0; participant--) {
            serve(Integer.parseInt(arguments[participant]), threads);
        }
    }

    private static void serve(int port, ExecutorService threads) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
        server.setExecutor(threads);
        AtomicInteger status = new AtomicInteger(OK);
        server.createContext("/assent/v1/decisions", exchange -> {
            if (status.get() == OK) {
                decisions(exchange);
            } else {
                refuse(exchange, status.get());
            }
        });
        server.createContext(STATUS, exchange -> {
            String wanted = exchange.getRequestURI().getPath().substring(STATUS.length());
            status.set(Integer.parseInt(wanted));
            answer(exchange, wanted);
        });
        server.createContext("/acknowledged", exchange -> answer(exchange, Long.toString(ACKNOWLEDGED.get())));
        server.start();
    }

    private static void decisions(HttpExchange exchange) throws IOException {
        DecisionsRequest request = JSON.readValue(exchange.getRequestBody().readAllBytes(), DecisionsRequest.class);
        List<DecisionResult> results = Objects.requireNonNull(request.decisions()).stream()
                .map(order -> new DecisionResult(
                        order.transaction(),
                        order.branch(),
                        order.ref(),
                        "COMMIT".equals(order.decision()) ? "COMMITTED" : "ROLLED_BACK"))
                .toList();
        ACKNOWLEDGED.addAndGet(results.stream()
                .filter(result -> "COMMITTED".equals(result.state()))
                .count());
        answer(exchange, JSON.writeValueAsString(new DecisionsResponse(results)));
    }

    private static void refuse(HttpExchange exchange, int status) throws IOException {
        // Read, so that the connection can be used again.
        exchange.getRequestBody().readAllBytes();
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(OK, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }
}
