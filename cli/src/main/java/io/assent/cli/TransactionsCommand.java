package io.assent.cli;

import io.assent.protocol.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;

/** Looks for transactions, and at one. */
@Command(
        name = "tx",
        mixinStandardHelpOptions = true,
        description = "Looks for transactions, shows one, or watches it until it is over.",
        subcommands = CommandLine.HelpCommand.class)
final class TransactionsCommand implements Runnable {

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AssentCommand assent;

    @CommandLine.Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandLine.Model.CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what: list, show or watch.");
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists transactions, the newest first.")
    int list(
            @Option(names = "--state", description = "Only those in this state: ${COMPLETION-CANDIDATES}.") @Nullable
                    TransactionState state,
            @Option(
                            names = "--outcome",
                            description =
                                    "Only those with this outcome: COMMITTED, ROLLED_BACK, HEURISTIC_MIXED, and so on;"
                                            + " HEURISTIC for all that a person has to look at.")
                    @Nullable
                    String outcome,
            @Option(names = "--participant", description = "Only those in which it takes part.") @Nullable
                    String participant,
            @Option(names = "--name", description = "Only those with this name.") @Nullable String name,
            @Option(
                            names = "--older-than",
                            paramLabel = "SECONDS",
                            description = "Only those whose state has not changed for so long.")
                    @Nullable
                    Long olderThan,
            @Option(names = "--limit", defaultValue = "50", description = "How many, 1 to 500; ${DEFAULT-VALUE}.")
                    int limit,
            @Option(names = "--cursor", description = "Where the last list ended.") @Nullable String cursor) {
        Map<String, String> query = new LinkedHashMap<>();
        query.put("state", state == null ? "" : state.name());
        query.put("outcome", outcome == null ? "" : outcome);
        query.put("participant", participant == null ? "" : participant);
        query.put("name", name == null ? "" : name);
        query.put(
                "older-than",
                olderThan == null ? "" : Duration.ofSeconds(olderThan).toString());
        query.put("limit", Integer.toString(limit));
        query.put("cursor", cursor == null ? "" : cursor);
        JsonNode found = assent.api().get("/v1/transactions" + CoordinatorApi.query(query));
        if (assent.json()) {
            assent.out().println(found.toPrettyString());
            return 0;
        }
        Table table = new Table("transaction", "name", "state", "outcome", "participants");
        for (JsonNode transaction : found.path("items")) {
            table.add(
                    text(transaction, "id"),
                    text(transaction, "name"),
                    text(transaction, "state"),
                    text(transaction, "outcome"),
                    transaction
                            .path("branches")
                            .valueStream()
                            .map(branch -> text(branch, "participant"))
                            .distinct()
                            .collect(Collectors.joining(", ")));
        }
        assent.out().println(table.isEmpty() ? "None." : table.toString());
        if (found.has("missingLogs")) {
            assent.out().println("Not asked, since they cannot be reached: logs " + found.path("missingLogs"));
        }
        if (found.has("cursor")) {
            assent.out().println("There are more: --cursor " + Table.harmless(text(found, "cursor")));
        }
        return 0;
    }

    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows a transaction: its branches, and what happened when.")
    int show(@Parameters(paramLabel = "ID", description = "The transaction.") String id) {
        print(get(id));
        return 0;
    }

    @Command(
            name = "watch",
            mixinStandardHelpOptions = true,
            description = "Shows a transaction whenever it has changed, until it is over.")
    int watch(
            @Parameters(paramLabel = "ID", description = "The transaction.") String id,
            @Option(names = "--every", paramLabel = "SECONDS", defaultValue = "1", description = "${DEFAULT-VALUE}")
                    int every)
            throws InterruptedException {
        if (every < 1) {
            throw new ParameterException(spec.commandLine(), "--every must be at least 1, not " + every);
        }
        JsonNode shown = null;
        while (true) {
            JsonNode now = get(id);
            if (!now.equals(shown)) {
                print(now);
                assent.out().flush();
                shown = now;
            }
            if (text(now, "completion").equals("COMPLETE")) {
                return 0;
            }
            Thread.sleep(Duration.ofSeconds(every).toMillis());
        }
    }

    private JsonNode get(String id) {
        return assent.api().get("/v1/transactions/" + CoordinatorApi.encoded(id));
    }

    private void print(JsonNode transaction) {
        if (assent.json()) {
            assent.out().println(transaction.toPrettyString());
            return;
        }
        Instant now = Instant.now();
        for (String field :
                Arrays.asList("id", "name", "state", "decision", "completion", "outcome", "reason", "deadline")) {
            if (transaction.has(field)) {
                assent.out().printf("%-11s %s%n", field, Table.harmless(text(transaction, field)));
            }
        }
        Table branches = new Table("branch", "participant", "vote", "state", "attempts", "last error", "next attempt");
        for (JsonNode branch : transaction.path("branches")) {
            branches.add(
                    text(branch, "branch"),
                    text(branch, "participant"),
                    text(branch, "vote"),
                    branch.path("acknowledged").asBoolean(false)
                            ? text(branch, "state")
                            : (text(branch, "state") + " not acknowledged").strip(),
                    Integer.toString(branch.path("attempts").asInt(0)),
                    text(branch, "lastError"),
                    Ages.since(text(branch, "nextAttemptAt"), now));
        }
        assent.out().println(branches);
        Table timeline = new Table("at", "ago", "event", "branch", "detail");
        for (JsonNode entry : transaction.path("timeline")) {
            timeline.add(
                    text(entry, "at"),
                    Ages.since(text(entry, "at"), now),
                    text(entry, "event"),
                    text(entry, "branch"),
                    text(entry, "detail"));
        }
        assent.out().println(timeline);
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
