package io.assent.chaos.points;

import io.assent.chaos.proxy.Action;
import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.proxy.Message;
import io.assent.chaos.proxy.Rule;
import io.assent.chaos.proxy.Trigger;
import io.assent.chaos.system.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Kills or pauses a process at a crash point. */
final class Crash implements Disturbance {

    /** How the victim is taken. */
    enum Kind {
        /** SIGKILL, and a start afterwards. */
        KILL,
        /** SIGSTOP, and SIGCONT after a while. */
        PAUSE
    }

    private final CrashPoint point;
    private final Kind kind;
    private final Duration pause;
    private final List<Rule> rules = new ArrayList<>();
    private final List<Node> dead = new ArrayList<>();
    private final AtomicInteger seen = new AtomicInteger();
    private final CompletableFuture<Message> hit = new CompletableFuture<>();
    private final CountDownLatch resumed = new CountDownLatch(1);
    private final AtomicReference<@Nullable Node> victim = new AtomicReference<>();
    /** The coordinator that died before the point was reached. */
    private final AtomicReference<@Nullable Node> prelude = new AtomicReference<>();

    /** @param pause how long a paused process is left alone */
    Crash(CrashPoint point, Kind kind, Duration pause) {
        this.point = point;
        this.kind = kind;
        this.pause = pause;
    }

    @Override
    public void arm(Laboratory laboratory, Subject subject) {
        prelude(laboratory, subject);
        for (FaultProxy proxy : laboratory.links().matching(point.from(), point.to())) {
            Node taken = victim(laboratory, proxy);
            Trigger trigger = message -> at(taken, proxy, message);
            rules.add(proxy.rule(
                    point.match(subject),
                    point.moment() == CrashPoint.Moment.BEFORE
                            ? Action.before(trigger)
                            : Action.afterReplied(trigger)));
        }
    }

    private void prelude(Laboratory laboratory, Subject subject) {
        switch (point.prelude()) {
            case NONE -> {
                // The point is reached without.
            }
            case COORDINATOR_DEAD_AFTER_DECISION -> {
                for (FaultProxy proxy : laboratory.links().matching("coordinator-[0-9]+", "bank-[0-9]+")) {
                    Node first = victim(laboratory, proxy);
                    rules.add(proxy.rule(CrashPoint.orders(subject), Action.before(message -> {
                        if (prelude.compareAndSet(null, first) || prelude.get() == first) {
                            kill(first);
                            return Trigger.Then.DROP;
                        }
                        return Trigger.Then.FORWARD;
                    })));
                }
                // Who asks the other one would have it finished at once, without a recovery pass.
                for (FaultProxy proxy : laboratory.links().matching("bank-[0-9]+", "coordinator-[0-9]+")) {
                    rules.add(proxy.rule(
                            CrashPoint.questions(subject).where("afterwards", message -> prelude.get() != null),
                            Action.dropAndReset()));
                }
            }
            case ORDERS_LOST -> {
                for (FaultProxy proxy : laboratory.links().matching("coordinator-[0-9]+", point.victim())) {
                    rules.add(proxy.rule(CrashPoint.orders(subject), Action.dropAndReset()));
                }
            }
        }
    }

    private Node victim(Laboratory laboratory, FaultProxy proxy) {
        if (!point.victim().equals(CrashPoint.COORDINATOR)) {
            return laboratory.node(point.victim());
        }
        for (String end : proxy.name().split(">")) {
            if (end.startsWith(CrashPoint.COORDINATOR)) {
                return laboratory.node(end);
            }
        }
        throw new IllegalArgumentException("No coordinator is at " + proxy.name());
    }

    private Trigger.Then at(Node taken, FaultProxy proxy, Message message) throws InterruptedException {
        if (seen.incrementAndGet() != point.occurrence()) {
            return Trigger.Then.FORWARD;
        }
        if (kind == Kind.KILL) {
            kill(taken);
            hit.complete(message);
            // What the dead one had not sent, or would have read, is lost; others' messages go on.
            boolean others = !proxy.name().contains(taken.name());
            return others ? Trigger.Then.FORWARD : Trigger.Then.DROP;
        }
        victim.set(taken);
        taken.pause();
        hit.complete(message);
        try {
            // The pause is the case: nothing tells when it has been long enough but its length.
            Thread.sleep(pause.toMillis());
        } finally {
            taken.resume();
            resumed.countDown();
        }
        return Trigger.Then.FORWARD;
    }

    private synchronized void kill(Node node) {
        if (!dead.contains(node)) {
            node.kill();
            dead.add(node);
        }
    }

    @Override
    public void awaitHit(Duration longest) {
        try {
            hit.get(longest.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    point + " was not reached within " + longest + "; " + seen + " messages fitted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(point + " failed: " + e.getCause(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted at " + point, e);
        }
    }

    @Override
    public void heal() {
        Node paused = victim.get();
        if (paused != null) {
            // Whoever holds the message wakes the victim when its time has come.
            awaitResumed();
        }
        rules.forEach(Rule::disarm);
        List<Node> killed;
        synchronized (this) {
            killed = List.copyOf(dead);
        }
        killed.forEach(Node::start);
        killed.forEach(Node::awaitReady);
    }

    private void awaitResumed() {
        try {
            if (!resumed.await(pause.toMillis() + 10_000, TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException("The process paused at " + point + " was not resumed");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted at " + point, e);
        }
    }
}
