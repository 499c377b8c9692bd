package io.assent.coordinator.shard;

import io.assent.coordinator.engine.DecisionLogs;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogVitals;
import io.assent.protocol.TransactionId;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All logs of the ring. Thread-safe. */
public final class Shards implements DecisionLogs {

    private final Ring ring;
    private final List<Shard> all;
    private final Map<String, Shard> byName;

    public Shards(Ring ring) {
        this.ring = ring;
        this.all = ring.members().stream().map(Shard::new).toList();
        this.byName = all.stream().collect(Collectors.toMap(Shard::name, Function.identity()));
    }

    public Ring ring() {
        return ring;
    }

    /** In the order of the configuration. */
    public List<Shard> all() {
        return all;
    }

    /** The one that the transaction is in. */
    public Shard of(TransactionId id) {
        return named(ring.logOf(id));
    }

    /** @throws IllegalArgumentException if there is none of this name */
    public Shard named(String name) {
        Shard shard = byName.get(name);
        if (shard == null) {
            throw new IllegalArgumentException("there is no log " + name);
        }
        return shard;
    }

    @Override
    public List<Log> logs() {
        return all.stream()
                .map(shard -> new Log(shard.name(), shard.member().since(), shard.cannotDecide()))
                .toList();
    }

    @Override
    public @Nullable LogLives lives(String log) {
        Shard shard = byName.get(log);
        return shard == null ? null : lives(shard);
    }

    @Override
    public @Nullable LogVitals vitals(String log) {
        Shard shard = byName.get(log);
        return shard == null ? null : open(shard).vitals();
    }

    @Override
    public LogLives lives(TransactionId id) {
        return lives(of(id));
    }

    private static LogLives lives(Shard shard) {
        return open(shard).lives();
    }

    private static Shard.Open open(Shard shard) {
        Shard.Open open = shard.open();
        if (open == null) {
            throw new LogLives.UnavailableException(
                    new IllegalStateException("log " + shard.name() + " is not open: " + shard.cannotDecide()));
        }
        return open;
    }
}
