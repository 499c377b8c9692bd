package io.assent.chaos.bank;

import io.assent.chaos.checker.Fault;
import io.assent.chaos.system.ServiceNode;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Restarts one coordinator after the other in good order, as an upgrade does: the next one when the last one is ready. */
final class RollingRestart implements Breaker {

    private static final Duration GAP = Duration.ofSeconds(1);

    private final List<ServiceNode> coordinators;
    private final InstantSource clock = InstantSource.system();
    private final long restarts;
    private long done;

    /** @param rounds how often each is restarted */
    RollingRestart(List<ServiceNode> coordinators, long rounds) {
        this.coordinators = List.copyOf(coordinators);
        this.restarts = rounds * coordinators.size();
    }

    @Override
    public @Nullable Fault next() throws InterruptedException {
        if (done >= restarts) {
            return null;
        }
        ServiceNode coordinator = coordinators.get((int) (done % coordinators.size()));
        done++;
        long from = clock.millis();
        coordinator.stop();
        coordinator.start();
        coordinator.awaitReady();
        Fault restart = new Fault(Fault.RESTART, 1, List.of(coordinator.name()), from, clock.millis());
        Thread.sleep(GAP.toMillis());
        return restart;
    }
}
