package io.assent.chaos.checker;

import java.util.List;

/**
 * Something that was broken for a while.
 *
 * @param kind such as KILL, PAUSE or PARTITION, or {@link #RESTART}
 * @param count how many faults it counts as
 * @param victims names of processes or links
 * @param from milliseconds since 1970
 * @param until when it was whole again
 */
public record Fault(String kind, int count, List<String> victims, long from, long until) {

    /** A process was ended in good order and started again: no fault at all. */
    public static final String RESTART = "RESTART";

    public Fault {
        victims = List.copyOf(victims);
    }
}
