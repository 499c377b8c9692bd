package io.assent.coordinator.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Transactions, branches and records for tests of the protocol. */
final class Specimens {

    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant DEADLINE = NOW.plusSeconds(10);
    static final TransactionId ID = TransactionId.parse("019b76da-a800-7000-8000-000000000001");

    private Specimens() {}

    static BranchRef ref(String name) {
        return new BranchRef("assent:test:" + name);
    }

    static Branch branch(String id, String ref, Vote vote) {
        return Branch.named(new BranchId(id), new ParticipantName("service"), "http://service", ref(ref), vote);
    }

    static Branch withoutRef(String id) {
        return Branch.named(new BranchId(id), new ParticipantName("service"), "http://service", null, Vote.PENDING);
    }

    static Branch member(String id, String ref) {
        return fact(branch(id, ref, Vote.PREPARED), true, null, false);
    }

    static Branch fact(Branch b, boolean member, @Nullable BranchState state, boolean acknowledged) {
        return new Branch(
                b.id(),
                b.participant(),
                b.url(),
                b.ref(),
                b.vote(),
                member,
                state,
                acknowledged,
                b.attempts(),
                null,
                null,
                null);
    }

    static Execution execution(String id, String ref) {
        return new Execution(new BranchId(id), ref(ref));
    }

    static TransactionRecord undecided(Branch... branches) {
        return record(true, null, false, null, null, List.of(branches));
    }

    static TransactionRecord decided(Decision decision, Branch... branches) {
        return record(false, decision, false, null, null, List.of(branches));
    }

    static TransactionRecord confirmed(Decision decision, Branch... branches) {
        return record(false, decision, true, null, null, List.of(branches));
    }

    static TransactionRecord complete(Decision decision, Outcome outcome, Branch... branches) {
        return record(false, decision, true, outcome, NOW, List.of(branches));
    }

    private static TransactionRecord record(
            boolean begun,
            @Nullable Decision decision,
            boolean confirmed,
            @Nullable Outcome outcome,
            @Nullable Instant completedAt,
            List<Branch> branches) {
        return new TransactionRecord(
                ID,
                "test",
                begun,
                NOW,
                DEADLINE,
                begun ? NOW : null,
                null,
                decision,
                confirmed,
                decision == null ? null : NOW,
                decision == Decision.ROLLBACK ? "wanted" : null,
                branches,
                0,
                outcome,
                completedAt,
                0,
                null,
                NOW,
                null,
                null);
    }

    static GlobalTransaction active() {
        return GlobalTransaction.unknown(ID);
    }

    static GlobalTransaction closing() {
        return active().commitRequested(DEADLINE, null, null).next();
    }

    /** Branch 1 prepared, branch 2 not asked yet. */
    static GlobalTransaction preparing() {
        return active().commitRequested(
                        DEADLINE, List.of(branch("1", "a", Vote.PREPARED), branch("2", "b", Vote.PENDING)), null)
                .next();
    }

    static GlobalTransaction deciding() {
        return active().commitRequested(
                        DEADLINE, List.of(branch("1", "a", Vote.PREPARED), branch("2", "b", Vote.PREPARED)), null)
                .next();
    }

    static GlobalTransaction decidingEnlisted() {
        return closing().closed(undecided(branch("1", "a", Vote.PREPARED))).next();
    }

    static GlobalTransaction committing() {
        return deciding()
                .decided(decided(Decision.COMMIT, member("1", "a"), member("2", "b")))
                .next();
    }

    static GlobalTransaction rollingBack() {
        return deciding()
                .decided(decided(Decision.ROLLBACK, branch("1", "a", Vote.PREPARED), branch("2", "b", Vote.PREPARED)))
                .next();
    }

    /** After {@code facts} about branches 1 and 2, in turn. */
    static GlobalTransaction after(GlobalTransaction transaction, BranchState... facts) {
        GlobalTransaction next = transaction;
        String[] names = {"a", "b"};
        for (int i = 0; i < facts.length; i++) {
            next = next.reported(execution(Integer.toString(i + 1), names[i]), facts[i])
                    .next();
        }
        return next;
    }

    static GlobalTransaction committed() {
        return after(committing(), BranchState.COMMITTED, BranchState.COMMITTED);
    }

    static GlobalTransaction rolledBack() {
        return after(rollingBack(), BranchState.ROLLED_BACK, BranchState.NEVER_SEEN);
    }

    static Stream<GlobalTransaction> one_of_every_kind() {
        return Stream.of(
                active(),
                closing(),
                preparing(),
                deciding(),
                decidingEnlisted(),
                committing(),
                after(committing(), BranchState.COMMITTED),
                after(committing(), BranchState.ROLLED_BACK),
                rollingBack(),
                after(rollingBack(), BranchState.ROLLED_BACK),
                committed(),
                rolledBack());
    }
}
