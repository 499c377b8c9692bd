package io.assent.coordinator.log;

import io.assent.coordinator.shard.Ring;
import org.jspecify.annotations.Nullable;

/**
 * One log of the ring: which it is and where.
 *
 * @param name of it in the ring
 * @param ring all logs
 * @param database where it is
 * @param expectedSystemIdentifier of its cluster; null: the one in which it was first used
 * @param property what its own settings begin with, such as {@code assent.coordinator.log}
 */
public record LogSite(
        String name,
        Ring ring,
        LogDatabase database,
        @Nullable String expectedSystemIdentifier,
        String property) {

    /** @throws IllegalArgumentException if the ring has no log of this name */
    public LogSite {
        if (!ring.names().contains(name)) {
            throw new IllegalArgumentException("there is no log " + name + " in " + ring);
        }
    }

    /** The only log. */
    static LogSite alone(LogDatabase database, LogProperties properties) {
        return new LogSite(
                Ring.MAIN, Ring.alone(), database, properties.expectedSystemIdentifier(), "assent.coordinator.log");
    }
}
