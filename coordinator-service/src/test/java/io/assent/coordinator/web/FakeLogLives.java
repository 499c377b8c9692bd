package io.assent.coordinator.web;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.engine.DecisionLogs;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogVitals;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/** A log that was restored once, under every name that the test gives it; says what it was asked. */
final class FakeLogLives implements LogLives, DecisionLogs {

    private static final Instant START = Instant.parse("2026-11-21T12:00:00Z");

    final List<String> asked = new ArrayList<>();
    /** Hears of each call, on the thread of its request. */
    volatile Consumer<String> called = asked::add;

    Status settled = Status.OK;
    TransactionRecord record;
    boolean available = true;
    List<Log> logs = List.of(ONLY);

    static final Log ONLY = new Log("main", null, null);

    void reset() {
        asked.clear();
        called = asked::add;
        settled = Status.OK;
        record = null;
        available = true;
        logs = List.of(ONLY);
    }

    @Override
    public List<Log> logs() {
        return logs;
    }

    @Override
    public LogLives lives(String log) {
        return logs.stream().anyMatch(one -> one.name().equals(log)) ? this : null;
    }

    @Override
    public LogVitals vitals(String log) {
        return () -> {
            if (!available) {
                throw new UnavailableException(new SQLException("no connection"));
            }
            return new LogVitals.Vitals(
                    true,
                    "10.0.0.1:5432",
                    "7700",
                    3,
                    Duration.ofMillis(-3),
                    Duration.ofMillis(1),
                    true,
                    List.of(new LogVitals.Standby("standby", "streaming", "quorum", 8L)),
                    START,
                    START.plusSeconds(86_400),
                    START.minusSeconds(86_400),
                    Duration.ofDays(30),
                    256);
        };
    }

    @Override
    public LogLives lives(TransactionId id) {
        return this;
    }

    @Override
    public List<Epoch> epochs() {
        if (!available) {
            throw new UnavailableException(new SQLException("no connection"));
        }
        return List.of(new Epoch(
                2,
                "7700",
                3,
                START,
                "It was restored",
                true,
                START.minusSeconds(60),
                START.minusSeconds(4_000),
                START.plusSeconds(300),
                null,
                null));
    }

    @Override
    public int restored(String reason) {
        called.accept("restored: " + reason);
        return 2;
    }

    @Override
    public boolean endHold(int epoch, String reason) {
        called.accept("end " + epoch + ": " + reason);
        return epoch == 2;
    }

    @Override
    public CompletionStage<Reply> settle(TransactionId id, Decision decision, List<Branch> branches, String reason) {
        called.accept(decision + " "
                + branches.stream().map(b -> b.id() + " " + b.vote()).toList() + ": " + reason);
        return CompletableFuture.completedFuture(new Reply(settled, record, true, null));
    }
}
