package io.assent.demo;

import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.IntConsumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Sends invoices as checkouts with several clients at once. The lines of one customer are sent in their order, one at a
 * time, so that a refund follows its order; those of different customers in parallel. A line that was answered with "try
 * again", or not at all, is sent again with the same number until the answer is definite: its number makes it happen once.
 */
final class Replay {

    /** Tries of one line, at most 2 s apart: far longer than anything here takes to come back. */
    static final int ATTEMPTS = 150;

    static final Pattern CUSTOMER = Pattern.compile("(?!merchant$)[A-Za-z0-9][A-Za-z0-9_.-]{0,39}");

    enum Kind {
        PAID,
        REFUNDED,
        REFUSED,
        UNRESOLVED
    }

    /**
     * What became of a line.
     *
     * @param reason why it was refused, or what was heard last; empty otherwise
     * @param attempts how often it was sent
     */
    record Outcome(Kind kind, String reason, int attempts) {}

    /** Sends a line once. */
    interface Till {
        ShopClient.Answer send(InvoiceLine line) throws IOException;
    }

    private final Till till;
    private final int clients;
    private final RetryConfig retries;

    Replay(Till till, int clients, int attempts, long firstWaitMillis) {
        this.till = till;
        this.clients = clients;
        this.retries = RetryConfig.<ShopClient.Answer>custom()
                .maxAttempts(attempts)
                .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(firstWaitMillis, 1.6, 0.5, 2_000))
                .retryOnException(e -> e instanceof IOException)
                .retryOnResult(answer -> !isDefinite(answer))
                .build();
    }

    /** The customers for whom accounts are to be opened. */
    static List<String> customers(List<InvoiceLine> lines) {
        return lines.stream()
                .map(InvoiceLine::customerId)
                .filter(customer -> CUSTOMER.matcher(customer).matches())
                .distinct()
                .toList();
    }

    /**
     * Sends all lines.
     *
     * @param done is told how many are done, after each; called by several threads, once for every number
     */
    Tally run(List<InvoiceLine> lines, IntConsumer done) throws InterruptedException {
        Work work = new Work(lines);
        ExecutorService pool = Executors.newFixedThreadPool(clients);
        Tally tally = new Tally();
        try {
            List<Future<?>> clientsRunning = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                clientsRunning.add(pool.submit(() -> {
                    Work.Turn turn;
                    while ((turn = work.take()) != null) {
                        Outcome outcome = send(turn.line());
                        done.accept(tally.add(outcome));
                        work.finished(turn);
                    }
                    return null;
                }));
            }
            for (Future<?> client : clientsRunning) {
                client.get();
            }
            return tally;
        } catch (ExecutionException e) {
            throw new IllegalStateException("A client failed: " + e.getCause(), e.getCause());
        } finally {
            pool.shutdownNow();
        }
    }

    Outcome send(InvoiceLine line) throws Exception {
        int[] attempts = {0};
        Retry retry = Retry.of("invoice", retries);
        Callable<ShopClient.Answer> call = Retry.decorateCallable(retry, () -> {
            attempts[0]++;
            return till.send(line);
        });
        try {
            ShopClient.Answer answer = call.call();
            if (!isDefinite(answer)) {
                return new Outcome(Kind.UNRESOLVED, answer.status() + " " + answer.problem(), attempts[0]);
            }
            if (answer.ok()) {
                boolean refund = answer.text("status").equals("REFUND");
                return new Outcome(refund ? Kind.REFUNDED : Kind.PAID, "", attempts[0]);
            }
            return new Outcome(Kind.REFUSED, reason(answer), attempts[0]);
        } catch (IOException e) {
            return new Outcome(Kind.UNRESOLVED, e.getClass().getSimpleName() + ": " + e.getMessage(), attempts[0]);
        }
    }

    /** Everything but success and a refusal by the application says nothing about what happened. */
    private static boolean isDefinite(ShopClient.Answer answer) {
        int status = answer.status();
        return answer.ok() || (status >= 400 && status < 500 && status != 408 && status != 425 && status != 429);
    }

    /** Without the numbers of this line, so that equal reasons can be counted. */
    private static String reason(ShopClient.Answer answer) {
        List<String> reasons = answer.body()
                .path("reasons")
                .valueStream()
                .map(reason -> reason.asString(""))
                .filter(reason -> !reason.isEmpty())
                .toList();
        return reasons.isEmpty() ? answer.problem() : answer.problem() + ": " + String.join(", ", reasons);
    }

    /** The lines by customer; a customer has its turn for one line, then waits until that is done. */
    private static final class Work {

        private static final String NOBODY = "";

        record Turn(String customer, InvoiceLine line) {}

        private final Map<String, Deque<InvoiceLine>> byCustomer = new HashMap<>();
        private final BlockingQueue<String> turns = new LinkedBlockingQueue<>();
        private int left;

        Work(List<InvoiceLine> lines) {
            left = lines.size();
            int anonymous = 0;
            for (InvoiceLine line : lines) {
                // Lines without a customer have no order among each other. A space is in no customer's name.
                String key = CUSTOMER.matcher(line.customerId()).matches() ? line.customerId() : "line " + anonymous++;
                Deque<InvoiceLine> queue = byCustomer.computeIfAbsent(key, k -> {
                    turns.add(k);
                    return new ArrayDeque<>();
                });
                queue.add(line);
            }
            if (left == 0) {
                turns.add(NOBODY);
            }
        }

        @Nullable
        Turn take() throws InterruptedException {
            String customer = turns.take();
            if (customer.equals(NOBODY)) {
                turns.add(NOBODY);
                return null;
            }
            synchronized (this) {
                Deque<InvoiceLine> queue = byCustomer.get(customer);
                if (queue == null || queue.isEmpty()) {
                    throw new IllegalStateException("A turn for a customer without lines: " + customer);
                }
                return new Turn(customer, queue.remove());
            }
        }

        synchronized void finished(Turn turn) {
            Deque<InvoiceLine> queue = byCustomer.get(turn.customer());
            if (queue != null && !queue.isEmpty()) {
                turns.add(turn.customer());
            }
            left--;
            if (left == 0) {
                turns.add(NOBODY);
            }
        }
    }

    /** Counts outcomes; thread-safe. */
    static final class Tally {

        private final Map<Kind, Integer> counts = new TreeMap<>();
        private final Map<String, Integer> reasons = new TreeMap<>();
        private int total;
        private int repeated;

        /** Returns how many there are now. */
        synchronized int add(Outcome outcome) {
            counts.merge(outcome.kind(), 1, Integer::sum);
            if (!outcome.reason().isEmpty()) {
                reasons.merge(outcome.kind() + " " + outcome.reason(), 1, Integer::sum);
            }
            if (outcome.attempts() > 1) {
                repeated++;
            }
            return ++total;
        }

        synchronized int count(Kind kind) {
            return counts.getOrDefault(kind, 0);
        }

        /** How many lines had to be sent more than once. */
        synchronized int repeated() {
            return repeated;
        }

        synchronized int total() {
            return total;
        }

        /** How many for each reason, the kind before it. */
        synchronized Map<String, Integer> reasons() {
            return new TreeMap<>(reasons);
        }
    }
}
