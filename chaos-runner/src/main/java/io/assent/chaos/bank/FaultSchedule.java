package io.assent.chaos.bank;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** What is broken when: from a seed, so that it can be repeated. Not thread-safe. */
final class FaultSchedule {

    /** What is broken. */
    enum Kind {
        /** {@code SIGKILL}, then a new start. */
        KILL,
        /** {@code SIGSTOP}, later {@code SIGCONT}. */
        PAUSE,
        /** Processes are well but cannot reach each other. */
        PARTITION
    }

    /** How a link is broken. */
    enum Cut {
        /** What is sent waits, both ways. */
        BOTH_WAYS,
        /** Requests wait, replies pass. */
        REQUESTS,
        /** Requests pass, replies wait. */
        REPLIES,
        /** Connections open and nothing is ever answered. */
        BLACK_HOLE,
        /** Every connection is reset. */
        REFUSED,
        /** Refused and well by turns. */
        FLAPPING
    }

    /**
     * @param cut how, if it is a partition
     * @param victims names of processes, or of links if it is a partition
     * @param hold how long they are down or paused
     * @param gap how long everything is left alone afterwards
     */
    record Step(Kind kind, @Nullable Cut cut, List<String> victims, Duration hold, Duration gap) {

        /** How many faults it counts as: a partition is one, however many links it takes. */
        int count() {
            return kind == Kind.PARTITION ? 1 : victims.size();
        }
    }

    /**
     * How much is broken.
     *
     * @param kills how many processes are killed; two at once count twice
     * @param pauses how many are paused
     * @param partitions how often links are cut
     * @param longest how long a pause or a partition may last, at least 100 ms
     * @param together the chance that one more process is hit by the same kill or pause, 0 to 1; each step hits three at
     *     most
     */
    record Amount(long kills, long pauses, long partitions, Duration longest, double together) {}

    private static final Duration SHORTEST_HOLD = Duration.ofMillis(100);
    private static final Duration LONGEST_DOWN = Duration.ofMillis(1_000);
    private static final Duration LONGEST_GAP = Duration.ofMillis(1_200);
    private static final int MOST_AT_ONCE = 3;
    /** The share of partitions that cut one process off from all others. */
    private static final double WHOLE = 0.3;

    private final Random random;
    private final List<String> nodes;
    private final List<String> links;
    private final Amount amount;
    private long kills;
    private long pauses;
    private long partitions;

    /**
     * @param nodes what may be killed and paused
     * @param links what may be cut, named {@code from>to}; not empty if there are partitions
     */
    FaultSchedule(long seed, List<String> nodes, List<String> links, Amount amount) {
        this.random = new Random(seed);
        this.nodes = List.copyOf(nodes);
        this.links = links.stream().sorted().toList();
        this.amount = amount;
        this.kills = amount.kills();
        this.pauses = amount.pauses();
        this.partitions = amount.partitions();
    }

    /** The next step; null: none is left. */
    @Nullable
    Step next() {
        long left = kills + pauses + partitions;
        if (left == 0) {
            return null;
        }
        double choice = random.nextDouble() * left;
        if (choice < kills) {
            List<String> victims = processes(kills);
            kills -= victims.size();
            return new Step(Kind.KILL, null, victims, between(Duration.ZERO, LONGEST_DOWN), gap());
        }
        if (choice < kills + pauses) {
            List<String> victims = processes(pauses);
            pauses -= victims.size();
            return new Step(Kind.PAUSE, null, victims, between(SHORTEST_HOLD, amount.longest()), gap());
        }
        partitions--;
        Cut cut = Cut.values()[random.nextInt(Cut.values().length)];
        return new Step(Kind.PARTITION, cut, cutLinks(), between(SHORTEST_HOLD, amount.longest()), gap());
    }

    private List<String> processes(long left) {
        List<String> rest = new ArrayList<>(nodes);
        List<String> victims = new ArrayList<>();
        do {
            victims.add(rest.remove(random.nextInt(rest.size())));
        } while (victims.size() < Math.min(Math.min(MOST_AT_ONCE, left), nodes.size())
                && random.nextDouble() < amount.together());
        return victims;
    }

    /** The links between two processes, or all links of one. */
    private List<String> cutLinks() {
        String[] ends = links.get(random.nextInt(links.size())).split(">");
        if (random.nextDouble() < WHOLE) {
            return links.stream()
                    .filter(link -> List.of(link.split(">")).contains(ends[1]))
                    .toList();
        }
        return links.stream()
                .filter(link -> link.equals(ends[0] + ">" + ends[1]) || link.equals(ends[1] + ">" + ends[0]))
                .toList();
    }

    private Duration gap() {
        return between(Duration.ZERO, LONGEST_GAP);
    }

    private Duration between(Duration least, Duration most) {
        return least.plusMillis((long) (random.nextDouble() * most.minus(least).toMillis()));
    }
}
