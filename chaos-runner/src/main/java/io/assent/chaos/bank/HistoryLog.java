package io.assent.chaos.bank;

import io.assent.chaos.checker.Invocation;
import io.assent.chaos.checker.Reply;
import io.assent.chaos.checker.Settlement;
import io.assent.chaos.checker.Told;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One client's history. An invocation is written before its request is sent. */
final class HistoryLog implements AutoCloseable {

    private final JsonLines lines;
    private final InstantSource clock;
    private final int client;
    private int requests;

    HistoryLog(Path directory, int client, InstantSource clock) {
        this.lines = new JsonLines(directory.resolve("client-" + client + ".jsonl"));
        this.clock = clock;
        this.client = client;
    }

    /** @return the request's name */
    String invoked(Invocation.Operation operation, Plan plan, @Nullable String transaction) {
        requests++;
        String request = "c" + client + "/" + requests;
        boolean transfers = plan.kind() != Plan.Kind.READ;
        lines.write(Map.of(
                "invocation",
                new Invocation(
                        request,
                        clock.millis(),
                        operation,
                        transfers ? plan.id() : null,
                        plan.effects(),
                        plan.poisoned(),
                        transaction)));
        return request;
    }

    void answered(String request, Requests.Answer answer, @Nullable String transaction, Told told) {
        answered(answer.reply(request, clock.millis(), transaction, told));
    }

    void answered(Reply reply) {
        lines.write(Map.of("reply", reply));
    }

    void settled(Plan plan, Told told) {
        lines.write(Map.of("settlement", new Settlement(plan.id(), clock.millis(), told)));
    }

    long now() {
        return clock.millis();
    }

    @Override
    public void close() {
        lines.close();
    }
}
