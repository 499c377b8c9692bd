package io.assent.coordinator.log;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Tells a log that went on from one that was restored. Pure: from what the server shows and what an instance remembers.
 *
 * <pre>
 * the server shows                        this instance remembers             judged
 * no epoch                                                                    FIRST: the first use
 * another system identifier                                                   HOLD: moved, a copy knows what it was given
 * a sign of life older than remembered    it, from this epoch                 HOLD: restored
 *                                         it, from the epoch before, and
 *                                         this one is ambiguous               SURE: restored, no failover
 * another timeline                        its newest sign of life is there    FAILOVER: goes on
 *                                         nothing                             AMBIGUOUS: failover or restored; HOLD
 * an ambiguous epoch                      its newest sign of life, from the
 *                                         epoch before, is there              CONFIRMED: it was a failover
 * anything else                                                               SAME
 * </pre>
 *
 * <p>Each HOLD is safe when it is wrong: it costs time, and no decision. So in doubt it is a HOLD.
 */
final class EpochJudge {

    private EpochJudge() {}

    /** What follows. */
    enum Judgement {
        FIRST,
        SAME,
        FAILOVER,
        AMBIGUOUS,
        HOLD,
        SURE,
        CONFIRMED
    }

    /**
     * The current epoch, as the log has it.
     *
     * @param timeline on which the log was last seen in it
     * @param ambiguous may have been a failover, and is still held
     */
    record Epoch(int number, String systemIdentifier, long timeline, boolean ambiguous) {}

    /**
     * What the server shows.
     *
     * @param beat this instance's last sign of life; null if it has left none
     */
    record Shown(
            String systemIdentifier,
            long timeline,
            @Nullable Epoch epoch,
            @Nullable Long beat) {}

    /**
     * This instance's last sign of life that a clean write returned.
     *
     * @param epoch in which it was written
     */
    record Memory(int epoch, long beat, Instant at) {}

    static Judgement judge(Shown shown, @Nullable Memory memory) {
        Epoch epoch = shown.epoch();
        if (epoch == null) {
            return Judgement.FIRST;
        }
        if (!epoch.systemIdentifier().equals(shown.systemIdentifier())) {
            return Judgement.HOLD;
        }
        boolean lost = memory != null && (shown.beat() == null || shown.beat() < memory.beat());
        boolean current = memory != null && memory.epoch() == epoch.number();
        boolean before = memory != null && memory.epoch() == epoch.number() - 1;
        if (lost && current) {
            return Judgement.HOLD;
        }
        if (epoch.timeline() != shown.timeline()) {
            return current ? Judgement.FAILOVER : Judgement.AMBIGUOUS;
        }
        if (epoch.ambiguous() && before) {
            return lost ? Judgement.SURE : Judgement.CONFIRMED;
        }
        return Judgement.SAME;
    }
}
