package io.assent.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Goal: wrong options start nothing, and what is not given is what is documented. Method: the command without a system. */
class ScaleCommandTests {

    private final ScaleCommand command = new ScaleCommand();
    private final CommandLine line = new CommandLine(command);

    @Test
    void everyPartIsMeasuredUnlessSomeAreChosen() {
        line.parseArgs();

        ScaleReport.Options options = command.options();
        assertThat(options.parts()).containsExactly("clients", "coordinators", "shards", "memory", "in-doubt");
        assertThat(options.clients()).containsExactly(1, 8, 32, 128, 512);
        assertThat(options.at()).isEqualTo(32);
        assertThat(options.open()).isEqualTo(20_000);
        assertThat(options.inDoubt()).isEqualTo(100_000);
        assertThat(options.expectedSeconds()).isBetween(10 * 60, 40 * 60);
    }

    @Test
    void quickIsShorterAndWhatIsGivenWins() {
        line.parseArgs("--quick", "--parts=in-doubt,clients", "--open=77");

        ScaleReport.Options options = command.options();
        assertThat(options.parts()).as("in the order of the report").containsExactly("clients", "in-doubt");
        assertThat(options.clients()).containsExactly(1, 8);
        assertThat(options.open()).isEqualTo(77);
        assertThat(options.inDoubt()).isEqualTo(5_000);
        assertThat(options.expectedSeconds()).isLessThan(5 * 60);
    }

    @Test
    void theFloorHasNoMoreClientsThanTheServerHasConnections() {
        line.parseArgs("--clients=100,512");

        assertThat(command.options().mostFloorClients()).isEqualTo(400);
        assertThat(ScaleReport.Options.floorClients(100)).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--parts=clients,disk | There is no part 'disk'; there are clients, coordinators, shards, memory, in-doubt",
                "--clients=513        | --clients must be 1 to 512, not 513",
                "--at=2               | --at must be 3 to 512, not 2",
                "--open=0             | --open must be 1 to 1000000, not 0",
                "--in-doubt=1000001   | --in-doubt must be 1 to 1000000, not 1000001",
                "--rounds=0           | --rounds must be 1 to 100, not 0"
            })
    void wrongOptionsAreRefusedBeforeAnythingIsStarted(String option, String message) {
        StringWriter err = new StringWriter();
        line.setErr(new PrintWriter(err));

        assertThat(line.execute(option)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }
}
