package io.assent.chaos.bank;

import io.assent.chaos.bank.FaultSchedule.Cut;
import io.assent.chaos.bank.FaultSchedule.Kind;
import io.assent.chaos.bank.FaultSchedule.Step;
import io.assent.chaos.checker.Fault;
import io.assent.chaos.proxy.Direction;
import io.assent.chaos.proxy.FaultProxy;
import io.assent.chaos.system.Node;
import io.assent.chaos.system.PostgresNode;
import io.assent.chaos.system.ServiceNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Breaks processes and links as a schedule says. */
final class FaultInjector implements Breaker {

    private static final Duration FLAP_REFUSED = Duration.ofMillis(150);
    private static final Duration FLAP_HEALED = Duration.ofMillis(250);

    private final List<Node> nodes;
    private final Collection<FaultProxy> links;
    private final FaultSchedule schedule;
    private final Random volumes;
    private final InstantSource clock = InstantSource.system();
    private long lostVolumes;

    /** @param seed decides which of the killed processes lose what they keep on a volume: half of them */
    FaultInjector(List<Node> nodes, Collection<FaultProxy> links, FaultSchedule schedule, long seed) {
        this.volumes = new Random(seed);
        // A service that starts without its database dies and is started again: databases first.
        this.nodes = nodes.stream()
                .sorted(Comparator.comparing(node -> !(node instanceof PostgresNode)))
                .toList();
        this.links = links;
        this.schedule = schedule;
    }

    @Override
    public @Nullable Fault next() throws InterruptedException {
        Step step = schedule.next();
        if (step == null) {
            return null;
        }
        long from = clock.millis();
        Cut cut = step.cut();
        if (cut != null) {
            partition(cut, step);
        } else {
            disturb(step);
        }
        Fault fault = new Fault(step.kind().name(), step.count(), step.victims(), from, clock.millis());
        pause(step.gap());
        return fault;
    }

    private void disturb(Step step) throws InterruptedException {
        List<Node> victims = nodes.stream()
                .filter(node -> step.victims().contains(node.name()))
                .toList();
        boolean kills = step.kind() == Kind.KILL;
        victims.forEach(kills ? Node::kill : Node::pause);
        if (kills) {
            victims.forEach(this::perhapsLoseVolume);
        }
        try {
            pause(step.hold());
        } finally {
            victims.forEach(kills ? Node::start : Node::resume);
        }
        victims.forEach(Node::awaitReady);
    }

    private void perhapsLoseVolume(Node victim) {
        if (victim instanceof ServiceNode service && service.hasVolume() && volumes.nextBoolean()) {
            service.loseVolume();
            lostVolumes++;
        }
    }

    /** How many of the killed processes came back without their volume. */
    long lostVolumes() {
        return lostVolumes;
    }

    private void partition(Cut cut, Step step) throws InterruptedException {
        List<FaultProxy> victims = links.stream()
                .filter(link -> step.victims().contains(link.name()))
                .toList();
        try {
            victims.forEach(link -> apply(cut, link));
            pause(step.hold());
        } finally {
            victims.forEach(FaultProxy::heal);
        }
    }

    private static void apply(Cut cut, FaultProxy link) {
        switch (cut) {
            case BOTH_WAYS -> link.cut();
            case REQUESTS -> link.cut(Direction.REQUEST);
            case REPLIES -> link.cut(Direction.REPLY);
            case BLACK_HOLE -> link.blackHole();
            case REFUSED -> link.refuse();
            case FLAPPING -> link.flap(FLAP_REFUSED, FLAP_HEALED);
        }
    }

    private static void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }
}
