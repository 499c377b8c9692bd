package io.assent.chaos.bank;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What is broken when: from a seed, so that it can be repeated. Not thread-safe. */
final class FaultSchedule {

    /** How a process is broken. */
    enum Kind {
        /** {@code SIGKILL}, then a new start. */
        KILL,
        /** {@code SIGSTOP}, later {@code SIGCONT}. */
        PAUSE
    }

    /**
     * @param nodes one or two, both at once
     * @param hold how long they are down or paused
     * @param gap how long everything is left alone afterwards
     */
    record Step(Kind kind, List<String> nodes, Duration hold, Duration gap) {}

    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_DOWN = Duration.ofMillis(1_000);
    private static final Duration LONGEST_GAP = Duration.ofMillis(1_200);

    private final Random random;
    private final List<String> nodes;
    private final Duration longestPause;
    private final double pairs;
    private long kills;
    private long pauses;

    /**
     * @param nodes what may be broken
     * @param kills how many processes are killed; two at once count twice
     * @param pauses how many are paused
     * @param longestPause at least 100 ms
     * @param pairs the share of steps that break two at once, 0 to 1
     */
    FaultSchedule(long seed, List<String> nodes, long kills, long pauses, Duration longestPause, double pairs) {
        this.random = new Random(seed);
        this.nodes = List.copyOf(nodes);
        this.kills = kills;
        this.pauses = pauses;
        this.longestPause = longestPause;
        this.pairs = pairs;
    }

    /** The next step; null: none is left. */
    @Nullable
    Step next() {
        if (kills + pauses == 0) {
            return null;
        }
        Kind kind = random.nextDouble() * (kills + pauses) < kills ? Kind.KILL : Kind.PAUSE;
        long left = kind == Kind.KILL ? kills : pauses;
        List<String> victims = victims(left > 1 && random.nextDouble() < pairs ? 2 : 1);
        if (kind == Kind.KILL) {
            kills -= victims.size();
        } else {
            pauses -= victims.size();
        }
        Duration hold =
                kind == Kind.KILL ? between(Duration.ZERO, LONGEST_DOWN) : between(SHORTEST_PAUSE, longestPause);
        return new Step(kind, victims, hold, between(Duration.ZERO, LONGEST_GAP));
    }

    private List<String> victims(int count) {
        List<String> rest = new ArrayList<>(nodes);
        List<String> victims = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            victims.add(rest.remove(random.nextInt(rest.size())));
        }
        return victims;
    }

    private Duration between(Duration least, Duration most) {
        return least.plusMillis((long) (random.nextDouble() * most.minus(least).toMillis()));
    }
}
