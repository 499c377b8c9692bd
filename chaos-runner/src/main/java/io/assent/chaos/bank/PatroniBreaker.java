package io.assent.chaos.bank;

import io.assent.chaos.checker.Fault;
import io.assent.chaos.patroni.PatroniCluster;
import io.assent.chaos.patroni.PatroniNode;
import io.assent.chaos.system.Endpoint;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Takes away the primary of a decision log that is in Patroni's care, waits for what Patroni does, and gives the server back.
 * The schedule comes from a seed.
 */
final class PatroniBreaker implements Breaker {

    private static final Duration LONGEST_HOLD = Duration.ofMillis(1_500);
    private static final Duration LONGEST_GAP = Duration.ofMillis(1_500);
    /** Until Patroni has found another primary: the time of its lock, and some. */
    private static final Duration ELECTION = Duration.ofSeconds(90);

    private static final Duration POLL = Duration.ofMillis(50);

    private final PatroniCluster cluster;
    private final Outages outages;
    private final List<PatroniFault> kinds;
    private final long count;
    private final Random random;
    private final InstantSource clock = InstantSource.system();
    private long done;

    /**
     * @param outages measures them
     * @param kinds what may happen; at least one
     * @param count how often the primary is taken away
     */
    PatroniBreaker(PatroniCluster cluster, Outages outages, List<PatroniFault> kinds, long count, long seed) {
        this.cluster = cluster;
        this.outages = outages;
        this.kinds = List.copyOf(kinds);
        this.count = count;
        this.random = new Random(seed);
    }

    @Override
    public @Nullable Fault next() throws InterruptedException {
        if (done >= count) {
            return null;
        }
        // By turns: each kind as often as the others.
        PatroniFault kind = kinds.get((int) (done % kinds.size()));
        done++;
        PatroniNode old = cluster.awaitWhole();
        List<Endpoint> others = cluster.servers().stream()
                .filter(server -> !server.equals(old.endpoint()))
                .toList();
        long from = take(old, kind);
        long since = awaitElection(others, kind);
        outages.awaitDecision(others, from, since, kind.name(), true);
        giveBack(old, kind);
        cluster.awaitWhole();
        Fault fault = new Fault(kind.name(), 1, List.of(old.name()), from, clock.millis());
        pause(upTo(LONGEST_GAP));
        return fault;
    }

    /** @return when it was gone, or began to go */
    private long take(PatroniNode old, PatroniFault kind) throws InterruptedException {
        switch (kind) {
            case KILLED -> old.kill();
            case POSTMASTER_KILLED -> old.killPostmaster();
            case PAUSED -> old.pause();
            case MANAGER_PAUSED -> old.pauseManager();
            case SWITCHOVER -> {
                long from = clock.millis();
                cluster.switchOver(old);
                return from;
            }
        }
        return clock.millis();
    }

    /** @return when another server was seen to be the primary */
    private long awaitElection(List<Endpoint> others, PatroniFault kind) throws InterruptedException {
        long end = System.nanoTime() + ELECTION.toNanos();
        while (others.stream().noneMatch(outages::isPrimary)) {
            if (System.nanoTime() - end > 0) {
                throw new IllegalStateException(
                        "Patroni made no other server the primary within " + ELECTION + " after " + kind);
            }
            pause(POLL);
        }
        return clock.millis();
    }

    private void giveBack(PatroniNode old, PatroniFault kind) throws InterruptedException {
        switch (kind) {
            case KILLED -> {
                pause(upTo(LONGEST_HOLD));
                old.start();
            }
            case PAUSED -> {
                // For a while it takes itself for the primary, and nobody corrects it.
                old.resumeServer();
                pause(upTo(LONGEST_HOLD));
                old.resumeManager();
            }
            case MANAGER_PAUSED -> {
                pause(upTo(LONGEST_HOLD));
                old.resumeManager();
            }
            case POSTMASTER_KILLED, SWITCHOVER -> {
                // Its Patroni has it already.
            }
        }
    }

    private Duration upTo(Duration most) {
        return Duration.ofMillis((long) (random.nextDouble() * most.toMillis()));
    }

    private static void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }
}
