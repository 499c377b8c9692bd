package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.BranchProgress;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Transactions and proposals to test with. */
final class Drafts {

    static final ParticipantName SHOP = new ParticipantName("shop");

    private Drafts() {}

    static TransactionId id() {
        return TransactionId.create(Instant.now(), ThreadLocalRandom.current());
    }

    static Branch branch(String id, ParticipantName participant) {
        String nonce = Long.toHexString(ThreadLocalRandom.current().nextLong());
        return Branch.named(
                new BranchId(id),
                participant,
                "http://" + participant + "/assent/v1",
                new BranchRef(BranchRef.prefix(participant) + id + ":" + nonce),
                Vote.PREPARED);
    }

    static Proposal commit(TransactionId id, long nonce) {
        return new Proposal(
                nonce, id, Decision.COMMIT, null, null, List.of(branch("1", SHOP)), null, Duration.ofSeconds(10), null);
    }

    static Proposal rollback(TransactionId id, long nonce) {
        return new Proposal(nonce, id, Decision.ROLLBACK, null, null, List.of(), "test", Duration.ofSeconds(10), null);
    }

    /** Delivery by other instances may begin at once. */
    static Proposal due(TransactionId id) {
        return new Proposal(1, id, Decision.COMMIT, null, null, List.of(branch("1", SHOP)), null, Duration.ZERO, null);
    }

    static Progress complete(TransactionId id, Branch branch) {
        return new Progress(
                id,
                List.of(new BranchProgress(branch.id(), branch.ref(), BranchState.COMMITTED, true, 1, null)),
                true,
                null);
    }

    static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("a stage did not complete, or completed exceptionally", e);
        }
    }
}
