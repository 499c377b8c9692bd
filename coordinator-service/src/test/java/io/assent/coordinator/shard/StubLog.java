package io.assent.coordinator.shard;

import io.assent.coordinator.engine.Admission;
import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An open log that remembers what it was asked and answers as the test says. */
final class StubLog implements Coordinator, Admission, TransactionSearch, InstanceList {

    final List<TransactionId> asked = new CopyOnWriteArrayList<>();
    volatile String down;
    volatile String unreadable;
    volatile boolean hangs;
    volatile Snapshot instances = new Snapshot(Instant.EPOCH, List.of());
    volatile Function<Query, Result> search = query -> new Result(List.of(), List.of());

    String overloaded;
    int refused;

    Shard.Open open() {
        LogLives lives = (LogLives) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {LogLives.class}, (proxy, method, arguments) -> {
                    throw new AssertionError("nobody asks for " + method.getName());
                });
        return new Shard.Open(this, this, this, lives, () -> null, this, () -> down, () -> unreadable);
    }

    private CompletionStage<Answer> answer(TransactionId id) {
        asked.add(id);
        return hangs
                ? new CompletableFuture<>()
                : CompletableFuture.completedStage(new Answer(Answer.Result.OK, id, null, null));
    }

    @Override
    public CompletionStage<Answer> begin(Begin request) {
        return answer(request.id());
    }

    @Override
    public CompletionStage<Answer> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        return answer(id);
    }

    @Override
    public CompletionStage<Answer> commit(Commit request) {
        return answer(request.id());
    }

    @Override
    public CompletionStage<Answer> rollback(Rollback request) {
        return answer(request.id());
    }

    @Override
    public CompletionStage<Answer> resolve(TransactionId id, String reason) {
        return answer(id);
    }

    @Override
    public CompletionStage<Answer> retry(TransactionId id) {
        return answer(id);
    }

    @Override
    public CompletionStage<Answer> find(TransactionId id, @Nullable String owner) {
        return answer(id);
    }

    @Override
    public CompletionStage<List<Inquired>> inquire(ParticipantName participant, List<Inquiry> inquiries) {
        inquiries.forEach(inquiry -> asked.add(inquiry.transaction()));
        return hangs
                ? new CompletableFuture<>()
                : CompletableFuture.completedStage(inquiries.stream()
                        .map(inquiry -> new Inquired(inquiry, InquiryAnswer.ROLLBACK))
                        .toList());
    }

    @Override
    public Result search(Query query) {
        return search.apply(query);
    }

    @Override
    public Backlog backlog() {
        return new Backlog(
                search.apply(null).found().stream()
                        .map(one -> new Undelivered(new ParticipantName("payment-service"), null, 1, one.createdAt()))
                        .toList(),
                1,
                List.of());
    }

    @Override
    public List<Undecided> undecided() {
        return List.of(new Undecided(
                "stub", Map.of("shop", (long) search.apply(null).found().size())));
    }

    @Override
    public Snapshot instances() {
        return instances;
    }

    @Override
    public String overloaded(TransactionId id) {
        return overloaded;
    }

    @Override
    public void refused(TransactionId id) {
        refused++;
    }
}
