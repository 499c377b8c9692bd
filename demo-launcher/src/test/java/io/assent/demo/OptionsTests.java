package io.assent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.system.Ports;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Goal: wrong options end with exit code 2 and a sentence, before anything is started. */
class OptionsTests {

    @TempDir
    Path directory;

    private final StringWriter output = new StringWriter();

    @Test
    void helpNamesEveryOption() {
        assertThat(run("--help")).isZero();
        assertThat(output.toString())
                .contains(
                        "--once",
                        "--reset",
                        "--replicated",
                        "replay",
                        "incident",
                        "--postgres-port",
                        "--coordinator-port")
                .contains("--order-port", "--payment-port", "15432", "7070", "8080", "8081")
                .contains("--with-stock", "--stock-port", "8082")
                .contains("--all-kinds", "--points-port", "8083", "--provider-port", "8084", "--broker-port", "61616");
    }

    @Test
    void anIncidentIsOneOfThoseThatThereAre() {
        assertThat(run("incident", "--help")).isZero();
        assertThat(output.toString())
                .contains("rollback-prepared", "payment-disk-lost", "standby-gone", "all", "--once");
        assertThat(run("incident", "earthquake")).isEqualTo(2);
        assertThat(output.toString()).contains("There is no incident earthquake, but rollback-prepared,");
        assertThat(run("incident", "all", "--with-stock")).isEqualTo(2);
        assertThat(output.toString()).contains("without --with-stock");
    }

    @Test
    void thereIsAStockServiceOnlyIfItIsAskedFor() {
        assertThat(ports("--stock-port", "9000").withStock()).isFalse();
        assertThat(ports("--order-port", "8082").order()).isEqualTo(8082);
        assertThat(ports("--with-stock").stock()).isEqualTo(8082);
        assertThat(ports("--with-stock", "--stock-port", "9000").stock()).isEqualTo(9000);
        assertThat(run("--with-stock", "--order-port", "8082")).isEqualTo(2);
        assertThat(output.toString()).contains("must differ");
        assertThat(run("--with-stock", "--stock-port", "-1")).isEqualTo(2);
        assertThat(output.toString()).contains("1 to 65535: -1");
    }

    @Test
    void thereAreServicesOfAllKindsOnlyIfTheyAreAskedForAndThenThereIsStockToo() {
        assertThat(ports("--with-stock", "--points-port", "9000").withAllKinds())
                .isFalse();
        assertThat(ports("--all-kinds").withAllKinds()).isTrue();
        assertThat(ports("--all-kinds").stock()).isEqualTo(8082);
        assertThat(ports("--all-kinds", "--points-port", "9001").points()).isEqualTo(9001);
        assertThat(ports("--all-kinds", "--provider-port", "9002").provider()).isEqualTo(9002);
        assertThat(ports("--all-kinds", "--broker-port", "9003").broker()).isEqualTo(9003);
        assertThat(run("--all-kinds", "--broker-port", "8083")).isEqualTo(2);
        assertThat(output.toString()).contains("must differ");
        assertThat(run("--all-kinds", "--points-port", "-1")).isEqualTo(2);
        assertThat(output.toString()).contains("1 to 65535: -1");
    }

    @Test
    void portsAreTheSameBeforeAndAfterTheSubcommand() {
        for (String[] arguments :
                new String[][] {{"--order-port", "9000", "replay", "x.csv"}, {"replay", "x.csv", "--order-port", "9000"}
                }) {
            CommandLine commandLine = Main.commandLine();
            commandLine.parseArgs(arguments);
            DemoCommand demo = commandLine.getCommand();
            assertThat(demo.options().system().ports().order()).isEqualTo(9000);
            assertThat(demo.options().system().ports().payment()).isEqualTo(8081);
        }
    }

    @Test
    void refusesWhatIsNoPort() {
        assertThat(run("--order-port", "http")).isEqualTo(2);
        assertThat(output.toString()).contains("--order-port");
    }

    @Test
    void refusesPortsOutOfRangeAndPortsTwice() {
        assertThat(run("--order-port", "70000")).isEqualTo(2);
        assertThat(output.toString()).contains("1 to 65535: 70000");
        assertThat(run("--order-port", "8081")).isEqualTo(2);
        assertThat(output.toString()).contains("must differ");
    }

    @Test
    void refusesAMissingFileAndAFileOfSomethingElse() throws Exception {
        assertThat(run("replay", directory.resolve("none.csv").toString())).isEqualTo(2);
        assertThat(output.toString()).contains("none.csv is not a file that can be read");
        Path other = Files.writeString(directory.resolve("other.csv"), "a,b\n1,2\n");
        assertThat(run("replay", other.toString())).isEqualTo(2);
        assertThat(output.toString()).contains("lacks the columns");
    }

    @Test
    void refusesClientsOutOfRange() {
        assertThat(run("replay", "x.csv", "--clients", "0")).isEqualTo(2);
        assertThat(output.toString()).contains("--clients must be 1 to 256");
    }

    private static Ports ports(String... arguments) {
        CommandLine commandLine = Main.commandLine();
        commandLine.parseArgs(arguments);
        DemoCommand demo = commandLine.getCommand();
        return demo.options().system().ports();
    }

    private int run(String... arguments) {
        return Main.commandLine()
                .setOut(new PrintWriter(output))
                .setErr(new PrintWriter(output))
                .execute(arguments);
    }
}
