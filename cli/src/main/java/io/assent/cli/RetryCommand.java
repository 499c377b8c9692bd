package io.assent.cli;

import picocli.CommandLine.Command;

/** Sends the orders that are not acknowledged again, at once. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description = "Sends the orders that are not acknowledged again, at once.")
final class RetryCommand extends TransactionAction {

    RetryCommand() {
        super("retry", "Orders are sent again; see `assent tx watch`.");
    }
}
