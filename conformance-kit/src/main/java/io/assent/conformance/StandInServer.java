package io.assent.conformance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** A small HTTP server that plays a part. Its answers may be wrong on purpose. Thread-safe. */
public final class StandInServer implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads;

    /**
     * What is answered.
     *
     * @param status the status code, or 0 to hang up without an answer
     * @param contentType the media type
     * @param body the body
     * @param headers further headers
     */
    public record Reply(int status, String contentType, String body, Map<String, String> headers) {

        public Reply(int status, String contentType, String body) {
            this(status, contentType, body, Map.of());
        }

        /** The connection is closed before a byte of the answer. */
        public static final Reply HANG_UP = new Reply(0, "", "");

        /** The same with one more header. */
        public Reply with(String name, String value) {
            return new Reply(status, contentType, body, Map.of(name, value));
        }

        public static Reply json(int status, String body) {
            return new Reply(status, "application/json", body);
        }
    }

    /**
     * A request, read to its end.
     *
     * @param method such as POST
     * @param path without query
     * @param headers by their names in lower case, the first value of each
     * @param body as text
     */
    public record Incoming(String method, String path, Map<String, String> headers, String body) {

        /** A header's first value, or null. */
        public @Nullable String header(String name) {
            return headers.get(name.toLowerCase(Locale.ROOT));
        }
    }

    /** Answers one request; may block. */
    @FunctionalInterface
    public interface Handler {
        Reply answer(Incoming request) throws Exception;
    }

    /**
     * Starts listening.
     *
     * @throws UncheckedIOException if the address cannot be used
     */
    public StandInServer(InetSocketAddress address, Handler handler) {
        try {
            server = HttpServer.create(address, 0);
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot listen on " + address + ": " + e.getMessage(), e);
        }
        threads = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "stand-in");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", exchange -> handle(exchange, handler));
        server.start();
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private static void handle(HttpExchange exchange, Handler handler) {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Reply reply = reply(exchange, handler, body);
            if (reply == null || reply.status() == 0) {
                return;
            }
            byte[] bytes = reply.body().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", reply.contentType());
            reply.headers().forEach(exchange.getResponseHeaders()::set);
            if (reply.status() == 503) {
                exchange.getResponseHeaders().set("Retry-After", "1");
            }
            exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
            if (bytes.length > 0) {
                exchange.getResponseBody().write(bytes);
            }
        } catch (IOException e) {
            // The other side hung up; what it wanted to know it will ask again.
        }
    }

    private static @Nullable Reply reply(HttpExchange exchange, Handler handler, String body) {
        try {
            Map<String, String> headers = new HashMap<>();
            exchange.getRequestHeaders()
                    .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
            return handler.answer(new Incoming(
                    exchange.getRequestMethod(), exchange.getRequestURI().getPath(), headers, body));

        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (Exception e) {
            return Reply.json(500, "{\"detail\":\"the stand-in failed\"}");
        }
    }
}
