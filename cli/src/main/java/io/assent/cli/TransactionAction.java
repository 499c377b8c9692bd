package io.assent.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** Something that an operator does about one transaction, with a reason. */
abstract class TransactionAction implements Callable<Integer> {

    private final String call;
    private final String done;

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

    /**
     * An action.
     *
     * @param call of the API, below the transaction
     * @param done what is printed then
     */
    TransactionAction(String call, String done) {
        this.call = call;
        this.done = done;
    }

    @Override
    public Integer call() {
        JsonNode answer = assent.api().post("/v1/transactions/" + CoordinatorApi.encoded(id) + "/" + call, reason);
        assent.out().println(assent.json() ? answer.toPrettyString() : done);
        return 0;
    }
}
