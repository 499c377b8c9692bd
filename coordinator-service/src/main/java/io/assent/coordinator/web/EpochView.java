package io.assent.coordinator.web;

import io.assent.coordinator.engine.LogLives.Epoch;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One life of the decision log, as it is shown.
 *
 * @param held whether transactions are held in it now
 */
record EpochView(
        int epoch,
        String systemIdentifier,
        long timeline,
        String startedAt,
        String evidence,
        boolean ambiguous,
        boolean held,
        @Nullable String knownUntil,
        @Nullable String heldFrom,
        @Nullable String heldUntil,
        @Nullable String endedAt,
        @Nullable String endedBecause) {

    static EpochView of(Epoch epoch) {
        return new EpochView(
                epoch.number(),
                epoch.systemIdentifier(),
                epoch.timeline(),
                epoch.startedAt().toString(),
                epoch.evidence(),
                epoch.ambiguous(),
                epoch.heldFrom() != null && epoch.endedAt() == null,
                text(epoch.knownUntil()),
                text(epoch.heldFrom()),
                text(epoch.heldUntil()),
                text(epoch.endedAt()),
                epoch.endedBecause());
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
