package io.assent.coordinator.operations;

import io.assent.coordinator.engine.DecisionLogs;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogLives.Epoch;
import io.assent.coordinator.engine.LogVitals;
import io.assent.coordinator.engine.LogVitals.Vitals;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The decision logs as this instance finds them. Blocks; thread-safe. */
public final class LogStatus {

    private final DecisionLogs logs;
    private final MeterRegistry registry;

    public LogStatus(DecisionLogs logs, MeterRegistry registry) {
        this.logs = logs;
        this.registry = registry;
    }

    /**
     * What there is to tell.
     *
     * @param items the logs, in the order as configured
     */
    public record Status(List<Item> items) {}

    /**
     * One log.
     *
     * @param name as configured
     * @param since RFC 3339; ids made from then on may be in it; null: all
     * @param available whether this instance can decide in it
     * @param reason why it cannot; null: it can
     * @param primary what its server tells; null: it cannot be asked
     * @param epoch the life of the log; null: not known
     * @param held whether transactions are held in it; null: not known
     * @param decisionBatch proposals in one statement of this instance
     * @param progressBatch transactions in one record of progress of this instance
     */
    @Schema(name = "LogStatusItem")
    public record Item(
            String name,
            @Nullable String since,
            boolean available,
            @Nullable String reason,
            @Nullable Primary primary,
            @Nullable Integer epoch,
            @Nullable Boolean held,
            @Nullable Batches decisionBatch,
            @Nullable Batches progressBatch) {}

    /**
     * The server that decides.
     *
     * @param mode {@code single} or {@code replicated}, as this instance is configured
     * @param server address and port; null: not reached over a network
     * @param standbysVisible whether the log's user may see the standbys
     * @param standbys the servers that follow it, and how far they are behind
     * @param partitionsUntil RFC 3339; ids made before can be written
     * @param forgottenBefore RFC 3339; ids made before may have been dropped
     * @param retention ISO 8601; how long finished transactions are kept, at least
     * @param clockAheadMillis of its clock before this instance's
     * @param maxBatch decisions in one statement, at most
     */
    public record Primary(
            String mode,
            @Nullable String server,
            String systemIdentifier,
            long timeline,
            boolean standbysVisible,
            List<LogVitals.Standby> standbys,
            String partitionsUntil,
            String forgottenBefore,
            String retention,
            long clockAheadMillis,
            int maxBatch) {}

    /**
     * Sizes of batches.
     *
     * @param count how many there were since the instance started
     * @param mean of all
     * @param largest of the latest minutes
     */
    public record Batches(long count, double mean, double largest) {}

    public Status look() {
        return new Status(logs.logs().stream().map(this::item).toList());
    }

    private Item item(DecisionLogs.Log log) {
        Primary primary = null;
        Epoch epoch = null;
        String reason = log.cannotDecide();
        try {
            epoch = Objects.requireNonNull(logs.lives(log.name())).epochs().stream()
                    .findFirst()
                    .orElse(null);
            primary = primary(Objects.requireNonNull(logs.vitals(log.name())).look());
        } catch (LogLives.UnavailableException e) {
            // What is known without it is told all the same, and "primary" is missing.
            reason = reason != null ? reason : "its server could not be asked";
        }
        return new Item(
                log.name(),
                log.since() == null ? null : log.since().toString(),
                log.cannotDecide() == null,
                reason,
                primary,
                epoch == null ? null : epoch.number(),
                epoch == null ? null : epoch.heldFrom() != null && epoch.endedAt() == null,
                batches("assent.log.decision.batch", log.name()),
                batches("assent.log.progress.batch", log.name()));
    }

    private static Primary primary(Vitals vitals) {
        return new Primary(
                vitals.replicated() ? "replicated" : "single",
                vitals.server(),
                vitals.systemIdentifier(),
                vitals.timeline(),
                vitals.standbysVisible(),
                vitals.standbys(),
                vitals.partitionsUntil().toString(),
                vitals.forgottenBefore().toString(),
                vitals.retention().toString(),
                vitals.clockAhead().toMillis(),
                vitals.maxBatch());
    }

    private @Nullable Batches batches(String metric, String log) {
        DistributionSummary sizes = registry.find(metric).tag("log", log).summary();
        return sizes == null ? null : new Batches(sizes.count(), sizes.mean(), sizes.max());
    }
}
