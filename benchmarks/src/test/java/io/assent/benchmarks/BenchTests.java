package io.assent.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Goal: what runs without the name of a report can be typed, too, and nothing is ignored. Method: the command line alone. */
class BenchTests {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final CommandLine bench =
            Bench.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));

    @Test
    void helpNamesEveryReport() {
        assertThat(bench.execute("--help")).isZero();

        assertThat(out.toString()).contains("checkout", "flood", "kinds", "micro", "--quick", "Exit codes");
    }

    @Test
    void everyPartIsACommandThatTakesItsArguments() {
        for (AllReports.Part part : Bench.ALL) {
            for (boolean quick : new boolean[] {false, true}) {
                List<String> words = part.arguments(quick, true, Path.of("figures.json"));

                assertThatCode(() -> bench.parseArgs(words.toArray(String[]::new)))
                        .doesNotThrowAnyException();
            }
        }
    }

    @Test
    void anOptionBeforeTheNameOfAReportIsRefused() {
        assertThat(bench.execute("--quick", "kinds")).isEqualTo(2);

        assertThat(err.toString()).contains("--quick belongs after the name of the report");
    }
}
