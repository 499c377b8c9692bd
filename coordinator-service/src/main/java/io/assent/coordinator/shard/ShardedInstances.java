package io.assent.coordinator.shard;

import io.assent.coordinator.engine.InstanceList;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The instances that any of the logs knows, each once, as the log knows it that heard of it last. Thread-safe. */
public final class ShardedInstances implements InstanceList {

    private static final Comparator<Instance> OLDEST_FIRST =
            Comparator.comparing(Instance::startedAt).thenComparing(Instance::id);

    private final Shards shards;

    public ShardedInstances(Shards shards) {
        this.shards = shards;
    }

    @Override
    public Snapshot instances() {
        @Nullable Instant asOf = null;
        Map<UUID, Instance> known = new TreeMap<>();
        for (Shard shard : shards.all()) {
            Shard.Open open = shard.open();
            if (open == null) {
                continue;
            }
            Snapshot snapshot = open.instances().instances();
            Instant asked = snapshot.asOf();
            if (asked != null && (asOf == null || asked.isAfter(asOf))) {
                asOf = asked;
            }
            snapshot.instances().forEach(found -> known.merge(found.id(), found, ShardedInstances::later));
        }
        List<Instance> all = new ArrayList<>(known.values());
        all.sort(OLDEST_FIRST);
        return new Snapshot(asOf, all);
    }

    private static Instance later(Instance one, Instance other) {
        return one.lastSeen().isBefore(other.lastSeen()) ? other : one;
    }
}
