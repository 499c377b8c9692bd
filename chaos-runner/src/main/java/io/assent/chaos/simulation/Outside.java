package io.assent.chaos.simulation;

import io.assent.protocol.BranchRef;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Somebody else's service, at which a participant reserves seats (Try-Confirm-Cancel). It knows a seat by its key, and forgets a
 * released one: a hold that arrives after its release holds the seat again. Requests and replies get lost, and a request may still be on its
 * way when whoever sent it is dead.
 */
final class Outside {

    /** How long a caller waits, and a request may be on its way. */
    static final Duration TIMEOUT = Duration.ofMillis(600);

    private final World world;
    private final Checker checker;
    private final Map<UUID, Seat> seats = new LinkedHashMap<>();

    private final Map<UUID, BranchRef> executions = new HashMap<>();

    private record Seat(BranchRef execution, boolean sold) {}

    Outside(World world, Checker checker) {
        this.world = world;
        this.checker = checker;
    }

    void hold(Process from, UUID key, BranchRef execution) {
        executions.put(key, execution);
        call(from, "hold", key, () -> seats.putIfAbsent(key, new Seat(execution, false)));
    }

    void sell(Process from, UUID key) {
        call(from, "sell", key, () -> {
            Seat seat = seats.get(key);
            if (seat != null) {
                seats.put(key, new Seat(seat.execution(), true));
            } else if (!checker.isEndedByHand(executions.get(key))) {
                checker.failOutside("I1", "confirmed is " + key + ", which nobody holds");
            }
        });
    }

    void release(Process from, UUID key) {
        call(from, "release", key, () -> {
            Seat seat = seats.remove(key);
            if (seat != null && seat.sold()) {
                checker.failOutside("I2", "cancelled is " + key + ", which was confirmed");
            }
        });
    }

    private void call(Process from, String what, UUID key, Runnable effect) {
        // The one that must not be overtaken.
        boolean hold = what.equals("hold");
        killed(from, 0.02, "participant killed before a call to the outside");
        boolean[] done = new boolean[1];
        boolean replyLost = somethingFails(0.1);
        if (!somethingFails(0.1)) {
            Duration delay = somethingFails(hold ? 0.5 : 0.2)
                    ? Duration.ofMillis(world.between(10, 590))
                    : Duration.ofNanos(1_000L * world.between(200, 8_000));
            world.later(delay, null, () -> {
                world.trace(() -> "   outside: " + what + " " + key);
                effect.run();
                done[0] = true;
            });
        }
        killed(from, hold ? 0.08 : 0.02, "participant killed while a call to the outside is on its way");
        world.await(from, TIMEOUT, () -> done[0] && !replyLost);
        if (!done[0] || replyLost) {
            world.statistics.count("outside: no reply to " + what);
            throw new IllegalStateException("the outside did not answer to " + what);
        }
        world.statistics.count("outside: " + what);
    }

    private boolean somethingFails(double probability) {
        return world.faults != Faults.NONE && world.chance(probability);
    }

    private void killed(Process process, double probability, String where) {
        if (world.faults.crash() > 0 && world.chance(probability)) {
            world.statistics.count(where);
            process.crash(Duration.ofMillis(world.between(10, 200)));
            throw new Killed(process.name);
        }
    }

    /** Whether some seat of the execution is neither sold nor released. */
    boolean holds(@Nullable BranchRef execution) {
        return seats.values().stream()
                .anyMatch(seat -> !seat.sold() && seat.execution().equals(execution));
    }

    /** The executions of the seats that were sold. */
    List<BranchRef> sold() {
        return seats.values().stream().filter(Seat::sold).map(Seat::execution).toList();
    }

    /** The executions of those that are neither. */
    List<BranchRef> held() {
        return seats.values().stream()
                .filter(seat -> !seat.sold())
                .map(Seat::execution)
                .toList();
    }
}
