package io.assent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** Sends the orders that are not acknowledged again, at once. */
@Command(
        name = "retry",
        mixinStandardHelpOptions = true,
        description = "Sends the orders that are not acknowledged again, at once.")
final class RetryCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AssentCommand assent;

    @Parameters(paramLabel = "ID", description = "The transaction.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String id;

    @Option(
            names = "--reason",
            required = true,
            paramLabel = "TEXT",
            description = "Why, and what was done; it is kept.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String reason;

    @Override
    public Integer call() {
        JsonNode answer = assent.api().post("/v1/transactions/" + CoordinatorApi.encoded(id) + "/retry", reason);
        assent.out().println(assent.json() ? answer.toPrettyString() : "Orders are sent again; see `assent tx watch`.");
        return 0;
    }
}
