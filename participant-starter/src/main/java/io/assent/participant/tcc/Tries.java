package io.assent.participant.tcc;

import io.assent.protocol.BranchRef;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which executions make reservations in this process. A try that is still on its way to the outside must not be overtaken by
 * its cancel. Thread-safe.
 */
final class Tries {

    /** Of how many executions it is remembered that their tries are over. */
    private static final int MAX_OVER = 10_000;

    /** The number of tries under way; zero: over. */
    private final Map<BranchRef, Integer> here = new LinkedHashMap<>();

    synchronized void begin(BranchRef execution) {
        here.merge(execution, 1, Integer::sum);
    }

    synchronized void end(BranchRef execution) {
        here.merge(execution, -1, Integer::sum);
        Iterator<Integer> oldest = here.values().iterator();
        while (here.size() > MAX_OVER && oldest.hasNext()) {
            if (oldest.next() == 0) {
                oldest.remove();
            }
        }
    }

    /** Whether all tries of the execution ran here and are over. */
    synchronized boolean over(BranchRef execution) {
        Integer running = here.get(execution);
        return running != null && running == 0;
    }
}
