package io.assent.chaos.simulation;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;

/**
 * Every order in which things can happen in a {@link Universe}, a crash of any process at any step included.
 *
 * <p>States are compared by {@link Universe#state()}: a state that was seen before is not gone on from, since everything
 * that can follow has been or will be tried from there. That is exact as far as the future is a function of what is
 * compared, and it is: the log and the databases act by what they hold, and a coordinator is a deterministic function of
 * what it has heard. Since the memory of real objects cannot be copied, a path is run again from its beginning whenever
 * another branch of it is to be tried.
 */
final class Interleavings {

    private final Universe.Requests requests;
    private final Set<UUID> seen = new HashSet<>();
    private long transitions;
    private long ends;
    private long commits;

    /**
     * What was found.
     *
     * @param states different states
     * @param transitions steps between them
     * @param ends states in which everything is over
     * @param commits how many of these committed
     */
    record Result(long states, long transitions, long ends, long commits) {}

    private Interleavings(Universe.Requests requests) {
        this.requests = requests;
    }

    static Result explore(Universe.Requests requests) {
        Interleavings all = new Interleavings(requests);
        all.run();
        return new Result(all.seen.size(), all.transitions, all.ends, all.commits);
    }

    private void run() {
        Deque<int[]> open = new ArrayDeque<>();
        open.push(new int[0]);
        while (!open.isEmpty()) {
            int[] path = open.pop();
            Universe universe = new Universe(requests);
            try {
                for (int choice : path) {
                    universe.choices();
                    universe.choose(choice);
                }
                follow(universe, path, open);
            } catch (Violation violation) {
                throw new Violation(violation.getMessage() + "; choices " + Arrays.toString(path));
            }
        }
    }

    /** Goes on with the first choice in each state, and leaves the others for later. */
    private void follow(Universe universe, int[] from, Deque<int[]> open) {
        int[] path = from;
        while (true) {
            int choices = universe.choices();
            if (!seen.add(UUID.nameUUIDFromBytes(universe.state().getBytes(StandardCharsets.UTF_8)))) {
                return;
            }
            if (choices == 0) {
                ends++;
                commits += universe.committed() ? 1 : 0;
                return;
            }
            transitions += choices;
            for (int choice = 1; choice < choices; choice++) {
                open.push(extended(path, choice));
            }
            path = extended(path, 0);
            universe.choose(0);
        }
    }

    private static int[] extended(int[] path, int choice) {
        int[] longer = Arrays.copyOf(path, path.length + 1);
        longer[path.length] = choice;
        return longer;
    }
}
