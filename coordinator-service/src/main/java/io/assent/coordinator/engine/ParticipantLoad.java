package io.assent.coordinator.engine;

import io.assent.protocol.ParticipantName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many branches each participant has still to end. A decision that stands is always delivered, so a participant that
 * cannot keep up is protected before the decision: commits wait for places at all the participants that they name. First
 * come, first served at each; who waits for one participant keeps nobody from another.
 *
 * <p>Thread-safe. Callbacks are called without a lock.
 */
final class ParticipantLoad {

    private final int most;
    private final Map<ParticipantName, Load> loads = new HashMap<>();

    /** Waits for places. */
    static final class Waiter {

        private final Collection<ParticipantName> wanted;
        private final Runnable granted;
        private @Nullable ParticipantName queuedAt;

        private Waiter(Collection<ParticipantName> wanted, Runnable granted) {
            this.wanted = wanted;
            this.granted = granted;
        }
    }

    private static final class Load {
        private int taken;
        private final Deque<Waiter> waiting = new ArrayDeque<>();
    }

    /** @param most from how many on a participant takes no more */
    ParticipantLoad(int most) {
        this.most = most;
    }

    /**
     * Takes a place for each, one participant several times if it is named so, or none at all.
     *
     * @return a participant that has none left, or for which others wait already; null if they were taken
     */
    synchronized @Nullable ParticipantName take(Collection<ParticipantName> wanted) {
        for (ParticipantName name : wanted) {
            Load load = loads.get(name);
            if (load != null && (load.taken >= most || !load.waiting.isEmpty())) {
                return name;
            }
        }
        wanted.forEach(this::add);
        return null;
    }

    /**
     * Waits for such places.
     *
     * @param granted called once when they were taken, possibly before this returns
     */
    Waiter await(Collection<ParticipantName> wanted, Runnable granted) {
        Waiter waiter = new Waiter(List.copyOf(wanted), granted);
        boolean now;
        synchronized (this) {
            ParticipantName full = take(wanted);
            now = full == null;
            if (full != null) {
                queue(waiter, full);
            }
        }
        if (now) {
            granted.run();
        }
        return waiter;
    }

    /**
     * Stops waiting.
     *
     * @return whether it still waited; false: the places were taken
     */
    synchronized boolean cancel(Waiter waiter) {
        ParticipantName name = waiter.queuedAt;
        Load load = name == null ? null : loads.get(name);
        if (name == null || load == null) {
            return false;
        }
        load.waiting.remove(waiter);
        waiter.queuedAt = null;
        forgetIfIdle(name, load);
        return true;
    }

    /** Gives one place back. */
    void release(ParticipantName name) {
        List<Waiter> served;
        synchronized (this) {
            Load load = loads.get(name);
            if (load == null || load.taken == 0) {
                throw new IllegalStateException("a place at " + name + " is given back that nobody has taken");
            }
            load.taken--;
            served = serve(load);
            forgetIfIdle(name, load);
        }
        served.forEach(waiter -> waiter.granted.run());
    }

    /** How many places are taken there. */
    synchronized int taken(ParticipantName name) {
        Load load = loads.get(name);
        return load == null ? 0 : load.taken;
    }

    private List<Waiter> serve(Load load) {
        List<Waiter> served = new ArrayList<>();
        while (load.taken < most && !load.waiting.isEmpty()) {
            Waiter first = load.waiting.remove();
            first.queuedAt = null;
            ParticipantName full = first.wanted.stream()
                    .filter(name -> taken(name) >= most)
                    .findFirst()
                    .orElse(null);
            if (full == null) {
                first.wanted.forEach(this::add);
                served.add(first);
            } else {
                // Its turn here has come; elsewhere it has not, and nobody waits for it meanwhile.
                queue(first, full);
            }
        }
        return served;
    }

    private void queue(Waiter waiter, ParticipantName name) {
        loads.computeIfAbsent(name, any -> new Load()).waiting.add(waiter);
        waiter.queuedAt = name;
    }

    private void add(ParticipantName name) {
        loads.computeIfAbsent(name, any -> new Load()).taken++;
    }

    private void forgetIfIdle(ParticipantName name, Load load) {
        if (load.taken == 0 && load.waiting.isEmpty()) {
            loads.remove(name);
        }
    }
}
