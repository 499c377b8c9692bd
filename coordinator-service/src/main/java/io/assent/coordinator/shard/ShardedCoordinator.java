package io.assent.coordinator.shard;

import io.assent.coordinator.engine.Admission;
import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Hands every call to the log that its transaction is in. Holds nothing and waits for nothing. Thread-safe. */
public final class ShardedCoordinator implements Coordinator, Admission {

    /** With half of the logs down, none of so many ids is of the other half once in 10^19 times. */
    private static final int DRAWS = 64;

    private final Shards shards;
    private final Duration patience;
    private final InstantSource clock;
    private final RandomGenerator random;

    /**
     * @param patience how long a participant that asks about several logs waits for one that does not answer: so that its
     *     questions about the others are answered. Above zero
     * @param clock for new ids
     * @param random for new ids, not predictable
     */
    public ShardedCoordinator(Shards shards, Duration patience, InstantSource clock, RandomGenerator random) {
        this.shards = shards;
        this.patience = patience;
        this.clock = clock;
        this.random = random;
    }

    /** Where the id is made here, it is one of a log that can decide now, if there is any. */
    @Override
    public CompletionStage<Answer> begin(Begin request) {
        TransactionId id = request.id() == null ? newId() : request.id();
        return in(
                id,
                coordinator -> coordinator.begin(new Begin(id, request.name(), request.timeout(), request.owner())));
    }

    private TransactionId newId() {
        TransactionId id = TransactionId.create(clock.instant(), random);
        for (int i = 1; i < DRAWS && shards.of(id).cannotDecide() != null; i++) {
            id = TransactionId.create(clock.instant(), random);
        }
        return id;
    }

    @Override
    public CompletionStage<Answer> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        return in(id, coordinator -> coordinator.enlist(id, branch, token));
    }

    @Override
    public CompletionStage<Answer> commit(Commit request) {
        return in(request.id(), coordinator -> coordinator.commit(request));
    }

    @Override
    public CompletionStage<Answer> rollback(Rollback request) {
        return in(request.id(), coordinator -> coordinator.rollback(request));
    }

    @Override
    public CompletionStage<Answer> resolve(TransactionId id, String reason) {
        return in(id, coordinator -> coordinator.resolve(id, reason));
    }

    @Override
    public CompletionStage<Answer> retry(TransactionId id) {
        return in(id, coordinator -> coordinator.retry(id));
    }

    @Override
    public CompletionStage<Answer> find(TransactionId id, @Nullable String owner) {
        return in(id, coordinator -> coordinator.find(id, owner));
    }

    /** In the order asked, whichever logs they are about. */
    @Override
    public CompletionStage<List<Inquired>> inquire(ParticipantName participant, List<Inquiry> inquiries) {
        Map<Shard, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < inquiries.size(); i++) {
            places.computeIfAbsent(shards.of(inquiries.get(i).transaction()), any -> new ArrayList<>())
                    .add(i);
        }
        Map<Shard, CompletableFuture<List<Inquired>>> parts = new LinkedHashMap<>();
        places.forEach((shard, here) -> {
            List<Inquiry> part = here.stream().map(inquiries::get).toList();
            CompletableFuture<List<Inquired>> answered = inquire(shard, participant, part);
            parts.put(
                    shard,
                    places.size() == 1
                            ? answered
                            : answered.completeOnTimeout(undecided(part), patience.toMillis(), TimeUnit.MILLISECONDS));
        });
        return CompletableFuture.allOf(parts.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    Inquired[] answers = new Inquired[inquiries.size()];
                    parts.forEach((shard, part) -> {
                        List<Integer> here = places.getOrDefault(shard, List.of());
                        List<Inquired> answered = part.join();
                        for (int i = 0; i < here.size(); i++) {
                            answers[here.get(i)] = answered.get(i);
                        }
                    });
                    return List.of(answers);
                });
    }

    private static CompletableFuture<List<Inquired>> inquire(
            Shard shard, ParticipantName participant, List<Inquiry> part) {
        Shard.Open open = shard.open();
        return open == null
                ? CompletableFuture.completedFuture(undecided(part))
                : open.coordinator()
                        .inquire(participant, part)
                        .toCompletableFuture()
                        .copy();
    }

    private static List<Inquired> undecided(List<Inquiry> part) {
        return part.stream()
                .map(inquiry -> new Inquired(inquiry, InquiryAnswer.UNDECIDED))
                .toList();
    }

    /** A log that is not open refuses by itself, for a better reason. */
    @Override
    public @Nullable String overloaded(@Nullable TransactionId id) {
        if (id != null) {
            Shard.Open open = shards.of(id).open();
            return open == null ? null : open.admission().overloaded(id);
        }
        String reason = null;
        for (Shard shard : shards.all()) {
            Shard.Open open = shard.open();
            if (open != null) {
                reason = open.admission().overloaded(null);
                if (reason == null) {
                    return null;
                }
            }
        }
        return reason;
    }

    /** Where no log is known it counts for the first. */
    @Override
    public void refused(@Nullable TransactionId id) {
        shards.all().stream()
                .filter(shard -> id == null || shard == shards.of(id))
                .map(Shard::open)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(open -> open.admission().refused(id));
    }

    /** In a log that is not open nothing is written, as in one that cannot be reached. */
    private CompletionStage<Answer> in(TransactionId id, Function<Coordinator, CompletionStage<Answer>> call) {
        Shard shard = shards.of(id);
        Shard.Open open = shard.open();
        return open == null
                ? CompletableFuture.completedFuture(
                        new Answer(Answer.Result.UNAVAILABLE, id, null, shard.cannotDecide()))
                : call.apply(open.coordinator());
    }
}
