package io.assent.benchmarks.micro;

import io.assent.demo.system.Database;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The process of {@code benchmarks/micro}, with a class path of its own: the coordinator's must not be on that of the services
 * that the other reports measure. It does one thing at a time. For one thread, but for {@link #close}.
 */
final class Worker implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

    private final Process process;
    private final Writer calls;
    private final BufferedReader answers;
    private final Path log;

    /**
     * What came of one load.
     *
     * @param done decisions or rows that are durable
     * @param failed calls that were answered otherwise
     * @param nanos from the first call to the last answer, in nanoseconds
     * @param statements that wrote them
     * @param failure what one of those that failed was answered; null: none failed
     */
    record Turn(
            long done,
            long failed,
            long nanos,
            long statements,
            @Nullable String failure) {

        double perSecond() {
            return done * 1e9 / nanos;
        }
    }

    private Worker(Process process, Path log) {
        this.process = process;
        this.calls = new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8);
        this.answers = process.inputReader(StandardCharsets.UTF_8);
        this.log = log;
    }

    /**
     * @param options of its JVM, and of those that JMH starts
     * @param log what it prints goes to this file
     */
    static Worker start(Path repository, List<String> options, Path log) throws IOException {
        Path target = repository.toAbsolutePath().normalize().resolve("benchmarks/micro/target");
        Path libraries = target.resolve("lib");
        if (!Files.isDirectory(libraries)) {
            throw new IllegalStateException(libraries + " is missing: build it with ./mvnw -DskipTests package");
        }
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-cp",
                target.resolve("micro.jar") + File.pathSeparator + libraries.resolve("*"),
                "io.assent.micro.Worker"));
        return new Worker(
                new ProcessBuilder(command).redirectError(log.toFile()).start(), log);
    }

    long pid() {
        return process.pid();
    }

    /** Runs every benchmark of the code. */
    List<CodeResult> code(MicroReport.Code length) {
        JsonNode results = call(
                "code",
                Map.of(
                        "forks",
                        length.forks(),
                        "warmups",
                        length.warmups(),
                        "iterations",
                        length.iterations(),
                        "millis",
                        length.millis()));
        return results.valueStream()
                .map(result -> JSON.treeToValue(result, CodeResult.class))
                .toList();
    }

    /** Opens the decision log in this database; {@code queue} is how many decisions may wait. */
    void open(Database database, int writers, int maxBatch, int queue) {
        Map<String, Object> members = address(database);
        members.put("writers", writers);
        members.put("maxBatch", maxBatch);
        members.put("queue", queue);
        call("open", members);
    }

    /** Keeps so many decisions under way for so long. */
    Turn decide(int underWay, Duration length) {
        return JSON.treeToValue(call("decide", Map.of("underWay", underWay, "millis", length.toMillis())), Turn.class);
    }

    /** Closes the decision log, with all of its connections. */
    void closeLog() {
        call("close", Map.of());
    }

    /** Inserts rows into a table {@code record (id text, content text)} over so many connections for so long. */
    Turn insert(Database database, int connections, Duration length) {
        Map<String, Object> members = address(database);
        members.put("connections", connections);
        members.put("millis", length.toMillis());
        return JSON.treeToValue(call("insert", members), Turn.class);
    }

    private static Map<String, Object> address(Database database) {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("url", database.jdbcUrl());
        members.put("user", database.name());
        members.put("password", database.password());
        return members;
    }

    private JsonNode call(String name, Map<String, Object> members) {
        Map<String, Object> call = new LinkedHashMap<>(members);
        call.put("call", name);
        try {
            calls.write(JSON.writeValueAsString(call) + "\n");
            calls.flush();
            String answer = answers.readLine();
            if (answer == null) {
                throw new IllegalStateException("The measuring process has ended during " + name + "; see " + log);
            }
            JsonNode read = JSON.readTree(answer);
            if (read.has("error")) {
                throw new IllegalStateException(name + ": " + read.path("error").asString() + "; see " + log);
            }
            return read.path("result");
        } catch (IOException e) {
            throw new UncheckedIOException("The measuring process has ended during " + name + "; see " + log, e);
        }
    }

    /** Ends it and what it has started. Safe to repeat. */
    @Override
    public void close() {
        List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
        all.add(process.toHandle());
        all.forEach(ProcessHandle::destroy);
        try {
            if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                all.forEach(ProcessHandle::destroyForcibly);
            }
        } catch (InterruptedException e) {
            all.forEach(ProcessHandle::destroyForcibly);
            Thread.currentThread().interrupt();
        }
    }
}
