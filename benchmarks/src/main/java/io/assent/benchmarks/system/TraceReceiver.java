package io.assent.benchmarks.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Takes the traces that processes export, OTLP over HTTP on 127.0.0.1, counts the messages and drops them. Thread-safe. */
public final class TraceReceiver implements AutoCloseable {

    private static final String PATH = "/v1/traces";

    private final Map<String, Received> received = new ConcurrentHashMap<>();
    private final Map<String, CountDownLatch> firsts = new ConcurrentHashMap<>();
    private final HttpServer server;

    /**
     * What one process has exported; a message is one batch of spans, and never empty.
     *
     * @param messages how many
     * @param bytes of all of them
     */
    public record Received(long messages, long bytes) {

        private static final Received NOTHING = new Received(0, 0);

        private Received and(long furtherBytes) {
            return new Received(messages + 1, bytes + furtherBytes);
        }
    }

    private TraceReceiver() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.createContext("/", this::receive);
        server.start();
    }

    /** @throws UncheckedIOException if there is no port for it */
    public static TraceReceiver start() {
        try {
            return new TraceReceiver();
        } catch (IOException e) {
            throw new UncheckedIOException("Traces cannot be received: " + e.getMessage(), e);
        }
    }

    /**
     * The whole address that a process of this name exports to.
     *
     * @param process letters, digits and hyphens
     */
    public URI endpoint(String process) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path(process));
    }

    /**
     * Waits until a process of this name has exported something.
     *
     * @return whether it has within {@code patience}
     */
    public boolean awaitFirst(String process, Duration patience) throws InterruptedException {
        return first(path(process)).await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    private CountDownLatch first(String path) {
        return firsts.computeIfAbsent(path, any -> new CountDownLatch(1));
    }

    private static String path(String process) {
        return "/" + process + PATH;
    }

    /** Of the process of this name, until now. */
    public Received received(String process) {
        return received.getOrDefault(path(process), Received.NOTHING);
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            long bytes = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            if (bytes > 0) {
                String path = exchange.getRequestURI().getPath();
                received.merge(path, Received.NOTHING.and(bytes), (before, further) -> before.and(further.bytes()));
                first(path).countDown();
            }
            // Counted first: whoever is answered can look.
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            // A message without a field: everything was taken.
            exchange.sendResponseHeaders(200, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
