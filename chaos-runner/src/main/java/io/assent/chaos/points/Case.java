package io.assent.chaos.points;

import java.util.function.Supplier;

/**
 * One run of one transaction into one disturbance.
 *
 * @param name tells it from all others of a run
 * @param repeat the arguments of the command that runs it again
 * @param timeout of the transaction, in milliseconds
 * @param disturbance makes a new one
 */
record Case(String name, String repeat, Shape shape, long timeout, Supplier<Disturbance> disturbance) {}
