package io.assent.coordinator.shard;

import io.assent.coordinator.engine.Admission;
import io.assent.coordinator.engine.Coordinator;
import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogVitals;
import io.assent.coordinator.engine.TransactionSearch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One of the logs, as this instance has it now: open, or not and why. Once open it stays open until the instance ends;
 * whether it can decide is another question. Thread-safe.
 */
public final class Shard {

    private final Ring.Member member;
    private volatile @Nullable Open open;
    private volatile String closed = "it has not been opened yet";

    /**
     * What is done with an open log. Each has an engine, threads and connections of its own.
     *
     * @param coordinator runs the protocol in it
     * @param admission whether it has room for more
     * @param search blocks
     * @param lives blocks
     * @param vitals blocks
     * @param instances that work on it
     * @param cannotDecide why it decides nothing now; null: it does
     * @param cannotRead why reading it is not to be tried now; null: it may be
     */
    public record Open(
            Coordinator coordinator,
            Admission admission,
            TransactionSearch search,
            LogLives lives,
            LogVitals vitals,
            InstanceList instances,
            Supplier<@Nullable String> cannotDecide,
            Supplier<@Nullable String> cannotRead) {}

    public Shard(Ring.Member member) {
        this.member = member;
    }

    public Ring.Member member() {
        return member;
    }

    public String name() {
        return member.name();
    }

    /** Null while it is not open. */
    public @Nullable Open open() {
        return open;
    }

    /** From now on it is used. */
    public void opened(Open services) {
        open = services;
    }

    /** Why it could not be opened; shown until it is. */
    public void failed(String reason) {
        closed = reason;
    }

    /** Why nothing is decided in it now; null: it is. */
    public @Nullable String cannotDecide() {
        Open now = open;
        return now == null ? closed : now.cannotDecide().get();
    }
}
