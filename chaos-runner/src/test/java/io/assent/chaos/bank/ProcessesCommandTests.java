package io.assent.chaos.bank;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Goal: wrong options are refused with a reason before anything is started. Method: the command line. */
class ProcessesCommandTests {

    private final StringWriter errors = new StringWriter();

    @ParameterizedTest
    @CsvSource({
        "--banks 1, --banks must be 2 to 9",
        "--clients 0, --clients must be 1 to 200",
        "--rate 0, --rate must be 1 to 10000",
        "--kills -1, --kills must be 0 to 1000000",
        "--together 2, --together must be 0 to 1",
        "--hours 0, --hours must be above 0",
        "--hours 1 --kills 5, give one of them",
        "--kinds early;other, 'other is none of early, late, jta, tcc, node, own'",
        "--kinds early, the number of banks must be 2 to 9",
        "--kinds node;node, at least one bank must be of a kind that begins transfers",
        "--kinds early;late --late 1, leave out --banks and --late"
    })
    void a_value_out_of_range_is_named_with_its_range(String arguments, String message) {
        assertThat(execute(arguments.replace(';', ',').split(" "))).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains(message);
    }

    @Test
    void a_state_directory_that_is_in_use_is_refused(@TempDir Path directory) throws Exception {
        Files.writeString(directory.resolve("something"), "");

        assertThat(execute("--state", directory.toString())).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains("is not empty");
    }

    @Test
    void a_missing_file_of_invoices_is_named(@TempDir Path directory) {
        Path missing = directory.resolve("missing.csv");

        assertThat(execute("--state", directory.resolve("state").toString(), "--invoices", missing.toString()))
                .isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(errors.toString()).contains("there is no file").contains("missing.csv");
    }

    private int execute(String... arguments) {
        return new CommandLine(new ProcessesCommand())
                .setErr(new PrintWriter(errors, true))
                .setOut(new PrintWriter(new StringWriter()))
                .execute(arguments);
    }
}
