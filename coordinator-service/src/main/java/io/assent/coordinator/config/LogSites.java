package io.assent.coordinator.config;

import io.assent.coordinator.log.LogDatabase;
import io.assent.coordinator.log.LogProperties;
import io.assent.coordinator.log.LogSite;
import io.assent.coordinator.shard.Ring;
import io.assent.coordinator.shard.RingConflictException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * The configured logs.
 *
 * @param ring which there are
 * @param sites where each is
 */
record LogSites(Ring ring, List<LogSite> sites) {

    private static final String DATASOURCE = "spring.datasource.url";

    /**
     * @param main the log of {@code spring.datasource.url}, or the embedded one; null if there is neither
     * @throws RingConflictException naming what does not fit
     */
    static LogSites of(@Nullable LogDatabase main, ShardsProperties configured, LogProperties log) {
        if (main != null && configured.shards().containsKey(Ring.MAIN)) {
            throw new RingConflictException("the log " + Ring.MAIN + " is configured twice: by " + DATASOURCE
                    + " and by " + ShardsProperties.PREFIX + "." + Ring.MAIN + "; remove one of them");
        }
        if (main == null && log.expectedSystemIdentifier() != null) {
            throw new RingConflictException("assent.coordinator.log.expected-system-identifier is for the log of "
                    + DATASOURCE + "; set " + ShardsProperties.PREFIX + ".<name>.expected-system-identifier");
        }
        List<Ring.Member> members = new ArrayList<>();
        Map<String, String> addresses = new HashMap<>();
        if (main != null) {
            members.add(new Ring.Member(Ring.MAIN, null));
            addresses.put(main.toString(), Ring.MAIN);
        }
        configured.shards().forEach((name, shard) -> {
            members.add(new Ring.Member(name, shard.since()));
            String same = addresses.putIfAbsent(configured.database(name).toString(), name);
            if (same != null) {
                throw new RingConflictException("the logs " + same + " and " + name + " have the same address");
            }
        });
        Ring ring = ring(members);
        List<LogSite> sites = new ArrayList<>();
        if (main != null) {
            sites.add(new LogSite(Ring.MAIN, ring, main, log.expectedSystemIdentifier(), "assent.coordinator.log"));
        }
        configured
                .shards()
                .forEach((name, shard) -> sites.add(new LogSite(
                        name,
                        ring,
                        configured.database(name),
                        shard.expectedSystemIdentifier(),
                        ShardsProperties.PREFIX + "." + name)));
        return new LogSites(ring, sites);
    }

    private static Ring ring(List<Ring.Member> members) {
        try {
            return new Ring(members);
        } catch (IllegalArgumentException e) {
            throw new RingConflictException(String.valueOf(e.getMessage()));
        }
    }

    /** Whether no database is configured, so that an embedded one is used. */
    static boolean embedded(Environment environment) {
        return !environment.containsProperty(DATASOURCE) && !shardsConfigured(environment);
    }

    private static boolean shardsConfigured(Environment environment) {
        return Binder.get(environment)
                .bind(ShardsProperties.PREFIX, Bindable.mapOf(String.class, Object.class))
                .isBound();
    }
}
