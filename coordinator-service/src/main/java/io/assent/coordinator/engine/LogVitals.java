package io.assent.coordinator.engine;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Port: what the server of a decision log tells about itself. For operators; asks it. Blocks; thread-safe. */
public interface LogVitals {

    /**
     * A server that follows the log's primary.
     *
     * @param name its {@code application_name}
     * @param state such as {@code streaming}
     * @param sync such as {@code sync}, {@code quorum} or {@code async}
     * @param bytesBehind of the log that the primary has on disk and it has not; null: not known
     */
    record Standby(
            String name,
            String state,
            String sync,
            @Nullable Long bytesBehind) {

        /** Whether commits may wait for it. */
        public boolean synchronous() {
            return sync.equals("sync") || sync.equals("quorum");
        }
    }

    /**
     * What was found.
     *
     * @param replicated whether this instance wants every decision on a standby
     * @param server address and port of the primary as it knows them; null: not reached over a network
     * @param systemIdentifier of its cluster
     * @param timeline counts the promotions in the life of the cluster
     * @param clockAhead of the server's clock before the one of this process; negative: behind
     * @param clockAccuracy by how much {@code clockAhead} may be wrong, for the time that asking took
     * @param standbysVisible whether the log's user may see the standbys
     * @param standbys by name; empty if they are not visible
     * @param now the server's clock
     * @param partitionsUntil ids made before can be written
     * @param forgottenBefore ids made before may have been dropped
     * @param retention how long finished transactions are kept, at least
     * @param maxBatch decisions in one statement, at most
     */
    record Vitals(
            boolean replicated,
            @Nullable String server,
            String systemIdentifier,
            long timeline,
            Duration clockAhead,
            Duration clockAccuracy,
            boolean standbysVisible,
            List<Standby> standbys,
            Instant now,
            Instant partitionsUntil,
            Instant forgottenBefore,
            Duration retention,
            int maxBatch) {

        public Vitals {
            standbys = List.copyOf(standbys);
        }
    }

    /** @throws LogLives.UnavailableException if it could not be asked */
    Vitals look();
}
