package io.assent.protocol.signature;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * What was seen in the last while, in two generations: each is kept for one to two times the period, so nothing has to be
 * looked through to forget. Thread-safe.
 */
final class Nonces {

    enum Result {
        NEW,
        SEEN,
        FULL
    }

    private final Duration period;
    private final int most;
    private Set<String> young = new HashSet<>();
    private Set<String> old = new HashSet<>();
    private Instant turned = Instant.MIN;

    /**
     * An empty memory.
     *
     * @param period how long something is remembered at least
     * @param most how many are remembered in one period
     */
    Nonces(Duration period, int most) {
        this.period = period;
        this.most = most;
    }

    synchronized Result add(String nonce, Instant now) {
        if (!now.isBefore(turned.equals(Instant.MIN) ? Instant.MIN : turned.plus(period))) {
            boolean longAgo = turned.equals(Instant.MIN) || !now.isBefore(turned.plus(period.multipliedBy(2)));
            old = longAgo ? new HashSet<>() : young;
            young = new HashSet<>();
            turned = now;
        }
        if (young.contains(nonce) || old.contains(nonce)) {
            return Result.SEEN;
        }
        if (young.size() >= most) {
            return Result.FULL;
        }
        young.add(nonce);
        return Result.NEW;
    }
}
