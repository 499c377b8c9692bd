package io.assent.micro;

import io.assent.coordinator.log.LogDatabase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The process in which code is measured. It reads calls, a JSON object in a line each, does one after the other, and
 * answers each with a line: {@code {"result": …}}, or {@code {"error": "why not"}}. It ends when there are no more calls.
 */
public final class Worker implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();

    private @Nullable DecisionLogLoad log;

    private Worker() {}

    public static void main(String[] arguments) throws IOException {
        PrintStream answers = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        // What JMH, Spring and others print must not come between the answers.
        System.setOut(System.err);
        try (BufferedReader calls = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
                Worker worker = new Worker()) {
            for (String line = calls.readLine(); line != null; line = calls.readLine()) {
                answers.println(worker.answer(line));
            }
        }
    }

    private String answer(String line) {
        try {
            return JSON.writeValueAsString(Map.of("result", call(JSON.readTree(line))));
        } catch (Exception e) {
            e.printStackTrace();
            return JSON.writeValueAsString(Map.of("error", e.toString()));
        }
    }

    private Object call(JsonNode call) throws Exception {
        return switch (call.path("call").asString()) {
            case "code" ->
                CodeRun.run(new CodeRun.Length(
                        number(call, "forks"),
                        number(call, "warmups"),
                        number(call, "iterations"),
                        number(call, "millis")));
            case "open" -> {
                close();
                log = DecisionLogLoad.open(
                        new LogDatabase(text(call, "url"), text(call, "user"), text(call, "password")),
                        number(call, "writers"),
                        number(call, "maxBatch"),
                        number(call, "queue"));
                yield "open";
            }
            case "decide" -> {
                if (log == null) {
                    throw new IllegalStateException("the log is not open");
                }
                yield log.decide(number(call, "underWay"), millis(call));
            }
            case "close" -> {
                close();
                yield "closed";
            }
            case "insert" ->
                InsertLoad.run(
                        new InsertLoad.Target(text(call, "url"), text(call, "user"), text(call, "password")),
                        number(call, "connections"),
                        millis(call));
            default -> throw new IllegalArgumentException("there is no such call");
        };
    }

    private static String text(JsonNode call, String member) {
        return call.required(member).stringValue();
    }

    private static int number(JsonNode call, String member) {
        return call.required(member).intValue();
    }

    private static Duration millis(JsonNode call) {
        return Duration.ofMillis(number(call, "millis"));
    }

    @Override
    public void close() {
        if (log != null) {
            log.close();
            log = null;
        }
    }
}
