package io.assent.chaos.simulation;

import java.time.Duration;

/** Something that can be killed, started again and paused. */
abstract class Process {

    final World world;
    final String name;
    private boolean up = true;
    private int epoch;
    private long pausedUntil;

    Process(World world, String name) {
        this.world = world;
        this.name = name;
    }

    boolean up() {
        return up;
    }

    /** Counts incarnations: what belongs to an earlier one never happens. */
    int epoch() {
        return epoch;
    }

    /** Whether that incarnation still runs. */
    boolean lives(int incarnation) {
        return up && epoch == incarnation;
    }

    long pausedUntil() {
        return pausedUntil;
    }

    void crash(Duration down) {
        if (!up) {
            return;
        }
        up = false;
        epoch++;
        pausedUntil = 0;
        world.trace(() -> name + " is killed");
        crashed();
        world.later(down, null, () -> {
            up = true;
            world.trace(() -> name + " is started again");
            started();
        });
    }

    void pause(Duration length) {
        if (up) {
            world.trace(() -> name + " is paused for " + length);
            pausedUntil = world.time() + length.toNanos();
        }
    }

    /** Whether its code waits within calls. */
    boolean blocks() {
        return false;
    }

    /** Forgets what was not durable. */
    abstract void crashed();

    abstract void started();
}
