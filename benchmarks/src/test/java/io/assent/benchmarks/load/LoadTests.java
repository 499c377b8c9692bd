package io.assent.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Goal: only what has committed is counted, and no two clients meet at one row. Method: an HTTP server that answers as told. */
class LoadTests {

    private static final Duration SHORT = Duration.ofMillis(300);

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<String> working = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean met = new AtomicBoolean();
    private HttpServer server;
    private URI url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 0);
        server.setExecutor(threads);
        server.start();
        url = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answers(String path, int status) {
        server.createContext(path, exchange -> {
            String row = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            boolean work = path.equals("/work");
            if (work && !working.add(row)) {
                met.set(true);
            }
            if (work) {
                working.remove(row);
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
    }

    private Slice load(Flow flow) throws InterruptedException {
        try (Initiator initiator = new Initiator(url, 4)) {
            Work work = new Work(url.resolve("/work"), 6, (row, key) -> "\"" + row + "\"");
            return new Load().run(initiator.operation(flow, work), 4, SHORT);
        }
    }

    @Test
    void whatIsDoneIsCountedAndTimed() throws InterruptedException {
        answers("/work", 201);

        Slice slice = load(Flow.LOCAL);

        assertThat(slice.failed()).isZero();
        assertThat(slice.committed()).isPositive();
        assertThat(slice.perSecond()).isPositive();
        assertThat(slice.millis(99)).isGreaterThanOrEqualTo(slice.millis(50));
        assertThat(slice.elapsed()).isGreaterThanOrEqualTo(SHORT);
        assertThat(met).isFalse();
    }

    @Test
    void whatIsRefusedIsCountedAsFailedWithItsAnswer() throws InterruptedException {
        answers("/work", 503);

        Slice slice = load(Flow.LOCAL);

        assertThat(slice.committed()).isZero();
        assertThat(slice.millis(50)).isNaN();
        assertThat(slice.failed()).isPositive();
        assertThat(slice.refused()).isEqualTo(slice.failed());
        assertThat(slice.failure()).contains("work call: 503");
    }

    @Test
    void whatFailsOtherwiseIsNotRefused() throws InterruptedException {
        answers("/work", 500);

        Slice slice = load(Flow.LOCAL);

        assertThat(slice.failed()).isPositive();
        assertThat(slice.refused()).isZero();
    }

    @Test
    void aServiceThatDoesNotJoinIsNoMeasurement() throws InterruptedException {
        answers("/work", 201);
        answers("/v1/transactions", 201);

        Slice slice = load(Flow.BEGUN);

        assertThat(slice.committed()).isZero();
        assertThat(slice.failure()).contains("the service did not join");
    }

    @Test
    void aBranchThatHasYetToCommitIsNoWholeTransaction() throws InterruptedException {
        answers("/work", 201);
        answers("/v1/transactions", 201);
        answers("/v1/transactions/", 202);

        assertThat(load(Flow.EMPTY).failure()).contains("commit: 202");
    }

    /** An operation that takes this long, and holds up its client. */
    private static Operation slow(Duration each) {
        return new Operation() {
            @Override
            public int rows() {
                return 100;
            }

            @Override
            public void startAfresh() {}

            @Override
            public void run(int row, String key) {
                LockSupport.parkNanos(each.toNanos());
            }
        };
    }

    @Test
    void byATimetableEachBeginsWhenItIsDue() throws InterruptedException {
        Slice slice = new Load().run(slow(Duration.ZERO), 2, SHORT, 100);

        assertThat(slice.committed() + slice.failed()).isEqualTo(30);
    }

    @Test
    void byATimetableWhatWaitedForASlowAnswerIsChargedToIt() throws InterruptedException {
        // Each takes a tenth of a second, and 50 are due in each second: the later ones wait longer and longer.
        Slice slice = new Load().run(slow(Duration.ofMillis(100)), 1, SHORT, 50);

        assertThat(slice.committed()).isLessThan(10);
        assertThat(slice.millis(100)).isGreaterThan(150);
        assertThat(slice.failed()).isPositive();
        assertThat(slice.notBegun()).isEqualTo(slice.failed());
        assertThat(slice.refused()).isZero();
        assertThat(slice.failure()).contains("more were offered");
    }
}
