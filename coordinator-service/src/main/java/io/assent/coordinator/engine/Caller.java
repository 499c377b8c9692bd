package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.GlobalTransaction;
import io.assent.coordinator.protocol.TransactionPhase;
import io.assent.protocol.Decision;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One request that waits for a transaction's decision or completion. Belongs to its transaction's inbox. */
final class Caller {

    private final Decision wants;
    private final @Nullable List<Branch> named;
    private final @Nullable List<ExpectedBranch> expected;
    private final Duration patience;
    private final @Nullable String owner;
    private final CompletableFuture<Answer> answer = new CompletableFuture<>();
    private final AtomicReference<Runnable> undecided;
    private boolean waitsForCompletion;
    private LiveTransaction.@Nullable Timer timer;

    private Caller(
            Decision wants,
            @Nullable List<Branch> named,
            @Nullable List<ExpectedBranch> expected,
            Duration patience,
            @Nullable String owner,
            Runnable noLongerUndecided) {
        this.wants = wants;
        this.named = named;
        this.expected = expected;
        this.patience = patience;
        this.owner = owner;
        this.undecided = new AtomicReference<>(noLongerUndecided);
    }

    /** @param noLongerUndecided called once, when there is a decision or an answer */
    static Caller of(Coordinator.Commit request, Runnable noLongerUndecided) {
        return new Caller(
                Decision.COMMIT,
                request.collected(),
                expectedBy(request),
                request.patience(),
                request.owner(),
                noLongerUndecided);
    }

    static Caller of(Coordinator.Rollback request) {
        return new Caller(Decision.ROLLBACK, request.branches(), null, request.patience(), request.owner(), () -> {});
    }

    /** A caller that names its branches fully expects exactly these, should the transaction turn out to be a begun one. */
    static @Nullable List<ExpectedBranch> expectedBy(Coordinator.Commit request) {
        if (request.expected() != null || request.collected() == null) {
            return request.expected();
        }
        return request.collected().stream()
                .map(branch -> new ExpectedBranch(branch.id(), branch.ref()))
                .toList();
    }

    /** Which result a decision that stands means for this caller; PENDING while it may still become COMPLETE. */
    Answer.Result judge(GlobalTransaction transaction, boolean begun) {
        if (transaction.decision() != wants) {
            return wants == Decision.COMMIT ? Answer.Result.ROLLED_BACK : Answer.Result.COMMITTED;
        }
        if (wants == Decision.COMMIT && !transaction.agrees(begun, named, expected)) {
            return Answer.Result.SET_CONFLICT;
        }
        return transaction.phase() == TransactionPhase.COMPLETED ? Answer.Result.COMPLETE : Answer.Result.PENDING;
    }

    /**
     * What it is told of a transaction that belongs to somebody else: what it would be told if there were none. But with a set,
     * or with ROLLBACK, one that does not exist would have been decided; then it is told that there is one.
     */
    Answer.Result foreign() {
        return wants == Decision.COMMIT && named == null ? Answer.Result.NOT_FOUND : Answer.Result.TRANSACTION_CONFLICT;
    }

    /** Who asks; null: somebody who may decide all transactions. */
    @Nullable
    String owner() {
        return owner;
    }

    /** Branches that the standing decision has to reach, even if it is not the one asked for. */
    List<Branch> named() {
        return named == null ? List.of() : named;
    }

    Duration patience() {
        return patience;
    }

    CompletableFuture<Answer> answer() {
        return answer;
    }

    /** There is a decision; from here on this one waits for branches at most. */
    void decided() {
        undecided.getAndSet(() -> {}).run();
    }

    void answer(Answer told) {
        decided();
        answer.complete(told);
    }

    boolean waitsForCompletion() {
        return waitsForCompletion;
    }

    void waitForCompletion() {
        waitsForCompletion = true;
    }

    void timer(LiveTransaction.@Nullable Timer next) {
        if (timer != null) {
            timer.cancel();
        }
        timer = next;
    }
}
