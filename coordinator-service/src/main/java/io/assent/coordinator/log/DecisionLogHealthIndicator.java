package io.assent.coordinator.log;

import io.assent.coordinator.engine.InstanceList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;

/**
 * UP while this instance can decide; else DOWN with the reason and what to do. Tells what the last heartbeat found, so that a
 * probe never waits for the database.
 */
final class DecisionLogHealthIndicator extends AbstractHealthIndicator {

    private final Availability availability;
    private final ConnectionVerifier verifier;
    private final InstanceTable instances;
    private final LogProperties properties;

    DecisionLogHealthIndicator(
            Availability availability, ConnectionVerifier verifier, InstanceTable instances, LogProperties properties) {
        super("The decision log cannot be written");
        this.availability = availability;
        this.verifier = verifier;
        this.instances = instances;
        this.properties = properties;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        health.withDetail("mode", properties.mode().name().toLowerCase(Locale.ROOT));
        ConnectionVerifier.Server server = verifier.latest();
        if (server != null) {
            health.withDetail("systemIdentifier", server.systemIdentifier());
            health.withDetail("timeline", server.timeline());
        }
        health.withDetail("instance", instances.id().toString());
        List<Map<String, Object>> others = instances.instances().instances().stream()
                .map(DecisionLogHealthIndicator::shown)
                .toList();
        health.withDetail("instances", others);
        Integer held = verifier.epochs().held();
        if (held != null) {
            health.withDetail("heldEpoch", held);
            health.withDetail(
                    "held",
                    "The log was restored, or may have been: transactions are held until an operator has decided them and"
                            + " ended the hold. GET /v1/log/reconciliation tells which");
        }
        String reason = availability.cannotWrite();
        if (reason == null) {
            health.up();
        } else {
            health.down().withDetail("reason", reason);
        }
    }

    private static Map<String, Object> shown(InstanceList.Instance instance) {
        Map<String, Object> shown = new TreeMap<>();
        shown.put("id", instance.id().toString());
        shown.put("host", instance.host());
        if (instance.port() != null) {
            shown.put("port", instance.port());
        }
        shown.put("alive", instance.alive());
        shown.put("lastSeen", instance.lastSeen().toString());
        return shown;
    }
}
