package io.assent.coordinator.config;

import io.assent.coordinator.shard.Shard;
import io.assent.coordinator.shard.Shards;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * UP while this instance can decide in at least one log: it is then of use to all callers, and taking it away would only
 * put its load on others that see the same log fail. Which logs fail is told in the details. Does not block.
 */
final class DecisionLogsHealthIndicator extends AbstractHealthIndicator {

    private final LogContexts logs;
    private final Shards shards;

    DecisionLogsHealthIndicator(LogContexts logs, Shards shards) {
        super("The decision logs cannot be looked at");
        this.logs = logs;
        this.shards = shards;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        if (shards.all().size() == 1) {
            Health only = health(shards.all().get(0));
            builder.status(only.getStatus()).withDetails(only.getDetails());
            return;
        }
        Map<String, Object> each = new LinkedHashMap<>();
        boolean up = false;
        for (Shard shard : shards.all()) {
            Health health = health(shard);
            up |= health.getStatus().equals(Status.UP);
            Map<String, Object> shown = new LinkedHashMap<>();
            shown.put("status", health.getStatus().getCode());
            if (shard.member().since() != null) {
                shown.put("since", shard.member().since().toString());
            }
            shown.putAll(health.getDetails());
            each.put(shard.name(), shown);
        }
        builder.status(up ? Status.UP : Status.DOWN).withDetail("logs", each);
    }

    private Health health(Shard shard) {
        HealthIndicator open = logs.health(shard.name());
        Health health = open == null ? null : open.health();
        return health != null
                ? health
                : Health.down()
                        .withDetail("reason", String.valueOf(shard.cannotDecide()))
                        .build();
    }
}
