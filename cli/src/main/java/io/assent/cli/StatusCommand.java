package io.assent.cli;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Whether decisions are made, who makes them, and what waits. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Whether the coordinator is ready, its instances and logs, and what waits for something.")
final class StatusCommand implements Callable<Integer> {

    private static final Set<Integer> NOT_READY = Set.of(503);

    @ParentCommand
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AssentCommand assent;

    @Override
    public Integer call() {
        CoordinatorApi api = assent.api();
        // Beside the API; the actuator may have a port of its own.
        JsonNode readiness = api.get("/readyz", NOT_READY);
        JsonNode logs = api.get("/v1/logs");
        JsonNode instances = api.get("/v1/instances");
        List<JsonNode> open = Unfinished.of(api);
        boolean ready = readiness.path("status").asString("").equals("UP");
        long heuristic = open.stream().filter(Unfinished::heuristic).count();
        if (assent.json()) {
            ObjectNode all = JsonMapper.shared().createObjectNode();
            all.set("readiness", readiness);
            all.set("logs", logs);
            all.set("instances", instances);
            all.put("unfinished", open.size()).put("heuristic", heuristic);
            assent.out().println(all.toPrettyString());
        } else {
            print(ready, logs, instances, open, heuristic);
        }
        return ready && heuristic == 0 ? 0 : AssentCommand.WRONG;
    }

    private void print(boolean ready, JsonNode logs, JsonNode instances, List<JsonNode> open, long heuristic) {
        assent.out().println(ready ? "Ready: decisions are made." : "NOT READY. `assent doctor` says why.");
        Instant now = Instant.now();
        Table instanceTable = new Table("instance", "host", "version", "up for", "last seen", "");
        for (JsonNode instance : instances.path("items")) {
            instanceTable.add(
                    text(instance, "id"),
                    text(instance, "host"),
                    text(instance, "version"),
                    Ages.since(text(instance, "startedAt"), now),
                    Ages.since(text(instance, "lastSeen"), now),
                    instance.path("alive").asBoolean(false) ? "" : "not alive");
        }
        assent.out().println(instanceTable);
        List<String> names = new ArrayList<>();
        for (JsonNode log : logs.path("logs")) {
            names.add(text(log, "name") + (log.path("available").asBoolean(true) ? "" : " (CANNOT BE USED)"));
        }
        assent.out().println("Logs: " + Table.harmless(String.join(", ", names)));
        assent.out()
                .println("Unfinished transactions: " + Unfinished.count(open)
                        + (open.isEmpty() ? "" : "; see `assent in-doubt`"));
        if (heuristic > 0) {
            assent.out()
                    .println("HEURISTIC: " + heuristic
                            + " of them wait for a person; see `assent in-doubt --heuristic`");
        }
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }
}
