package io.assent.benchmarks.flood;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Goal: wrong options start nothing, and no flood is without its control. Method: the command without a system. */
class FloodCommandTests {

    private final FloodCommand command = new FloodCommand();
    private final CommandLine line = new CommandLine(command);

    @Test
    void everyFloodIsMeasuredUnlessSomeAreChosen() {
        line.parseArgs();

        FloodReport.Options options = command.options();
        assertThat(options.floods())
                .containsExactly("quiet", "open-transactions", "slow-bodies", "huge-bodies", "strangers");
        assertThat(options.offeredPerSecond()).isEqualTo(100);
        assertThat(options.floodPerSecond()).isEqualTo(200);
        assertThat(options.rounds()).isEqualTo(5);
        assertThat(options.seconds())
                .as("for a 99th of 100 that means something")
                .isEqualTo(10);
        assertThat(options.expectedSeconds()).isBetween(10 * 60, 20 * 60);
    }

    @Test
    void theControlIsAlwaysMeasured() {
        line.parseArgs("--floods=strangers,huge-bodies", "--quick");

        FloodReport.Options options = command.options();
        assertThat(options.floods()).containsExactly("quiet", "huge-bodies", "strangers");
        assertThat(options.seconds()).isEqualTo(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--floods=noise    | There is no flood 'noise'; there are quiet, open-transactions",
                "--rate=0          | --rate must be 1 to 10000",
                "--flood-rate=1e9  | --flood-rate must be 1 to 10000",
                "--max-undecided=-1 | --max-undecided must be 1 to 1000000, not -1",
                "--clients=8,32    | --clients must be one number here",
                "--clients=129     | --clients must be 1 to 128, not 129",
                "--rounds=0        | --rounds must be 1 to 100, not 0"
            })
    void wrongOptionsAreRefusedBeforeAnythingIsStarted(String option, String message) {
        StringWriter err = new StringWriter();
        line.setErr(new PrintWriter(err));

        assertThat(line.execute(option)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }
}
