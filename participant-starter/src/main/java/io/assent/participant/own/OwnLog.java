package io.assent.participant.own;

import io.assent.participant.BranchRecord;
import io.assent.participant.TwoPhaseParticipant;
import io.assent.participant.engine.BranchResourceException;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The application's log as the adapter uses it: one step at a time for each branch, and what cannot be told is a
 * {@link BranchResourceException} (R8). What counts is what the log shows afterwards, not that a method returned. Thread-safe.
 */
public final class OwnLog {

    /** More than a transaction may have branches. */
    private static final int ALL = 100_000;

    private final TwoPhaseParticipant participant;
    private final BranchLocks locks = new BranchLocks();

    /** @param participant the application's */
    public OwnLog(TwoPhaseParticipant participant) {
        this.participant = participant;
    }

    /** See {@link BranchLocks#take}. */
    BranchLocks.Held take(TransactionId transaction, BranchId branch, Duration wait) throws BranchLocks.BusyException {
        return locks.take(transaction, branch, wait);
    }

    /** The record of a branch. */
    Optional<BranchRecord> record(TransactionId transaction, BranchId branch) {
        return ask(
                "find the record of transaction " + transaction + ", branch " + branch,
                () -> participant.find(transaction, branch));
    }

    /** All records of a transaction. */
    List<BranchRecord> records(TransactionId transaction) {
        return list(TransactionRange.only(transaction), ALL);
    }

    List<BranchRecord> list(TransactionRange range, int limit) {
        return ask("list its records", () -> participant.list(range, limit)).stream()
                .filter(record -> range.contains(record.transaction()))
                .toList();
    }

    List<BranchRecord> recover() {
        return ask("tell what is in doubt", participant::recover);
    }

    /**
     * Nothing is caught: who prepares has to tell a refusal from everything else.
     *
     * @throws Exception whatever the application throws
     */
    Vote prepare(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception {
        return participant.prepare(transaction, branch, ref);
    }

    void commit(TransactionId transaction, BranchId branch, BranchRef ref) {
        ask("commit " + ref, () -> {
            participant.commit(transaction, branch, ref);
            return true;
        });
    }

    void rollback(TransactionId transaction, BranchId branch, BranchRef ref) {
        ask("roll " + ref + " back", () -> {
            participant.rollback(transaction, branch, ref);
            return true;
        });
    }

    void writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        ask("write a tombstone for transaction " + transaction + ", branch " + branch, () -> {
            participant.writeTombstone(transaction, branch, ref);
            return true;
        });
    }

    int forget(Instant before, int limit) {
        return ask("forget old records", () -> participant.forget(before, limit));
    }

    /** Whether the record says that this very execution is in this state. */
    static boolean is(Optional<BranchRecord> record, BranchState state, BranchRef ref) {
        return record.filter(found -> found.state() == state && ref.equals(found.ref()))
                .isPresent();
    }

    private static <T> T ask(String what, Callable<T> question) {
        T answer;
        try {
            answer = question.call();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BranchResourceException("the participant's log was interrupted and could not " + what, e);
        } catch (Exception e) {
            throw new BranchResourceException("the participant's log could not " + what + " (" + e + ")", e);
        }
        if (answer == null) {
            throw new BranchResourceException(
                    "the participant's log could not " + what, new NullPointerException("it answered null"));
        }
        return Objects.requireNonNull(answer);
    }
}
