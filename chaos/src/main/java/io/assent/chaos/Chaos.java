package io.assent.chaos;

import io.assent.chaos.simulation.SimulateCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command line behind {@code ./chaos}. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = "Breaks the system in every listed way and tells whether anything was lost.",
        subcommands = {SimulateCommand.class})
public final class Chaos {

    private Chaos() {}

    /** Exits with 0 if nothing was violated, 1 if something was, 2 for a wrong command line. */
    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Chaos()).execute(arguments));
    }
}
