package io.assent.chaos;

import io.assent.chaos.bank.FailoverCommand;
import io.assent.chaos.bank.PatroniCommand;
import io.assent.chaos.bank.ProcessesCommand;
import io.assent.chaos.bank.RollingCommand;
import io.assent.chaos.growth.GrowthCommand;
import io.assent.chaos.isolation.IsolationCommand;
import io.assent.chaos.patroni.MissingProgramsException;
import io.assent.chaos.points.MessagesCommand;
import io.assent.chaos.points.PointsCommand;
import io.assent.chaos.simulation.SimulateCommand;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line behind {@code ./chaos}. */
@Command(
        name = "./chaos",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        description = "Breaks the system in every listed way and tells whether anything was lost.",
        subcommands = {
            SimulateCommand.class,
            PointsCommand.class,
            MessagesCommand.class,
            ProcessesCommand.class,
            FailoverCommand.class,
            PatroniCommand.class,
            RollingCommand.class,
            IsolationCommand.class,
            GrowthCommand.class
        },
        footerHeading = "%nExit codes:%n",
        footer = {
            "  0   nothing was violated",
            "  1   something was, and is printed with the command that repeats it",
            "  2   wrong options, or programs that are needed are not installed",
            "  3   the run could not be carried out"
        })
public final class Chaos {

    private static final Logger log = LoggerFactory.getLogger(Chaos.class);
    private static final int NOT_INSTALLED = 2;
    private static final int NOT_CARRIED_OUT = 3;

    private Chaos() {}

    public static void main(String[] arguments) {
        CommandLine command = new CommandLine(new Chaos());
        command.setCaseInsensitiveEnumValuesAllowed(true);
        command.setExecutionExceptionHandler((e, failed, parsed) -> {
            if (e instanceof MissingProgramsException) {
                failed.getErr().println(e.getMessage());
                return NOT_INSTALLED;
            }
            log.error("{} could not be carried out", failed.getCommandName(), e);
            failed.getErr().println("The run could not be carried out: " + e.getMessage());
            return NOT_CARRIED_OUT;
        });
        System.exit(command.execute(arguments));
    }
}
