package io.assent.benchmarks.figures;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Who comes when in a round. */
public final class Rotation {

    private Rotation() {}

    /** Another one begins in each round, so that what one leaves behind does not always hit the same next one. */
    public static <T> List<T> order(List<T> all, int round) {
        List<T> order = new ArrayList<>(all);
        Collections.rotate(order, -round);
        if (round % 2 == 1) {
            Collections.reverse(order);
        }
        return order;
    }
}
