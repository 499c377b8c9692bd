package io.assent.cli;

import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What is not finished, and what it waits for. */
@Command(
        name = "in-doubt",
        mixinStandardHelpOptions = true,
        description = "Transactions that are not finished, and which participant each waits for.")
final class InDoubtCommand implements Callable<Integer> {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AssentCommand assent;

    @Option(names = "--heuristic", description = "Only those of which a branch ended against the decision.")
    private boolean heuristic;

    @Override
    public Integer call() {
        List<JsonNode> found = Unfinished.of(assent.api()).stream()
                .filter(transaction -> !heuristic || Unfinished.heuristic(transaction))
                .toList();
        if (assent.json()) {
            assent.out()
                    .println(JsonMapper.shared().createArrayNode().addAll(found).toPrettyString());
            return 0;
        }
        if (found.isEmpty()) {
            assent.out().println("None.");
            return 0;
        }
        Table table = new Table("transaction", "name", "state", "outcome", "waits for");
        for (JsonNode transaction : found) {
            table.add(
                    transaction.path("id").asString(""),
                    transaction.path("name").asString(""),
                    transaction.path("state").asString(""),
                    transaction.path("outcome").asString(""),
                    Unfinished.awaited(transaction));
        }
        assent.out().println(table);
        if (found.size() >= Unfinished.MOST) {
            assent.out().println("There may be more: " + Unfinished.MOST + " of each state are shown.");
        }
        return 0;
    }
}
