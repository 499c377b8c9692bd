package io.assent.participant.test;

import java.util.EnumMap;
import java.util.Map;

/**
 * Makes the application under test fail at a point of the protocol. Nothing fails unless it is told to; before and after
 * each test method everything is healed. Failures are made at the starter's ports, within this JVM: the coordinator, the
 * database and the network stay well. Thread-safe.
 */
public final class AssentFaults {

    /** Where it can fail. */
    public enum Point {

        /**
         * The local transaction fails where it would be prepared (or committed, if nobody else takes part), with an
         * {@link InjectedFaultException}. It is rolled back; the vote is ROLLBACK. Strikes the first branch of this
         * application that gets there, its own as initiator or one that it was called for.
         */
        BEFORE_PREPARE,

        /**
         * This application was called, its branch is prepared, and its answer with the vote is lost: the caller gets a
         * bare 502, as from a proxy. The branch stays in doubt until it is ordered to roll back, or asks.
         */
        AFTER_PREPARE,

        /** The commit request never reaches the coordinator; the outcome is unknown to the caller. */
        COMMIT_REQUEST_LOST,

        /** The coordinator decides, and its answer is lost; the outcome is unknown to the caller. */
        COMMIT_ANSWER_LOST,

        /** The rollback request never reaches the coordinator: branches end by themselves after the deadline. */
        ROLLBACK_REQUEST_LOST,

        /** A branch cannot be enlisted: it votes ROLLBACK. Only for callers that are no starters, which do not collect votes. */
        ENLIST_REQUEST_LOST,

        /** A question about branches in doubt is not answered; they are asked about again. */
        INQUIRY_LOST,

        /** No request of this application reaches the coordinator: the four above in one. */
        COORDINATOR_UNREACHABLE,

        /** A decision is not carried out and not acknowledged. It is ordered again. */
        ORDER_LOST,

        /**
         * A decision is carried out, and the acknowledgement is lost. It is ordered again. After-commit callbacks of the
         * branch do not run, as after a crash at this point.
         */
        ACKNOWLEDGEMENT_LOST
    }

    private static final int FOR_EVER = Integer.MAX_VALUE;

    private final Map<Point, Integer> armed = new EnumMap<>(Point.class);
    private final Map<Point, Integer> hits = new EnumMap<>(Point.class);

    AssentFaults() {}

    /** The next time that this point is reached, it fails; then no more. */
    public void failOnce(Point point) {
        fail(point, 1);
    }

    /**
     * The next times that this point is reached, it fails. Replaces what was said of this point before.
     *
     * @param times at least 1
     */
    public synchronized void fail(Point point, int times) {
        if (times < 1) {
            throw new IllegalArgumentException("times must be at least 1, not " + times);
        }
        armed.put(point, times);
    }

    /** Whenever this point is reached, it fails, until {@link #heal} or {@link #reset}. */
    public void failAlways(Point point) {
        fail(point, FOR_EVER);
    }

    /** This point does not fail any more. */
    public synchronized void heal(Point point) {
        armed.remove(point);
    }

    /** No point fails any more, and no hits are counted. */
    public synchronized void reset() {
        armed.clear();
        hits.clear();
    }

    /** How often this point has failed since the last {@link #reset}: a test that never got there proves nothing. */
    public synchronized int hits(Point point) {
        return hits.getOrDefault(point, 0);
    }

    /** The point is reached: whether it fails now. */
    synchronized boolean strikes(Point point) {
        Integer left = armed.get(point);
        if (left == null) {
            return false;
        }
        if (left == 1) {
            armed.remove(point);
        } else if (left != FOR_EVER) {
            armed.put(point, left - 1);
        }
        hits.merge(point, 1, Integer::sum);
        return true;
    }
}
