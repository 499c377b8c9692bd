package io.assent.cli;

import picocli.CommandLine.Command;

/** Closes a transaction of which a branch ended against the decision. */
@Command(
        name = "resolve",
        mixinStandardHelpOptions = true,
        description =
                "Closes a transaction of which a branch ended against the decision. The data has to be set right before; nothing is sent to anybody.")
final class ResolveCommand extends TransactionAction {

    ResolveCommand() {
        super("resolution", "Closed.");
    }
}
