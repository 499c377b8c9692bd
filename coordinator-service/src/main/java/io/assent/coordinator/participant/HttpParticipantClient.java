package io.assent.coordinator.participant;

import io.assent.coordinator.engine.ParticipantClient;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.wire.DecisionOrder;
import io.assent.protocol.wire.PrepareRequest;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Participants over HTTP. Finds the {@link Lane} of an address; addresses are checked again here, when they are used. */
public final class HttpParticipantClient implements ParticipantClient, ParticipantList, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(HttpParticipantClient.class);

    private static final int TIMER_THREADS = 2;

    private record Key(ParticipantName participant, Address address) {}

    private final ParticipantProperties properties;
    private final AddressPolicy policy;
    private final ParticipantHttp http;
    private final CallMetrics metrics;
    private final MessageSpans spans;
    private final ScheduledThreadPoolExecutor timer;
    private final Map<Key, Lane> lanes = new HashMap<>();

    /** @throws IllegalArgumentException naming the property that is wrong */
    public HttpParticipantClient(
            ParticipantProperties properties, ParticipantTls tls, MeterRegistry registry, MessageSpans spans) {
        this(properties, SystemDefaultDnsResolver.INSTANCE, tls, registry, spans);
    }

    HttpParticipantClient(
            ParticipantProperties properties,
            DnsResolver resolver,
            ParticipantTls tls,
            MeterRegistry registry,
            MessageSpans spans) {
        this.spans = spans;
        metrics = new CallMetrics(registry);
        this.properties = properties;
        policy = new AddressPolicy(properties);
        if (policy.empty()) {
            throw new IllegalArgumentException(
                    "No participant could be called: set assent.coordinator.participants.allowed-hosts (hosts and ports that"
                            + " branches may name, such as *.shop.svc.cluster.local:8080) or"
                            + " assent.coordinator.participants.services.<name>.url");
        }
        if (policy.httpsOnlyElsewhere()) {
            log.info(
                    "Participants on other machines are called by https only; those on this one, and those whose address is"
                            + " configured, by http as well. assent.coordinator.participants.plain-http=allowed changes that.");
        }
        http = new ParticipantHttp(properties, new CheckedDnsResolver(policy, resolver), tls);
        timer = new ScheduledThreadPoolExecutor(TIMER_THREADS, task -> {
            Thread thread = new Thread(task, "participants timer");
            thread.setDaemon(true);
            return thread;
        });
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public boolean allowed(ParticipantName participant, @Nullable String url) {
        return policy.address(participant, url).isPresent();
    }

    @Override
    public CompletionStage<VoteReply> prepare(
            TransactionId transaction, Branch branch, Instant deadline, Duration remaining) {
        Lane lane = lane(branch).orElse(null);
        if (lane == null) {
            return CompletableFuture.completedStage(new VoteReply(null, unreachable(branch), false));
        }
        return lane.prepare(
                new PrepareRequest(
                        branch.participant().toString(),
                        transaction.toString(),
                        branch.id().toString(),
                        branch.ref() == null ? null : branch.ref().toString(),
                        deadline.truncatedTo(ChronoUnit.MILLIS).toString(),
                        remaining.truncatedTo(ChronoUnit.MILLIS).toString()),
                remaining);
    }

    @Override
    public CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision) {
        Lane lane = lane(branch).orElse(null);
        if (lane == null) {
            return CompletableFuture.completedStage(new OrderReply(null, unreachable(branch)));
        }
        return lane.order(new DecisionOrder(
                transaction.toString(),
                branch.id().toString(),
                branch.ref() == null ? null : branch.ref().toString(),
                decision.name()));
    }

    @Override
    public List<Participant> participants() {
        List<Lane> all;
        synchronized (lanes) {
            all = List.copyOf(lanes.values());
        }
        return all.stream().map(Lane::status).toList();
    }

    @Override
    public @Nullable String address(ParticipantName participant, @Nullable String url) {
        return policy.address(participant, url).map(Address::toString).orElse(null);
    }

    /** Cuts off what is under way: its orders stay recorded and are delivered by a later pass of any instance. */
    @Override
    public void close() {
        synchronized (lanes) {
            lanes.values().forEach(Lane::close);
            lanes.clear();
        }
        http.close();
        timer.shutdownNow();
    }

    private static String unreachable(Branch branch) {
        return "the address of " + branch.participant() + " may not be called, or too many addresses are in use";
    }

    private Optional<Lane> lane(Branch branch) {
        return policy.address(branch.participant(), branch.url()).map(address -> {
            Key key = new Key(branch.participant(), address);
            synchronized (lanes) {
                Lane lane = lanes.get(key);
                if (lane != null) {
                    return lane;
                }
                if (lanes.size() >= properties.maxAddresses() && !giveUpIdle()) {
                    return null;
                }
                Lane added = new Lane(
                        key.participant(),
                        address,
                        properties.limits(key.participant().value()),
                        http,
                        timer,
                        InstantSource.system(),
                        metrics,
                        spans);
                lanes.put(key, added);
                return added;
            }
        });
    }

    private boolean giveUpIdle() {
        return lanes.values().removeIf(lane -> {
            boolean idle = lane.idle();
            if (idle) {
                lane.close();
            }
            return idle;
        });
    }
}
