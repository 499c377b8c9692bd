package io.assent.coordinator.engine;

import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Calls the log again while the result is not known; its calls are idempotent (L3). For calls that decide nothing. */
final class Retries {

    private final EnginePorts ports;
    private final EngineSettings settings;

    Retries(EnginePorts ports, EngineSettings settings) {
        this.ports = ports;
        this.settings = settings;
    }

    /** The first reply whose result is known; the last one when the time in which a caller is to be answered is over. */
    CompletableFuture<Reply> untilClean(Supplier<CompletionStage<Reply>> call) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        attempt(call, 1, ports.clock().instant().plus(settings.answerWithin()), result);
        return result;
    }

    private void attempt(
            Supplier<CompletionStage<Reply>> call, int attempt, Instant giveUpAt, CompletableFuture<Reply> result) {
        CompletionStage<Reply> stage;
        try {
            stage = call.get();
        } catch (RuntimeException e) {
            stage = CompletableFuture.failedStage(e);
        }
        stage.whenComplete((value, error) -> {
            Reply reply = error == null ? value : new Reply(Status.INDETERMINATE, null, false, error.toString());
            Duration wait = settings.decisionRetry().after(attempt, ports.random());
            boolean again = reply.status() == Status.INDETERMINATE
                    && ports.clock().instant().plus(wait).isBefore(giveUpAt);
            if (again) {
                ports.scheduler().schedule(wait, () -> attempt(call, attempt + 1, giveUpAt, result));
            } else {
                result.complete(reply);
            }
        });
    }
}
