package io.assent.benchmarks.flood;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assent.protocol.TransactionId;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A service that floods a coordinator, as a process of its own; what it is to do is posted to it. Arguments: its port, and the
 * coordinator's address. In the environment: its key.
 */
public final class Flooder {

    static final String KEY = "ASSENT_FLOODER_KEY";

    private static final String STRANGER = "assent_made-up";
    private static final int THREADS = 16;
    private static final int SLOW_CONNECTIONS = 100;
    private static final int CHUNK = 64 * 1024;
    private static final int HUGE = 16 * 1024 * 1024;
    private static final int READ_TIMEOUT_MILLIS = 30_000;
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

    /** Longer than any run, so that no deadline passes in it. */
    private static final String OPEN_FOR = "PT55M";

    /** Of these there are enough then. */
    private static final int REFUSALS = 50;

    /** Longer than the coordinator needs for its next count. */
    private static final int COUNTED_AFTER_MILLIS = 2_500;

    private static final int CREATED = 201;
    private static final int TOO_MANY = 429;

    private final URI coordinator;
    private final String key;
    private final HttpClient http;
    private final Queue<TransactionId> begun = new ConcurrentLinkedQueue<>();
    private @Nullable Running running;

    private Flooder(URI coordinator, String key) {
        this.coordinator = coordinator;
        this.key = key;
        this.http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    public static void main(String[] arguments) throws IOException {
        Flooder flooder = new Flooder(URI.create(arguments[1]), Objects.requireNonNull(System.getenv(KEY), KEY));
        HttpServer server = HttpServer.create(
                new InetSocketAddress(InetAddress.getByName("127.0.0.1"), Integer.parseInt(arguments[0])), 0);
        server.createContext("/ready", exchange -> answer(exchange, ""));
        server.createContext("/fill/", exchange -> answer(exchange, flooder.fill(rate(exchange, 2))));
        server.createContext("/clear/", exchange -> answer(exchange, flooder.clear(rate(exchange, 2))));
        server.createContext("/start/", exchange -> {
            flooder.start(Flood.of(part(exchange, 2)), rate(exchange, 3));
            answer(exchange, "");
        });
        server.createContext("/stop", exchange -> answer(exchange, flooder.stop()));
        server.start();
    }

    private static String part(HttpExchange exchange, int number) {
        return exchange.getRequestURI().getPath().split("/")[number];
    }

    private static double rate(HttpExchange exchange, int number) {
        return Double.parseDouble(part(exchange, number));
    }

    private static void answer(HttpExchange exchange, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    /** So many in a second, over all threads: never more of them than that, and nothing is made up for. */
    private static final class Pace {

        private final long between;
        private long due = System.nanoTime();

        Pace(double perSecond) {
            between = (long) (1e9 / perSecond);
        }

        void await() throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(next() - System.nanoTime());
        }

        private synchronized long next() {
            due = Math.max(due + between, System.nanoTime());
            return due;
        }
    }

    /** What is done until it is stopped. */
    private final class Running {

        private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        private final Map<Integer, Long> answers = new ConcurrentSkipListMap<>();
        private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
        private volatile boolean over;

        private void again(double perSecond, Sending sending) {
            Pace pace = new Pace(perSecond);
            for (int i = 0; i < THREADS; i++) {
                threads.execute(() -> {
                    while (!over) {
                        try {
                            pace.await();
                            count(sending.send());
                        } catch (IOException e) {
                            count(0);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                });
            }
        }

        private void count(int status) {
            if (!over) {
                answers.merge(status, 1L, Long::sum);
            }
        }

        private Socket open() throws IOException {
            Socket socket = new Socket(coordinator.getHost(), coordinator.getPort());
            socket.setSoTimeout(READ_TIMEOUT_MILLIS);
            sockets.add(socket);
            return socket;
        }

        private void close(@Nullable Socket socket) {
            if (socket != null) {
                sockets.remove(socket);
                try {
                    socket.close();
                } catch (IOException e) {
                    // It was closed already.
                }
            }
        }

        private void slow() {
            threads.execute(() -> {
                @Nullable Socket[] connections = new Socket[SLOW_CONNECTIONS];
                try {
                    while (!over) {
                        for (int i = 0; i < SLOW_CONNECTIONS && !over; i++) {
                            connections[i] = aByteOn(connections[i]);
                            // Each gets one a second, not all of them at once.
                            TimeUnit.MILLISECONDS.sleep(1_000 / SLOW_CONNECTIONS);
                        }
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            });
        }

        /** Null: it has ended, and begins anew the next time. */
        private @Nullable Socket aByteOn(@Nullable Socket connection) {
            Socket socket = connection;
            try {
                if (socket == null) {
                    socket = open();
                    socket.getOutputStream().write(head("Content-Length: 60000"));
                } else if (socket.getInputStream().available() > 0) {
                    count(status(socket));
                    close(socket);
                    return null;
                }
                socket.getOutputStream().write(' ');
                return socket;
            } catch (IOException e) {
                count(0);
                close(socket);
                return null;
            }
        }

        /** Sends on after the answer, until nobody takes it any more. */
        private int huge() throws IOException {
            boolean told = ThreadLocalRandom.current().nextBoolean();
            int status = 0;
            Socket socket = open();
            try {
                OutputStream out = socket.getOutputStream();
                out.write(head(told ? "Content-Length: " + HUGE : "Transfer-Encoding: chunked"));
                byte[] junk = new byte[CHUNK];
                byte[] size = (Integer.toHexString(CHUNK) + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
                for (int sent = 0; sent < HUGE && !over; sent += CHUNK) {
                    if (!told) {
                        out.write(size);
                    }
                    out.write(junk);
                    if (!told) {
                        out.write('\r');
                        out.write('\n');
                    }
                    if (status == 0 && socket.getInputStream().available() > 0) {
                        status = status(socket);
                    }
                }
                return status;
            } catch (IOException e) {
                // Closed: its answer may have come before that.
                return status == 0 ? status(socket) : status;
            } finally {
                close(socket);
            }
        }

        private byte[] head(String length) {
            return ("POST /v1/transactions HTTP/1.1\r\nHost: " + coordinator.getAuthority()
                            + "\r\nContent-Type: application/json\r\nAuthorization: Bearer " + key + "\r\n" + length
                            + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1);
        }

        private String stop() {
            String text = answers.entrySet().stream()
                    .map(each -> each.getKey() + " " + each.getValue())
                    .collect(Collectors.joining("\n"));
            over = true;
            threads.shutdownNow();
            List.copyOf(sockets).forEach(this::close);
            await(threads);
            return text;
        }
    }

    private interface Sending {

        int send() throws IOException, InterruptedException;
    }

    private static int status(Socket socket) throws IOException {
        byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 200".length());
        String[] words = new String(line, StandardCharsets.ISO_8859_1).split(" ", 3);
        return words.length < 2 ? 0 : Integer.parseInt(words[1]);
    }

    private static void await(ExecutorService threads) {
        try {
            if (!threads.awaitTermination(1, TimeUnit.MINUTES)) {
                throw new IllegalStateException("The flood does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void start(Flood flood, double perSecond) {
        Running flooding = new Running();
        switch (flood) {
            case QUIET -> {}
            case OPEN -> flooding.again(perSecond, this::begin);
            case SLOW -> flooding.slow();
            case HUGE -> flooding.again(perSecond, flooding::huge);
            case STRANGERS -> flooding.again(perSecond, () -> post("/v1/transactions", "{}", STRANGER));
        }
        running = flooding;
    }

    /** How often it was answered what, a status and a number in each line; status 0: no answer. */
    private synchronized String stop() {
        String answers = Objects.requireNonNull(running, "nothing was started").stop();
        running = null;
        return answers;
    }

    private int begin() throws IOException, InterruptedException {
        TransactionId id = TransactionId.create(Instant.now(), ThreadLocalRandom.current());
        int status = post("/v1/transactions", "{\"id\":\"" + id + "\",\"timeout\":\"" + OPEN_FOR + "\"}", key);
        if (status == CREATED) {
            begun.add(id);
        }
        return status;
    }

    private int post(String path, String body, String with) throws IOException, InterruptedException {
        return http.send(
                        HttpRequest.newBuilder(coordinator.resolve(path))
                                .timeout(REQUEST_TIMEOUT)
                                .header("Content-Type", "application/json")
                                .header("Authorization", "Bearer " + with)
                                .POST(HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.discarding())
                .statusCode();
    }

    /** Begins until it is refused, and still is after the coordinator has counted; how many are open then. */
    private String fill(double perSecond) {
        Pace pace = new Pace(perSecond);
        int before;
        do {
            before = begun.size();
            AtomicInteger refused = new AtomicInteger();
            together(() -> {
                while (refused.get() < REFUSALS) {
                    pace.await();
                    int status = begin();
                    if (status == TOO_MANY) {
                        refused.incrementAndGet();
                    } else if (status != CREATED) {
                        throw new IOException("a begin was answered " + status);
                    }
                }
                TimeUnit.MILLISECONDS.sleep(COUNTED_AFTER_MILLIS);
                return 0;
            });
        } while (begun.size() - before > REFUSALS);
        return Integer.toString(begun.size());
    }

    /** Rolls back what it has begun; how many that were. */
    private String clear(double perSecond) {
        Pace pace = new Pace(perSecond);
        int all = begun.size();
        together(() -> {
            for (TransactionId id = begun.poll(); id != null; id = begun.poll()) {
                pace.await();
                int status = post("/v1/transactions/" + id + "/rollback", "{}", key);
                if (status != 200) {
                    throw new IOException("a rollback was answered " + status);
                }
            }
            return 0;
        });
        return Integer.toString(all);
    }

    private static void together(Sending task) {
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Integer>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                running.add(threads.submit(task::send));
            }
            for (Future<Integer> one : running) {
                one.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            threads.shutdownNow();
        }
    }
}
