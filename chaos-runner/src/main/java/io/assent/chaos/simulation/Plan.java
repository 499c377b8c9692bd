package io.assent.chaos.simulation;

import java.time.Duration;
import java.util.List;

/**
 * One call of a transaction, as the seed wants it.
 *
 * @param service who is called
 * @param behaviour what it does
 * @param account whose balance it changes
 * @param amount by how much; all amounts of a transaction together are zero
 * @param think how long it takes between its writing and its commit
 * @param nested the calls it makes itself
 */
record Plan(Service service, Behaviour behaviour, String account, long amount, Duration think, List<Plan> nested) {

    /** What a call does. */
    enum Behaviour {
        WRITE,
        READ,
        /** No local transaction at all. */
        NOTHING,
        /** Fails after writing. */
        FAIL,
        /** One statement fails, and its error is swallowed (L7). */
        SWALLOW,
        /** Uses a temporary table, which PostgreSQL cannot prepare (0A000). */
        UNPREPARABLE;

        boolean writes() {
            return this == WRITE;
        }

        boolean saysYes() {
            return this != FAIL && this != SWALLOW && this != UNPREPARABLE;
        }
    }

    int size() {
        return 1 + nested.stream().mapToInt(Plan::size).sum();
    }

    boolean saysYes() {
        return behaviour.saysYes() && nested.stream().allMatch(Plan::saysYes);
    }
}
