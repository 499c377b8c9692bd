package io.assent.participant.tcc;

import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.CurrentReservation;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.postgres.ReservationLog;
import java.time.Duration;
import java.util.UUID;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes reservations: records one durably, then lets its try run. If it was cancelled meanwhile, which only happens when the
 * deadline is long past, it is recorded again: the outside may have heard the cancel before the try. Framework-free, thread-safe.
 */
public final class Reservations {

    private static final Logger logger = LoggerFactory.getLogger(Reservations.class);

    private final ReservationLog log;
    private final Ender ender;
    private final RandomGenerator random;
    private final Tries tries = new Tries();
    private volatile boolean inUse;

    /** What confirms and cancels. */
    public interface Ender {

        /**
         * Returns when the reservation is over, whoever has ended it.
         *
         * @param confirm true: confirm, false: cancel
         * @throws BranchResourceException if it is not known to be over
         */
        void end(ReservationLog.Row row, boolean confirm);
    }

    /** What reaches the outside. */
    public interface Try {
        @Nullable
        Object run() throws Throwable;
    }

    /** @param random for keys */
    public Reservations(ReservationLog log, Ender ender, RandomGenerator random) {
        this.log = log;
        this.ender = ender;
        this.random = random;
    }

    /** Whether there is a table of reservations; until then nothing is asked of it. */
    public boolean inUse() {
        return inUse;
    }

    /** The table is there. */
    public void use() {
        inUse = true;
    }

    /** How many are open. */
    public int count() {
        return inUse ? log.count() : 0;
    }

    /** For how long the oldest is open, by the database's clock; zero if there is none. */
    public Duration oldest() {
        return inUse
                ? log.oldest(1).stream()
                        .findFirst()
                        .map(ReservationLog.Row::age)
                        .orElse(Duration.ZERO)
                : Duration.ZERO;
    }

    public ReservationLog log() {
        return log;
    }

    Ender ender() {
        return ender;
    }

    Tries tries() {
        return tries;
    }

    /**
     * To be called within the branch's local transaction, which has to roll back if this throws.
     *
     * @param call the call that works
     * @param branch the branch that its work belongs to
     * @param name of the method
     * @param arguments a JSON array
     * @return what the try returned
     * @throws IllegalStateException if the branch can only roll back
     * @throws BranchResourceException if the reservation could not be recorded; the try has not run
     * @throws Throwable what the try threw
     */
    public @Nullable Object reserve(
            GlobalTransactionContext call, GlobalTransactionContext branch, String name, String arguments, Try body)
            throws Throwable {
        String reason = branch.remaining().isZero() ? "the deadline has passed" : branch.rollbackReason();
        if (reason != null) {
            throw new IllegalStateException(
                    "Transaction " + branch.id() + ", branch " + branch.branch() + " can only roll back: " + reason);
        }
        ReservationLog.Row row = new ReservationLog.Row(
                randomKey(),
                branch.id(),
                branch.branch(),
                branch.ref(),
                name,
                arguments,
                Duration.ZERO,
                branch.remaining().negated());
        tries.begin(branch.ref());
        try {
            branch.reservedFor(branch.ref());
            call.reservedFor(branch.ref());
            if (!log.record(row)) {
                throw new IllegalStateException("Transaction " + branch.id() + ", branch " + branch.branch()
                        + ": rolled back while the call ran; nothing was reserved");
            }
            return attempt(row, body);
        } finally {
            tries.end(branch.ref());
        }
    }

    /** A UUID of version 4 (RFC 9562): others may look at its form. */
    private UUID randomKey() {
        return new UUID(
                random.nextLong() & 0xFFFF_FFFF_FFFF_0FFFL | 0x4000L,
                random.nextLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L);
    }

    private @Nullable Object attempt(ReservationLog.Row row, Try body) throws Throwable {
        UUID outer = CurrentReservation.get();
        CurrentReservation.set(row.key());
        try {
            Object result = body.run();
            if (!log.remains(row.key())) {
                throw new IllegalStateException("Transaction " + row.transaction() + ", branch " + row.branch()
                        + ": reservation " + row.key() + " was cancelled while its try ran, and will be once more");
            }
            return result;
        } catch (Throwable e) {
            recordAgainIfCancelled(row, e);
            throw e;
        } finally {
            CurrentReservation.set(outer);
        }
    }

    private void recordAgainIfCancelled(ReservationLog.Row row, Throwable failure) {
        try {
            if (!log.remains(row.key())) {
                log.recordAgain(row);
            }
        } catch (BranchResourceException e) {
            failure.addSuppressed(e);
            logger.error(
                    "Transaction {}, branch {}: whether reservation {} ({}) was cancelled while its try ran is not known ({})."
                            + " If it was, the outside may keep it: look there.",
                    row.transaction(),
                    row.branch(),
                    row.key(),
                    row.name(),
                    e.getMessage());
        }
    }
}
