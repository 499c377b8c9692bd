package io.assent.chaos.checker;

import java.util.List;

/**
 * Something that was broken for a while.
 *
 * @param kind such as KILL or PAUSE
 * @param nodes what
 * @param from milliseconds since 1970
 * @param until when it was whole again
 */
public record Fault(String kind, List<String> nodes, long from, long until) {

    public Fault {
        nodes = List.copyOf(nodes);
    }
}
