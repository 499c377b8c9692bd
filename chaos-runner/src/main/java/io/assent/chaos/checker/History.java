package io.assent.chaos.checker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files of a run, one JSON object a line. In {@code client-*.jsonl} each line has one member, {@code invocation},
 * {@code reply} or {@code settlement}.
 *
 * <pre>
 * run.json          Run
 * client-*.jsonl    Invocation, Reply, Settlement
 * faults.jsonl      Fault
 * doubt.jsonl       DoubtSpell
 * resources.jsonl   Resources
 * trace.jsonl       TracedMessage; optional
 * </pre>
 */
public record History(
        Run run,
        List<Invocation> invocations,
        List<Reply> replies,
        List<Settlement> settlements,
        List<Fault> faults,
        List<DoubtSpell> doubts,
        List<Resources> resources,
        List<TracedMessage> trace) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** @throws IOException if a file is missing or cannot be read; the message names file and line */
    public static History read(Path directory) throws IOException {
        List<Invocation> invocations = new ArrayList<>();
        List<Reply> replies = new ArrayList<>();
        List<Settlement> settlements = new ArrayList<>();
        List<Path> clients;
        try (Stream<Path> files = Files.list(directory)) {
            clients = files.filter(file -> file.getFileName().toString().matches("client-.*\\.jsonl"))
                    .sorted()
                    .toList();
        }
        for (Path client : clients) {
            lines(client, line -> {
                JsonNode node = JSON.readTree(line);
                if (node.has("invocation")) {
                    invocations.add(JSON.treeToValue(node.get("invocation"), Invocation.class));
                } else if (node.has("reply")) {
                    replies.add(JSON.treeToValue(node.get("reply"), Reply.class));
                } else if (node.has("settlement")) {
                    settlements.add(JSON.treeToValue(node.get("settlement"), Settlement.class));
                } else {
                    throw new IllegalArgumentException("neither invocation, reply nor settlement");
                }
            });
        }
        return new History(
                JSON.readValue(Files.readString(directory.resolve("run.json")), Run.class),
                invocations,
                replies,
                settlements,
                all(directory.resolve("faults.jsonl"), Fault.class),
                all(directory.resolve("doubt.jsonl"), DoubtSpell.class),
                all(directory.resolve("resources.jsonl"), Resources.class),
                all(directory.resolve("trace.jsonl"), TracedMessage.class));
    }

    private static <T> List<T> all(Path file, Class<T> type) throws IOException {
        List<T> all = new ArrayList<>();
        if (Files.exists(file)) {
            lines(file, line -> all.add(JSON.readValue(line, type)));
        }
        return all;
    }

    private static void lines(Path file, Consumer<String> reader) throws IOException {
        int number = 0;
        try (BufferedReader lines = Files.newBufferedReader(file)) {
            String line;
            while ((line = lines.readLine()) != null) {
                number++;
                if (!line.isBlank()) {
                    reader.accept(line);
                }
            }
        } catch (JacksonException | IllegalArgumentException | UncheckedIOException e) {
            throw new IOException(file + ", line " + number + ", cannot be read: " + e.getMessage(), e);
        }
    }
}
