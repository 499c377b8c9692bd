package io.assent.chaos.checker;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A transaction as the decision log holds it.
 *
 * @param verdict COMMIT or ROLLBACK; null: undecided
 */
public record LogRow(
        String id,
        @Nullable String verdict,
        @Nullable Instant decidedAt,
        @Nullable Instant completedAt,
        @Nullable String outcome,
        List<Branch> branches) {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /** An execution of a branch; {@code member} counts with COMMIT only. */
    public record Branch(
            String id,
            String participant,
            @Nullable String url,
            @Nullable String ref,
            String vote,
            boolean member,
            boolean acknowledged) {}

    /** Reads the whole table. */
    public static List<LogRow> read(Connection connection) throws SQLException {
        List<LogRow> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select id, verdict, decided_at, completed_at, outcome, branches from assent_transaction")) {
            while (row.next()) {
                rows.add(new LogRow(
                        row.getString(1),
                        row.getString(2),
                        instant(row.getTimestamp(3)),
                        instant(row.getTimestamp(4)),
                        row.getString(5),
                        branches(JSON.readTree(row.getString(6)))));
            }
        }
        return rows;
    }

    private static List<Branch> branches(JsonNode list) {
        List<Branch> branches = new ArrayList<>();
        for (JsonNode branch : list) {
            branches.add(new Branch(
                    branch.path("id").asString(""),
                    branch.path("participant").asString(""),
                    text(branch.get("url")),
                    text(branch.get("ref")),
                    branch.path("vote").asString(""),
                    branch.path("member").asBoolean(false),
                    branch.path("acknowledged").asBoolean(false)));
        }
        return branches;
    }

    private static @Nullable String text(@Nullable JsonNode node) {
        return node == null || node.isNull() ? null : node.asString();
    }

    private static @Nullable Instant instant(@Nullable Timestamp timestamp) {
        return timestamp == null ? null : timestamp.toInstant();
    }
}
