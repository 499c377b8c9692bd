package io.assent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** Closes a transaction of which a branch ended against the decision. */
@Command(
        name = "resolve",
        mixinStandardHelpOptions = true,
        description =
                "Closes a transaction of which a branch ended against the decision. The data has to be set right before; nothing is sent to anybody.")
final class ResolveCommand implements Callable<Integer> {

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
        JsonNode answer = assent.api().post("/v1/transactions/" + CoordinatorApi.encoded(id) + "/resolution", reason);
        assent.out().println(assent.json() ? answer.toPrettyString() : "Closed.");
        return 0;
    }
}
