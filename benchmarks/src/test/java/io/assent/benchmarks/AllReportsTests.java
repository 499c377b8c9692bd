package io.assent.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Goal: every report is made, whatever became of the others, and nothing old passes for new. Method: commands that measure nothing. */
class AllReportsTests {

    @TempDir
    private Path directory;

    private final StringWriter out = new StringWriter();

    @Command(name = "bench")
    static class Root {}

    @Command
    static class Report implements Callable<Integer> {

        @Option(names = "--json")
        private Path json;

        @Option(names = "--quick")
        private boolean quick;

        @Option(names = "--anyway")
        private boolean anyway;

        @Option(names = "--exit")
        private int exit;

        @Override
        public Integer call() throws Exception {
            if (exit == 0) {
                Files.writeString(json, "{\"quick\": %s, \"anyway\": %s}".formatted(quick, anyway));
            }
            return exit;
        }
    }

    @Test
    void figuresOfAllAreInOneFile() throws Exception {
        Path json = directory.resolve("all.json");

        assertThat(reports(List.of()).run(true, true, json)).isZero();

        JsonNode figures = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(figures.propertyNames()).containsExactly("one", "other");
        assertThat(figures.at("/one/quick").asBoolean()).isTrue();
        assertThat(figures.at("/other/anyway").asBoolean()).isTrue();
        assertThat(out.toString()).contains("./bench one, report 1 of 2", "./bench other, report 2 of 2");
    }

    @Test
    void aReportThatWasNotMadeIsNullAndTheNextOneIsMade() throws Exception {
        Path json = directory.resolve("all.json");
        Path old = Files.createDirectories(directory.resolve("reports")).resolve("one.json");
        Files.writeString(old, "{\"old\": true}");

        assertThat(reports(List.of("--exit=1")).run(true, false, json)).isEqualTo(1);

        JsonNode figures = JsonMapper.shared().readTree(Files.readString(json));
        assertThat(figures.path("one").isNull()).isTrue();
        assertThat(figures.at("/other/anyway").asBoolean(true)).isFalse();
        assertThat(old).doesNotExist();
    }

    @Test
    void withoutQuickAReportRunsWithItsDefaults() throws Exception {
        assertThat(reports(List.of("--exit=3")).run(false, false, null)).isZero();

        assertThat(directory.resolve("reports/one.json")).content().contains("\"quick\": false");
    }

    private AllReports reports(List<String> quick) {
        return new AllReports(
                () -> new CommandLine(new Root())
                        .addSubcommand("one", new Report())
                        .addSubcommand("other", new Report())
                        .setOut(new PrintWriter(out)),
                List.of(new AllReports.Part("one", quick), new AllReports.Part("other", List.of())),
                directory.resolve("reports"));
    }
}
