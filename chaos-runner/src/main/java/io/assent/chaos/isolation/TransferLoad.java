package io.assent.chaos.isolation;

import io.assent.chaos.system.Endpoint;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * Transfers at a fixed rate, whether or not earlier ones have been answered: waiting counts from the moment at which each
 * was due (an open loop, so that a slow answer does not keep the next question from being slow).
 */
final class TransferLoad {

    private static final Duration LONGEST = Duration.ofSeconds(60);
    private static final int ACCOUNTS = 1_000;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(2))
            .build();
    private final Endpoint initiator;
    private final String from;
    private final String to;
    private final int perSecond;
    private final Histogram latency = new ConcurrentHistogram(LONGEST.toNanos(), 3);
    private final Map<String, Integer> answers = new TreeMap<>();

    /**
     * @param initiator the bank that is asked
     * @param from its name
     * @param to the bank that the money goes to
     * @param perSecond how many transfers are started
     */
    TransferLoad(Endpoint initiator, String from, String to, int perSecond) {
        this.initiator = initiator;
        this.from = from;
        this.to = to;
        this.perSecond = perSecond;
    }

    /** The accounts that it uses, as the body of {@code POST /accounts}. */
    static String accounts() {
        StringBuilder accounts = new StringBuilder("{\"accounts\":[");
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts.append(i == 0 ? "" : ",").append("{\"id\":\"a").append(i).append("\",\"balance\":1000000000}");
        }
        return accounts.append("]}").toString();
    }

    /** Starts transfers until {@code goOn} says no, and waits for their answers. */
    void run(BooleanSupplier goOn) throws InterruptedException {
        Phaser open = new Phaser(1);
        long interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
        long due = System.nanoTime();
        for (long i = 0; goOn.getAsBoolean(); i++) {
            long wait = due - System.nanoTime();
            if (wait > 0) {
                TimeUnit.NANOSECONDS.sleep(wait);
            }
            open.register();
            start(i, due, open);
            due += interval;
        }
        open.arriveAndAwaitAdvance();
    }

    private void start(long number, long due, Phaser open) {
        // Every account in turn: transfers do not wait for each other's rows.
        String account = "a" + number % ACCOUNTS;
        String body = """
                {"id":"%s","legs":[{"bank":"%s","entries":[{"account":"%s","amount":-1}]},\
                {"bank":"%s","entries":[{"account":"%s","amount":1}]}]}""".formatted(UUID.randomUUID(), from, account, to, account);
        HttpRequest request = HttpRequest.newBuilder(URI.create(initiator.httpUrl() + "/transfers"))
                .timeout(LONGEST.minusSeconds(5))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        http.sendAsync(request, HttpResponse.BodyHandlers.discarding()).whenComplete((answer, failure) -> {
            latency.recordValue(Math.min(System.nanoTime() - due, LONGEST.toNanos()));
            count(failure == null ? String.valueOf(answer.statusCode()) : "none");
            open.arriveAndDeregister();
        });
    }

    private synchronized void count(String answer) {
        answers.merge(answer, 1, Integer::sum);
    }

    Histogram latency() {
        return latency;
    }

    /** How many answers there were of each status; {@code none} for those that broke off. */
    synchronized Map<String, Integer> answers() {
        return new TreeMap<>(answers);
    }
}
