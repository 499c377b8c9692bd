package io.assent.coordinator.web;

import io.assent.coordinator.engine.Admission;
import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Remembers what it was asked and answers what the test says. */
class FakeCoordinator implements Coordinator, Admission, TransactionSearch, InstanceList {

    /** An enlist or resolve, whose arguments have no record of their own. */
    record Enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {}

    record Resolve(TransactionId id, String reason) {}

    record Retry(TransactionId id) {}

    record Inquire(ParticipantName participant, List<Inquiry> inquiries) {}

    record Find(TransactionId id) {}

    final List<Object> asked = new CopyOnWriteArrayList<>();
    /** Hears of each call, on the thread of its request. */
    volatile Consumer<Object> called = asked::add;

    volatile Function<TransactionId, CompletionStage<Answer>> answer = id -> new CompletableFuture<>();
    volatile InquiryAnswer inquiryAnswer = InquiryAnswer.UNDECIDED;
    volatile List<TransactionRecord> found = List.of();
    volatile List<String> missing = List.of();
    volatile RuntimeException searchFailure;
    volatile Backlog backlog = new Backlog(List.of(), 0, List.of());
    volatile Snapshot instances = new Snapshot(null, List.of());

    volatile String overloaded;
    final AtomicInteger refused = new AtomicInteger();

    void reset() {
        overloaded = null;
        refused.set(0);
        asked.clear();
        called = asked::add;
        found = List.of();
        missing = List.of();
        searchFailure = null;
        backlog = new Backlog(List.of(), 0, List.of());
        instances = new Snapshot(null, List.of());
        answer = id -> CompletableFuture.failedFuture(new AssertionError("nothing may be asked"));
    }

    void answer(Answer.Result result, TransactionRecord transaction) {
        answer = id -> CompletableFuture.completedFuture(new Answer(result, id, transaction, null));
    }

    Object lastAsked() {
        return asked.get(asked.size() - 1);
    }

    @Override
    public CompletionStage<Answer> begin(Begin request) {
        called.accept(request);
        return answer.apply(request.id() == null ? Records.ID : request.id());
    }

    @Override
    public CompletionStage<Answer> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        called.accept(new Enlist(id, branch, token));
        return answer.apply(id);
    }

    @Override
    public CompletionStage<Answer> commit(Commit request) {
        called.accept(request);
        return answer.apply(request.id());
    }

    @Override
    public CompletionStage<Answer> rollback(Rollback request) {
        called.accept(request);
        return answer.apply(request.id());
    }

    @Override
    public CompletionStage<Answer> resolve(TransactionId id, String reason) {
        called.accept(new Resolve(id, reason));
        return answer.apply(id);
    }

    @Override
    public CompletionStage<Answer> retry(TransactionId id) {
        called.accept(new Retry(id));
        return answer.apply(id);
    }

    @Override
    public CompletionStage<List<Inquired>> inquire(ParticipantName participant, List<Inquiry> inquiries) {
        called.accept(new Inquire(participant, inquiries));
        List<Inquired> answers = new ArrayList<>();
        inquiries.forEach(inquiry -> answers.add(new Inquired(inquiry, inquiryAnswer)));
        return CompletableFuture.completedFuture(answers);
    }

    @Override
    public CompletionStage<Answer> find(TransactionId id, String owner) {
        called.accept(new Find(id));
        return answer.apply(id);
    }

    @Override
    public String overloaded(TransactionId id) {
        return overloaded;
    }

    @Override
    public void refused(TransactionId id) {
        refused.incrementAndGet();
    }

    @Override
    public Snapshot instances() {
        return instances;
    }

    @Override
    public Result search(Query query) {
        called.accept(query);
        if (searchFailure != null) {
            throw searchFailure;
        }
        return new Result(found, missing);
    }

    @Override
    public List<Undecided> undecided() {
        return List.of();
    }

    @Override
    public Backlog backlog() {
        if (searchFailure != null) {
            throw searchFailure;
        }
        return backlog;
    }
}
