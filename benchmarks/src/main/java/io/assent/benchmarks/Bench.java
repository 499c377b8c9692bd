package io.assent.benchmarks;

import io.assent.benchmarks.checkout.CheckoutCommand;
import io.assent.benchmarks.flood.FloodCommand;
import io.assent.benchmarks.kinds.KindsCommand;
import io.assent.benchmarks.scale.ScaleCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line behind {@code ./bench}; each report is a command of its own. */
@Command(
        name = "./bench",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "REPORT",
        description = "Measures what a global transaction costs.",
        subcommands = {CheckoutCommand.class, FloodCommand.class, KindsCommand.class, ScaleCommand.class},
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0   the report was made",
            "  1   the machine was too disturbed for figures that mean something",
            "  2   wrong options",
            "  3   the run could not be carried out, or a system has not done what it said"
        })
public final class Bench {

    private static final Logger log = LoggerFactory.getLogger(Bench.class);
    private static final int NOT_CARRIED_OUT = 3;

    private Bench() {}

    public static void main(String[] arguments) {
        System.exit(commandLine().execute(arguments));
    }

    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new Bench());
        command.setExecutionExceptionHandler((e, failed, parsed) -> {
            log.error("{} could not be carried out", failed.getCommandName(), e);
            failed.getErr().println("The run could not be carried out: " + e.getMessage());
            return NOT_CARRIED_OUT;
        });
        return command;
    }
}
