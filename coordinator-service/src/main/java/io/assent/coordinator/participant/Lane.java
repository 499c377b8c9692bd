package io.assent.coordinator.participant;

import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.engine.ParticipantClient.VoteReply;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.Vote;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.PrepareRequest;
import io.assent.protocol.wire.PrepareResponse;
import io.assent.protocol.wire.WireJson;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.NoHttpResponseException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Everything that goes to one participant at one address, with threads, bounds and a circuit breaker of its own, so that
 * one slow participant delays no other.
 *
 * <p>Orders that wait at the same time travel in one message. Requests for votes have threads of their own: a vote may
 * wait for the work call to end, and orders must not wait for it.
 *
 * <p>Thread-safe.
 */
final class Lane implements AutoCloseable {

    private record Waiting(
            DecisionOrder order,
            CompletableFuture<OrderReply> reply,
            @Nullable TraceContext cause) {}

    private record Failure(String text, Instant at) {}

    private record Execution(
            @Nullable String transaction,
            @Nullable String branch,
            @Nullable String ref) {}

    /** Stands for "the participant is not well", for the circuit breaker's books. */
    private static final class UnwellException extends Exception {

        private static final long serialVersionUID = 1L;

        UnwellException(int status) {
            super("status " + status, null, false, false);
        }
    }

    private final ParticipantName participant;
    private final Address address;
    private final ParticipantProperties.Limits limits;
    private final ParticipantHttp http;
    private final ScheduledExecutorService timer;
    private final InstantSource clock;
    private final CallMetrics metrics;
    private final MessageSpans spans;
    private final CircuitBreaker circuit;
    private final Bulkhead prepares;
    private final Retry orderRetry;
    private final ThreadPoolExecutor prepareThreads;
    private final ThreadPoolExecutor orderThreads;

    private final Object lock = new Object();
    private final Queue<Waiting> waiting = new ArrayDeque<>();
    private int messagesInFlight;
    private boolean closed;

    /** For operators. One write for each message, whatever is in it. */
    private volatile long answeredAt;

    private volatile @Nullable Failure lastFailure;

    Lane(
            ParticipantName participant,
            Address address,
            ParticipantProperties.Limits limits,
            ParticipantHttp http,
            ScheduledExecutorService timer,
            InstantSource clock,
            CallMetrics metrics,
            MessageSpans spans) {
        this.clock = clock;
        this.metrics = metrics;
        this.spans = spans;
        this.participant = participant;
        this.address = address;
        this.limits = limits;
        this.http = http;
        this.timer = timer;
        String name = participant + "@" + address;
        circuit = CircuitBreaker.of(
                name,
                CircuitBreakerConfig.custom()
                        .failureRateThreshold(limits.circuitFailureRate())
                        .slidingWindowSize(limits.circuitWindow())
                        .minimumNumberOfCalls(limits.circuitMinimumCalls())
                        .waitDurationInOpenState(limits.circuitOpenFor())
                        .permittedNumberOfCallsInHalfOpenState(limits.circuitTrialCalls())
                        .build());
        prepares = Bulkhead.of(
                name,
                BulkheadConfig.custom()
                        .maxConcurrentCalls(limits.maxPendingPrepares())
                        .maxWaitDuration(Duration.ZERO)
                        .build());
        boolean retrying = !limits.orderRetryDelay().isZero();
        orderRetry = Retry.of(
                name,
                RetryConfig.custom()
                        .maxAttempts(retrying ? 2 : 1)
                        .intervalFunction(IntervalFunction.ofRandomized(
                                retrying ? limits.orderRetryDelay() : Duration.ofMillis(1), 0.5))
                        .retryOnException(Lane::worthRepeatingAtOnce)
                        .build());
        prepareThreads = threads("prepare " + name, limits.maxConcurrentPrepares(), limits.maxPendingPrepares());
        // Twice: a call that was cut off may still hold its thread for a moment (a name look-up cannot be cut off).
        orderThreads = threads("order " + name, limits.maxConcurrentOrders(), 2 * limits.maxConcurrentOrders());
    }

    CompletionStage<VoteReply> prepare(PrepareRequest message, Duration remaining) {
        if (!prepares.tryAcquirePermission()) {
            return CompletableFuture.completedStage(
                    new VoteReply(null, "too many requests for votes wait for " + participant, false));
        }
        Duration limit = remaining.compareTo(limits.prepareTimeout()) < 0 ? remaining : limits.prepareTimeout();
        if (limit.isNegative() || limit.isZero()) {
            prepares.onComplete();
            return CompletableFuture.completedStage(new VoteReply(null, "no time is left to ask for the vote", false));
        }
        // Running into the transaction's deadline says nothing about the participant: it may have been a short one.
        boolean blamed = limit == limits.prepareTimeout();
        TraceContext cause = spans.current();
        return call(
                        "/prepare",
                        message,
                        cause == null ? List.of() : List.of(cause),
                        limit,
                        prepareThreads,
                        blamed,
                        Callable::call,
                        prepares::onComplete)
                .handle(this::vote);
    }

    CompletionStage<OrderReply> order(DecisionOrder order) {
        var reply = new CompletableFuture<OrderReply>();
        synchronized (lock) {
            if (closed || waiting.size() >= limits.maxPendingOrders()) {
                return CompletableFuture.completedStage(new OrderReply(
                        null, closed ? "shutting down" : "too many orders wait for " + participant, true));
            }
            waiting.add(new Waiting(order, reply, spans.current()));
        }
        sendNext();
        return reply;
    }

    /** How it is doing now. */
    ParticipantList.Participant status() {
        int ordersWaiting;
        synchronized (lock) {
            ordersWaiting = waiting.size();
        }
        Failure failure = lastFailure;
        long answered = answeredAt;
        float failed = circuit.getMetrics().getFailureRate();
        return new ParticipantList.Participant(
                participant,
                address.toString(),
                circuit(failure),
                prepareThreads.getActiveCount() + orderThreads.getActiveCount(),
                ordersWaiting
                        + prepareThreads.getQueue().size()
                        + orderThreads.getQueue().size(),
                limits.maxConcurrentPrepares() + limits.maxConcurrentOrders(),
                failed < 0 ? null : (double) failed,
                failure == null ? null : failure.text(),
                failure == null ? null : failure.at(),
                answered == 0 ? null : Instant.ofEpochMilli(answered));
    }

    /** An open one that is over notices it with the next call; until then it would look as if nobody were called. */
    private ParticipantList.Circuit circuit(@Nullable Failure failure) {
        return switch (circuit.getState()) {
            case OPEN, FORCED_OPEN ->
                failure != null && !clock.instant().isBefore(failure.at().plus(limits.circuitOpenFor()))
                        ? ParticipantList.Circuit.HALF_OPEN
                        : ParticipantList.Circuit.OPEN;
            case HALF_OPEN -> ParticipantList.Circuit.HALF_OPEN;
            case CLOSED, DISABLED, METRICS_ONLY -> ParticipantList.Circuit.CLOSED;
        };
    }

    /** Whether nothing is under way, so that the lane may be given up. */
    boolean idle() {
        synchronized (lock) {
            return waiting.isEmpty()
                    && messagesInFlight == 0
                    && prepares.getMetrics().getAvailableConcurrentCalls() == limits.maxPendingPrepares();
        }
    }

    @Override
    public void close() {
        List<Waiting> left;
        synchronized (lock) {
            closed = true;
            left = new ArrayList<>(waiting);
            waiting.clear();
        }
        left.forEach(one -> one.reply().complete(new OrderReply(null, "shutting down")));
        prepareThreads.shutdown();
        orderThreads.shutdown();
    }

    /** While messages are in flight others gather behind them: the busier the participant, the larger the messages. */
    private void sendNext() {
        List<Waiting> batch = new ArrayList<>();
        synchronized (lock) {
            if (waiting.isEmpty() || messagesInFlight >= limits.maxConcurrentOrders()) {
                return;
            }
            messagesInFlight++;
            while (batch.size() < limits.ordersPerMessage() && !waiting.isEmpty()) {
                batch.add(waiting.remove());
            }
        }
        send(batch).whenComplete((nothing, failure) -> {
            synchronized (lock) {
                messagesInFlight--;
                if (waiting.isEmpty()) {
                    return;
                }
            }
            // On another thread: with a circuit open this would else recurse once per message.
            try {
                timer.execute(this::sendNext);
            } catch (RejectedExecutionException e) {
                close();
            }
        });
    }

    private CompletionStage<Void> send(List<Waiting> batch) {
        Map<DecisionOrder, List<Waiting>> orders = new LinkedHashMap<>();
        batch.forEach(one ->
                orders.computeIfAbsent(one.order(), order -> new ArrayList<>()).add(one));
        metrics.ordered(orders.size());
        var message = new DecisionsRequest(participant.toString(), List.copyOf(orders.keySet()));
        return call(
                        "/decisions",
                        message,
                        causes(batch),
                        limits.orderTimeout(),
                        orderThreads,
                        true,
                        orderRetry::executeCallable,
                        () -> {})
                .handle((reply, failure) -> {
                    if (reply != null && refusesContent(reply.status()) && orders.size() > 1) {
                        // One order that it cannot read must not keep the others from arriving.
                        int half = batch.size() / 2;
                        return send(batch.subList(0, half)).thenCompose(v -> send(batch.subList(half, batch.size())));
                    }
                    Map<Execution, OrderReply> facts = facts(reply, failure);
                    OrderReply none = new OrderReply(null, error(reply, failure), notTried(failure));
                    batch.forEach(one -> one.reply()
                            .complete(facts.getOrDefault(
                                    new Execution(
                                            one.order().transaction(),
                                            one.order().branch(),
                                            one.order().ref()),
                                    none)));
                    return CompletableFuture.<Void>completedStage(null);
                })
                .thenCompose(stage -> stage)
                .exceptionally(bug -> {
                    batch.forEach(one -> one.reply().complete(new OrderReply(null, bug.toString())));
                    return null;
                });
    }

    private static List<TraceContext> causes(List<Waiting> batch) {
        // Mostly nothing is traced, and then nothing is made.
        List<TraceContext> causes = List.of();
        for (Waiting one : batch) {
            if (one.cause() != null) {
                causes = causes.isEmpty() ? new ArrayList<>() : causes;
                causes.add(one.cause());
            }
        }
        return causes;
    }

    /** Only the exact state for the exact execution counts; two different ones for the same execution count as none. */
    private static Map<Execution, OrderReply> facts(
            ParticipantHttp.@Nullable Reply reply, @Nullable Throwable failure) {
        Map<Execution, OrderReply> facts = new HashMap<>();
        if (failure != null || reply == null || reply.status() != 200) {
            return facts;
        }
        DecisionsResponse response = parsed(reply, DecisionsResponse.class);
        if (response == null || response.results() == null) {
            return facts;
        }
        for (DecisionResult result : response.results()) {
            BranchState state = result == null ? null : state(result.state());
            if (result != null && state != null) {
                facts.merge(
                        new Execution(result.transaction(), result.branch(), result.ref()),
                        new OrderReply(state, null),
                        (one, other) -> one.equals(other) ? one : new OrderReply(null, "contradicts itself"));
            }
        }
        return facts;
    }

    private VoteReply vote(ParticipantHttp.@Nullable Reply reply, @Nullable Throwable failure) {
        if (reply == null || reply.status() != 200) {
            Throwable cause = unwrapped(failure);
            return new VoteReply(null, error(reply, failure), cause != null && certainlyNotSent(cause));
        }
        PrepareResponse response = parsed(reply, PrepareResponse.class);
        Vote vote = response == null || response.vote() == null
                ? null
                : switch (response.vote()) {
                    case "PREPARED" -> Vote.PREPARED;
                    case "READ_ONLY" -> Vote.READ_ONLY;
                    case "ROLLBACK" -> Vote.ROLLBACK;
                    default -> null;
                };
        if (vote == null || response == null) {
            return new VoteReply(null, participant + " answered without a vote", false);
        }
        return new VoteReply(vote, Printable.of(response.reason()), false);
    }

    private interface Attempts {
        ParticipantHttp.Reply make(Callable<ParticipantHttp.Reply> attempt) throws Exception;
    }

    /**
     * @param blamed whether running out of time counts against the participant
     * @param whenThreadIsFree runs when the call holds no thread any more, which may be after the stage has completed
     */
    private CompletionStage<ParticipantHttp.Reply> call(
            String path,
            Object message,
            List<TraceContext> causes,
            Duration limit,
            ThreadPoolExecutor threads,
            boolean blamed,
            Attempts attempts,
            Runnable whenThreadIsFree) {
        HttpPost post = ParticipantHttp.post(address.resolve(path), message, limit);
        Span span = spans.sent(post, path, causes);
        CompletableFuture<ParticipantHttp.Reply> answer;
        try {
            answer = CompletableFuture.supplyAsync(
                    () -> {
                        try {
                            return attempts.make(() -> attempt(path, post, blamed));
                        } catch (Exception e) {
                            throw new CompletionException(e);
                        }
                    },
                    threads);
        } catch (RejectedExecutionException e) {
            whenThreadIsFree.run();
            end(span, null, e);
            return CompletableFuture.failedStage(e);
        }
        answer.whenComplete((reply, failure) -> whenThreadIsFree.run());
        // A copy: the limit completes it exceptionally, and the bookkeeping above must wait for the thread itself.
        CompletableFuture<ParticipantHttp.Reply> limited = answer.copy();
        return TimeLimiter.of(limit)
                .executeCompletionStage(timer, () -> limited)
                .whenComplete((reply, failure) -> {
                    if (failure != null) {
                        post.abort();
                    }
                    end(span, reply, unwrapped(failure));
                });
    }

    private static void end(@Nullable Span span, ParticipantHttp.@Nullable Reply reply, @Nullable Throwable failure) {
        if (span == null) {
            return;
        }
        if (reply != null) {
            span.tag("http.response.status_code", reply.status());
        }
        if (failure != null) {
            span.error(failure);
        }
        span.end();
    }

    private ParticipantHttp.Reply attempt(String path, HttpPost post, boolean blamed) throws IOException {
        if (post.isAborted()) {
            throw new IOException("out of time before it could be sent");
        }
        circuit.acquirePermission();
        long start = circuit.getCurrentTimestamp();
        try {
            ParticipantHttp.Reply reply =
                    http.exchange(post, Math.toIntExact(limits.maxAnswerSize().toBytes()));
            long took = circuit.getCurrentTimestamp() - start;
            // Whoever says that a message is wrong is well.
            boolean well = reply.status() == 200 || refusesContent(reply.status());
            metrics.called(
                    path, well, Duration.of(took, circuit.getTimestampUnit().toChronoUnit()));
            if (well) {
                circuit.onSuccess(took, circuit.getTimestampUnit());
                answeredAt = clock.millis();
            } else {
                failed(
                        reply.status() == 421
                                ? "another participant than " + participant + " is at this address"
                                : "answered with status " + reply.status());
                circuit.onError(took, circuit.getTimestampUnit(), new UnwellException(reply.status()));
            }
            return reply;
        } catch (IOException | RuntimeException e) {
            if (post.isAborted() && !blamed) {
                circuit.releasePermission();
            } else {
                long took = circuit.getCurrentTimestamp() - start;
                metrics.called(
                        path,
                        false,
                        Duration.of(took, circuit.getTimestampUnit().toChronoUnit()));
                circuit.onError(took, circuit.getTimestampUnit(), e);
                String text = post.isAborted() ? null : Printable.of(e);
                failed(text == null ? "did not answer in time" : "no answer: " + text);
            }
            throw e;
        }
    }

    private void failed(String text) {
        lastFailure = new Failure(text, clock.instant());
    }

    private static boolean refusesContent(int status) {
        return status == 400 || status == 413 || status == 422;
    }

    private static boolean notTried(@Nullable Throwable failure) {
        Throwable cause = unwrapped(failure);
        return cause instanceof CallNotPermittedException || cause instanceof RejectedExecutionException;
    }

    private static boolean certainlyNotSent(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof ConnectTimeoutException
                || failure instanceof UnknownHostException
                || failure instanceof NoRouteToHostException;
    }

    /** Orders are idempotent by ref: it does not matter whether the first one arrived. A slow one is not repeated. */
    private static boolean worthRepeatingAtOnce(Throwable failure) {
        return failure instanceof ConnectException
                || failure instanceof NoHttpResponseException
                || failure instanceof ConnectionClosedException;
    }

    private static <T> @Nullable T parsed(ParticipantHttp.Reply reply, Class<T> type) {
        try {
            return WireJson.tolerant().readValue(reply.body(), type);
        } catch (JacksonException e) {
            return null;
        }
    }

    private static @Nullable BranchState state(@Nullable String text) {
        for (BranchState state : BranchState.values()) {
            if (state.name().equals(text)) {
                return state;
            }
        }
        return null;
    }

    private String error(ParticipantHttp.@Nullable Reply reply, @Nullable Throwable failure) {
        Throwable cause = unwrapped(failure);
        if (cause instanceof TimeoutException) {
            return participant + " did not answer in time";
        }
        if (cause instanceof CallNotPermittedException) {
            return "the circuit of " + participant + " is open: it failed too often just now";
        }
        if (cause instanceof RejectedExecutionException) {
            return "too many calls to " + participant + " are under way";
        }
        if (cause != null) {
            return "no answer from " + participant + ": " + Printable.of(cause);
        }
        if (reply != null && reply.status() == 421) {
            return "another participant than " + participant + " is at this address";
        }
        return reply != null && reply.status() != 200
                ? participant + " answered with status " + reply.status()
                : participant + " answered without a fact about this branch";
    }

    private static @Nullable Throwable unwrapped(@Nullable Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    private static ThreadPoolExecutor threads(String name, int size, int queue) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, name + " " + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
        var threads =
                new ThreadPoolExecutor(size, size, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(queue), factory);
        // A participant that is not called holds no threads.
        threads.allowCoreThreadTimeOut(true);
        return threads;
    }
}
