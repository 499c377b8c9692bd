package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog;
import java.time.Duration;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.boot.health.contributor.Health;

/** An open log with its heartbeat, both impatient, and what health says of it. */
record WatchedLog(OpenLog open, Availability availability, InstanceTable instances, Heartbeat heartbeat)
        implements AutoCloseable {

    static final Duration OVERDUE_AFTER = Duration.ofMillis(500);

    static WatchedLog open(LogDatabase database, LogProperties properties) {
        Availability availability = new Availability(OVERDUE_AFTER, System::nanoTime);
        OpenLog open = OpenLog.open(database, properties, UnaryOperator.identity(), availability);
        InstanceTable instances = new InstanceTable(new ThisInstance(UUID.randomUUID(), "test"));
        HeartbeatProperties heartbeat = new HeartbeatProperties(
                Duration.ofMillis(100), OVERDUE_AFTER, Duration.ofSeconds(1), Duration.ofMinutes(1));
        return new WatchedLog(
                open,
                availability,
                instances,
                new Heartbeat(
                        DecisionLogConfiguration.heartbeatConnections(open.connections(), properties),
                        instances,
                        availability,
                        heartbeat,
                        open.log()::refuseWaiting));
    }

    DecisionLog port() {
        return open.port();
    }

    Health health() {
        return new DecisionLogHealthIndicator(availability, open.connections().verifier(), instances, open.properties())
                .health();
    }

    @Override
    public void close() {
        heartbeat.close();
        open.close();
    }
}
