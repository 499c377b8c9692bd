package io.assent.benchmarks.checkout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** Goal: wrong options start nothing, and what is compared with something is never without it. Method: the command without a system. */
class CheckoutCommandTests {

    private final CheckoutCommand command = new CheckoutCommand();
    private final CommandLine line = new CommandLine(command);

    @Test
    void defaultsNeedNothingThatIsNotBuiltAnyway() {
        line.parseArgs();

        CheckoutReport.Options options = command.options();
        assertThat(options.systems()).containsExactly("floor", "assent", "assent-decision", "insert", "coordinator");
        assertThat(options.clients()).containsExactly(1, 8, 32);
        assertThat(options.warmupSeconds()).isEqualTo(90);
        assertThat(options.workload()).isEqualTo(new Workload(2, false));
        assertThat(options.replicatedLog()).isFalse();
        assertThat(options.offeredPerSecond()).isZero();
    }

    @Test
    void eachIsMeasuredWithItsFloorInTheOrderOfTheTable() {
        line.parseArgs("--systems=coordinator,assent");

        assertThat(command.options().systems()).containsExactly("floor", "assent", "insert", "coordinator");
    }

    @Test
    void quickIsShorterAndWhatIsGivenWins() {
        line.parseArgs("--quick", "--rounds=7");

        CheckoutReport.Options options = command.options();
        assertThat(options.rounds()).isEqualTo(7);
        assertThat(options.seconds()).isEqualTo(2);
        assertThat(options.warmupSeconds()).isEqualTo(10);
        assertThat(options.clients()).containsExactly(1, 8);
    }

    @Test
    void noConnectionAndNoPreparedTransactionIsMissingHoweverManyClients() {
        line.parseArgs(
                "--systems=assent,seata-xa", "--clients=8,128", "--branches=5", "--rows=hot", "--log=replicated");

        CheckoutReport.Options options = command.options();
        assertThat(options.workload()).isEqualTo(new Workload(5, true));
        assertThat(options.replicatedLog()).isTrue();
        // The pools of three systems with five services each; the branches that are open, and as many that are ending.
        assertThat(options.services().connections()).isGreaterThan(3 * 5 * (128 + 4 + 4));
        assertThat(options.services().preparedTransactions()).isGreaterThan(2 * 5 * 128);
    }

    @Test
    void overloadIsAMeasurementOfItsOwn() {
        StringWriter err = new StringWriter();
        line.setErr(new PrintWriter(err));

        assertThat(line.execute("--overload", "--rate=5")).isEqualTo(2);
        assertThat(err.toString()).contains("--overload cannot be combined with --rate, --csv or --html");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--systems=fast | There is no system 'fast'; there are floor, floor-traced, assent",
                "--clients=129  | --clients must be 1 to 128, not 129",
                "--branches=9   | --branches must be 1 to 8, not 9",
                "--log=double   | --log must be replicated or single, not double",
                "--rows=cold    | --rows must be hot or spread, not cold",
                "--rate=-1      | --rate must be 0 to 100000"
            })
    void wrongOptionsAreRefusedBeforeAnythingIsStarted(String option, String message) {
        StringWriter err = new StringWriter();
        line.setErr(new PrintWriter(err));

        assertThat(line.execute(option)).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }
}
