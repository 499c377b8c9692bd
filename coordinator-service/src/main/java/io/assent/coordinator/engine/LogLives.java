package io.assent.coordinator.engine;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Port: the lives of the decision log. A log that was restored from a backup begins a new one, in which transactions that
 * may have been decided in what was lost are held until a person has spoken. Thread-safe; blocks unless a stage is returned.
 */
public interface LogLives {

    /**
     * One life of the log.
     *
     * @param number from 1, the first use
     * @param systemIdentifier of the PostgreSQL cluster it is in
     * @param timeline on which it was last seen
     * @param evidence why it began, for people
     * @param ambiguous it may also have been a failover; an instance that saw the log before can still tell
     * @param knownUntil the last sign of life in the log when this began; null: there was none, or this is the first use
     * @param heldFrom ids made from here are held; null: none are
     * @param heldUntil ids made before are held; null: none are
     * @param endedAt when the hold was ended; null: it was not
     * @param endedBecause why
     */
    record Epoch(
            int number,
            String systemIdentifier,
            long timeline,
            Instant startedAt,
            String evidence,
            boolean ambiguous,
            @Nullable Instant knownUntil,
            @Nullable Instant heldFrom,
            @Nullable Instant heldUntil,
            @Nullable Instant endedAt,
            @Nullable String endedBecause) {}

    /** The log could not be read or written; whether it was written is not known, and to ask again is harmless. */
    final class UnavailableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public UnavailableException(Throwable cause) {
            super(cause);
        }
    }

    /**
     * All of them, the latest first.
     *
     * @throws UnavailableException if they cannot be read
     */
    List<Epoch> epochs();

    /**
     * A person says that the log was restored in a way that cannot be noticed, such as from a snapshot of its disk.
     *
     * @return the number of the epoch that begins
     * @throws UnavailableException if it could not be written
     */
    int restored(String reason);

    /**
     * A person says that the log is complete. From then on what is missing in it is answered as in any other log.
     *
     * @return false if nothing is held in that epoch
     * @throws UnavailableException if it could not be written
     */
    boolean endHold(int epoch, String reason);

    /**
     * A person decides one transaction that is held; the next recovery pass delivers it. OK, CONFLICT if it is decided,
     * ABSENT if it is not held.
     *
     * @param branches the executions known to the person; with none, those that are recorded
     */
    CompletionStage<Reply> settle(TransactionId id, Decision decision, List<Branch> branches, String reason);
}
