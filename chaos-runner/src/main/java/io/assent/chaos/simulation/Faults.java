package io.assent.chaos.simulation;

import java.util.random.RandomGenerator;

/**
 * How often things go wrong; probabilities from 0 to 1.
 *
 * @param loss a message is lost
 * @param duplication a message arrives twice
 * @param slow a message takes up to four seconds
 * @param replay a message arrives once more, many seconds later
 * @param logUnavailable the log refuses a call
 * @param logUnknown a call on the log ends without a known result, executed or not
 * @param crash per half second: a process is killed and comes back later
 * @param pause per half second: a process stops and goes on later
 * @param partition per half second: nothing gets from one process to another for a while
 * @param stall per half second: the standby stops; writes are visible but not replicated
 * @param failover per half second: the standby is promoted; what was not replicated is gone
 * @param database a statement ends with a broken connection, executed or not
 * @param byHand per half second: somebody ends a branch in psql
 * @param poison per half second: a row of the log becomes unreadable
 */
record Faults(
        double loss,
        double duplication,
        double slow,
        double replay,
        double logUnavailable,
        double logUnknown,
        double crash,
        double pause,
        double partition,
        double stall,
        double failover,
        double database,
        double byHand,
        double poison) {

    static final Faults NONE = new Faults(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** Every run has its own mixture; now and then one kind of fault is absent, or all but one. */
    static Faults random(RandomGenerator random) {
        return new Faults(
                some(random, 0.15),
                some(random, 0.2),
                some(random, 0.2),
                some(random, 0.1),
                some(random, 0.2),
                some(random, 0.3),
                some(random, 0.3),
                some(random, 0.2),
                some(random, 0.2),
                some(random, 0.4),
                some(random, 0.2),
                some(random, 0.1),
                random.nextInt(8) == 0 ? 0.2 : 0,
                random.nextInt(8) == 0 ? 0.3 : 0);
    }

    private static double some(RandomGenerator random, double most) {
        return random.nextInt(3) == 0 ? 0 : random.nextDouble() * most;
    }
}
