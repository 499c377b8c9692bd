package io.assent.benchmarks;

import io.assent.benchmarks.figures.ReportJson;
import io.assent.benchmarks.figures.RunOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Several reports, one after the other. Each is made by its own command, as if it had been typed. */
final class AllReports {

    private final Supplier<CommandLine> bench;
    private final List<Part> parts;
    private final Path reports;

    /**
     * One of the reports.
     *
     * @param command its name
     * @param quick what it gets besides {@code --quick}, so that all of them together are quick
     */
    record Part(String command, List<String> quick) {

        Part {
            quick = List.copyOf(quick);
        }

        /** What is typed after {@code ./bench}. */
        List<String> arguments(boolean quickly, boolean anyway, Path json) {
            List<String> arguments = new ArrayList<>(List.of(command));
            if (quickly) {
                arguments.add("--quick");
                arguments.addAll(quick);
            }
            if (anyway) {
                arguments.add("--anyway");
            }
            arguments.add("--json=" + json);
            return arguments;
        }
    }

    /**
     * @param bench makes a command line with a subcommand for each part
     * @param reports directory for the figures of each part; those of the last run are replaced
     */
    AllReports(Supplier<CommandLine> bench, List<Part> parts, Path reports) {
        this.bench = bench;
        this.parts = parts;
        this.reports = reports;
    }

    /**
     * Goes on after a report that could not be made.
     *
     * @param json where the figures of all go; null: nowhere. A report that could not be made is null there
     * @return the highest exit code
     */
    int run(boolean quick, boolean anyway, @Nullable Path json) throws IOException {
        PrintWriter out = bench.get().getOut();
        Files.createDirectories(reports);
        Map<String, @Nullable JsonNode> figures = new LinkedHashMap<>();
        int highest = 0;
        for (Part part : parts) {
            Path file = reports.resolve(part.command() + ".json");
            // An old one must not pass for the new one.
            Files.deleteIfExists(file);
            RunOptions.print(
                    out,
                    "%n--- ./bench %s, report %d of %d%n".formatted(part.command(), figures.size() + 1, parts.size()));
            int exit = bench.get().execute(part.arguments(quick, anyway, file).toArray(String[]::new));
            highest = Math.max(highest, exit);
            figures.put(
                    part.command(), Files.exists(file) ? JsonMapper.shared().readTree(Files.readString(file)) : null);
        }
        if (json != null) {
            Files.writeString(json, ReportJson.write(figures));
            RunOptions.print(out, "All of it is written to " + json + ".");
        }
        return highest;
    }
}
