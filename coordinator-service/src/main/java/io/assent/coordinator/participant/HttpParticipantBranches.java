package io.assent.coordinator.participant;

import io.assent.coordinator.engine.ParticipantBranches;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.wire.BranchStatus;
import io.assent.protocol.wire.BranchesResponse;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * Asks participants over HTTP what they show. Beside the lanes, with connections and threads of its own: a person wants to
 * hear from a participant whose circuit is open too, and the answers must not keep orders waiting. Addresses are checked when
 * they are used, and each call is cut off after the participant's order timeout.
 */
public final class HttpParticipantBranches implements ParticipantBranches, AutoCloseable {

    private static final int THREADS = 8;
    private static final int QUEUE = 1_000;
    private static final int MOST_BRANCHES = 1_000;

    /** More than twice what one branch takes, so that the rest of the last transaction fits in as well. */
    private static final long BYTES_PER_BRANCH = 1_024;

    private static final Comparator<Listed> ORDER = Comparator.comparing(Listed::transaction)
            .thenComparing(listed -> listed.branch().value());

    private final ParticipantProperties properties;
    private final AddressPolicy policy;
    private final ParticipantHttp http;
    private final ThreadPoolExecutor threads;
    private final ScheduledThreadPoolExecutor timer;

    /** @throws IllegalArgumentException naming the property that is wrong */
    public HttpParticipantBranches(ParticipantProperties properties, ParticipantTls tls) {
        this(properties, SystemDefaultDnsResolver.INSTANCE, tls);
    }

    HttpParticipantBranches(ParticipantProperties properties, DnsResolver resolver, ParticipantTls tls) {
        this.properties = properties;
        policy = new AddressPolicy(properties);
        http = new ParticipantHttp(properties, new CheckedDnsResolver(policy, resolver), tls);
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(QUEUE), named("branches"));
        threads.allowCoreThreadTimeOut(true);
        timer = new ScheduledThreadPoolExecutor(1, named("branches timer"));
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public List<ParticipantName> configured() {
        return properties.services().entrySet().stream()
                .filter(service -> service.getValue().url() != null)
                .map(service -> new ParticipantName(service.getKey()))
                .toList();
    }

    @Override
    public CompletionStage<Reply> list(ParticipantName participant, @Nullable String url, TransactionRange range) {
        Address address = policy.address(participant, url).orElse(null);
        if (address == null) {
            return CompletableFuture.completedStage(
                    failed("its address may not be called" + (url == null ? "" : ": " + url)));
        }
        try {
            return CompletableFuture.supplyAsync(() -> ask(participant, address, range), threads);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.completedStage(failed("too many questions are under way"));
        }
    }

    private Reply ask(ParticipantName participant, Address address, TransactionRange range) {
        ParticipantProperties.Limits limits = properties.limits(participant.value());
        long size = limits.maxAnswerSize().toBytes();
        HttpGet get = ParticipantHttp.get(
                address.resolve("/branches?ended=true&participant=" + participant + "&after=" + range.after()
                        + "&before=" + range.before() + "&limit="
                        + Math.min(MOST_BRANCHES, size / BYTES_PER_BRANCH)),
                limits.orderTimeout());
        AtomicBoolean late = new AtomicBoolean();
        Future<?> end = timer.schedule(
                () -> {
                    late.set(true);
                    get.abort();
                },
                limits.orderTimeout().toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            return read(participant, address, range, http.exchange(get, Math.toIntExact(size)));
        } catch (IOException e) {
            return failed(
                    late.get()
                            ? address + " did not answer within " + limits.orderTimeout()
                            : "no answer from " + address + ": " + Printable.of(e));
        } finally {
            end.cancel(false);
        }
    }

    private static Reply read(
            ParticipantName participant, Address address, TransactionRange range, ParticipantHttp.Reply reply) {
        if (reply.status() == 421) {
            return failed("another participant is at " + address);
        }
        if (reply.status() != 200) {
            return failed(address + " answered with status " + reply.status());
        }
        try {
            BranchesResponse response = WireJson.tolerant().readValue(reply.body(), BranchesResponse.class);
            if (response == null || response.branches() == null) {
                return failed(address + " answered without a list of branches");
            }
            if (response.participant() != null && !response.participant().equals(participant.value())) {
                return failed("another participant is at " + address);
            }
            List<Listed> listed = new ArrayList<>();
            for (BranchStatus status : response.branches()) {
                Listed branch = listed(status);
                if (range.contains(branch.transaction())) {
                    listed.add(branch);
                }
            }
            boolean more = Boolean.TRUE.equals(response.more());
            if (more && listed.isEmpty()) {
                return failed(address + " says that there is more, and shows nothing");
            }
            listed.sort(ORDER);
            return new Reply(new Page(address.toString(), listed, more, response.more() != null), null);
        } catch (JacksonException | IllegalArgumentException e) {
            return failed(address + " answered with something else than branches");
        }
    }

    /** @throws IllegalArgumentException if it is none, or in no state that a list may show */
    private static Listed listed(@Nullable BranchStatus status) {
        if (status == null || status.transaction() == null || status.branch() == null) {
            throw new IllegalArgumentException("not a branch");
        }
        BranchState state = state(status.state());
        BranchRef ref = status.ref() == null ? null : new BranchRef(status.ref());
        if (ref == null && state != BranchState.ROLLED_BACK) {
            throw new IllegalArgumentException("a branch in doubt or committed without its execution");
        }
        return new Listed(
                TransactionId.parse(status.transaction()),
                new BranchId(status.branch()),
                ref,
                state,
                instant(status.since()));
    }

    private static BranchState state(@Nullable String text) {
        for (BranchState state : List.of(BranchState.PREPARED, BranchState.COMMITTED, BranchState.ROLLED_BACK)) {
            if (state.name().equals(text)) {
                return state;
            }
        }
        throw new IllegalArgumentException("not a state of a listed branch");
    }

    private static @Nullable Instant instant(@Nullable String text) {
        try {
            return text == null ? null : Instant.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static Reply failed(String error) {
        return new Reply(null, error);
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }

    /** Cuts off what is under way. */
    @Override
    public void close() {
        http.close();
        threads.shutdownNow();
        timer.shutdownNow();
    }
}
