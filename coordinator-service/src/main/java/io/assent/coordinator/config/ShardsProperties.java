package io.assent.coordinator.config;

import io.assent.coordinator.log.LogDatabase;
import io.assent.coordinator.shard.Ring;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Further decision logs, among which transactions are spread by their ids; the other settings of the log hold for each.
 *
 * @param shards by name. The log of {@code spring.datasource.url}, if that is set, is one more and is called {@code main}. A
 *     log is never taken away or renamed
 */
@ConfigurationProperties("assent.coordinator.log")
public record ShardsProperties(@DefaultValue Map<String, Shard> shards) {

    static final String PREFIX = "assent.coordinator.log.shards";

    /**
     * One of the logs.
     *
     * @param url {@code jdbc:postgresql:…}, of a database that no other log is in
     * @param username the role that coordinators run with; absent: what the url says
     * @param password absent: what the url or the environment of the driver says
     * @param since ids made from this instant on may be in it, such as {@code 2027-01-31T12:00:00Z}; absent: all. A log that
     *     is added needs one, at least 10 min ahead when it is first configured; it never changes afterwards
     * @param expectedSystemIdentifier system identifier of its cluster; absent: the one in which it was first used
     */
    public record Shard(
            @Nullable String url,
            @Nullable String username,
            @Nullable String password,
            @Nullable Instant since,
            @Nullable String expectedSystemIdentifier) {}

    /** @throws IllegalArgumentException naming what is wrong */
    public ShardsProperties {
        shards = new TreeMap<>(shards);
        shards.forEach((name, shard) -> {
            String property = PREFIX + "." + name;
            if (shard.url() == null || !shard.url().startsWith("jdbc:postgresql:")) {
                throw new IllegalArgumentException(property + ".url must be set and start with jdbc:postgresql:");
            }
            if (shard.expectedSystemIdentifier() != null
                    && !shard.expectedSystemIdentifier().matches("[0-9]{1,20}")) {
                throw new IllegalArgumentException(
                        property + ".expected-system-identifier must be a number of up to 20 digits");
            }
            try {
                new Ring.Member(name, shard.since());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(property + ": " + e.getMessage(), e);
            }
        });
    }

    LogDatabase database(String name) {
        Shard shard = shards.get(name);
        if (shard == null || shard.url() == null) {
            throw new IllegalArgumentException("there is no " + PREFIX + "." + name);
        }
        return new LogDatabase(shard.url(), shard.username(), shard.password());
    }
}
