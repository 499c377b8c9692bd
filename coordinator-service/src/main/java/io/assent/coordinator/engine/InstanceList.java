package io.assent.coordinator.engine;

import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Port: the instances that work on the decision log. For people only: all instances are equal, and nothing that decides or
 * recovers looks here. Thread-safe; does not block.
 */
public interface InstanceList {

    /** What is known now. */
    Snapshot instances();

    /**
     * @param asOf when the log was last asked, by its clock; null if it never answered
     * @param instances the oldest first, this one included; those that ended orderly are not there
     */
    record Snapshot(@Nullable Instant asOf, List<Instance> instances) {

        public Snapshot {
            instances = List.copyOf(instances);
        }
    }

    /**
     * @param id drawn by the process when it started
     * @param host the name of its machine or pod
     * @param address where its API listens; null before it does
     * @param port where its API listens; null before it does
     * @param version of the program
     * @param startedAt when it first wrote here, by the log's clock
     * @param lastSeen when it last wrote here, by the log's clock
     * @param alive whether that was recent
     * @param self whether it is this one
     */
    record Instance(
            UUID id,
            String host,
            @Nullable String address,
            @Nullable Integer port,
            String version,
            Instant startedAt,
            Instant lastSeen,
            boolean alive,
            boolean self) {}
}
