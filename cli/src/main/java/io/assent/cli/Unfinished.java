package io.assent.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Transactions that are decided and not complete, or whose votes are asked for. */
final class Unfinished {

    /** As many are looked at of each state. */
    static final int MOST = 500;

    private static final List<String> STATES = List.of("PREPARING", "COMMITTING", "ROLLING_BACK");

    private Unfinished() {}

    static List<JsonNode> of(CoordinatorApi api) {
        List<JsonNode> all = new ArrayList<>();
        for (String state : STATES) {
            api.get("/v1/transactions" + CoordinatorApi.query(Map.of("state", state, "limit", Integer.toString(MOST))))
                    .path("items")
                    .forEach(all::add);
        }
        return all;
    }

    static boolean heuristic(JsonNode transaction) {
        return transaction.path("outcome").asString("").startsWith("HEURISTIC");
    }

    /** How many, where there may be more than were looked at. */
    static String count(List<JsonNode> all) {
        return all.size() + (all.size() >= MOST ? " or more" : "");
    }

    /** The branches that have not acknowledged, and what they said last. */
    static String awaited(JsonNode transaction) {
        List<String> awaited = new ArrayList<>();
        for (JsonNode branch : transaction.path("branches")) {
            if (!branch.path("acknowledged").asBoolean(false)) {
                String error = branch.path("lastError").asString("");
                awaited.add(branch.path("participant").asString("?") + " ("
                        + branch.path("branch").asString("?") + ")" + (error.isEmpty() ? "" : ": " + error));
            }
        }
        return String.join("; ", awaited);
    }
}
