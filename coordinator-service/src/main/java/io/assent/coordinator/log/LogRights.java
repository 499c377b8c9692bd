package io.assent.coordinator.log;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.io.ClassPathResource;

/**
 * What a role needs to run a coordinator if it does not own the log: the lines of {@code db/roles.sql}. An owner has all of it.
 */
final class LogRights {

    private static final Logger log = LoggerFactory.getLogger(LogRights.class);

    private static final ClassPathResource SCRIPT = new ClassPathResource("db/roles.sql");

    private static final Pattern GRANT =
            Pattern.compile("grant ([a-z, ]+) on (schema|table|function) (.+) to :\"runtime\";");

    /** To be the only one that grants; "ASSENT" in ASCII, and one more. */
    private static final long ADVISORY_LOCK = 0x415353454E55L;

    /** The SQLSTATE. */
    static final String PERMISSION_DENIED = "42501";

    private static final String LOOK = """
            select n.line, quote_ident(r.role) as grantee, quote_ident(current_schema()) as schema, case n.kind
                    when 'schema' then has_schema_privilege(r.role, current_schema(), n.privilege)
                    when 'table' then has_table_privilege(r.role, to_regclass(n.object), n.privilege)
                    else has_function_privilege(r.role, to_regprocedure(n.object), n.privilege)
                end as granted
            from (select coalesce(?, current_user)::name as role) r,
                unnest(?::integer[], ?::text[], ?::text[], ?::text[]) as n (line, kind, object, privilege)
            order by n.line
            """;

    private LogRights() {}

    /**
     * @param privileges separated by commas
     * @param kind {@code schema}, {@code table} or {@code function}
     * @param object its name, and what it is called with
     */
    private record Right(String privileges, String kind, String object) {

        String grant(String schema, String role) {
            return "grant " + privileges + " on " + kind + " " + (kind.equals("schema") ? schema : object) + " to "
                    + role;
        }
    }

    /**
     * Makes sure that this connection's role may do what a coordinator does.
     *
     * @throws SQLException if it may not; the message has the statements that are missing
     */
    static void require(Connection connection) throws SQLException {
        List<String> missing = missing(connection, null);
        if (!missing.isEmpty()) {
            throw new SQLException("rights on the log are missing: " + String.join("; ", missing), PERMISSION_DENIED);
        }
    }

    /**
     * Grants what is missing.
     *
     * @param connection of the log's owner, autocommit
     * @param role that coordinators run with
     */
    static void grant(Connection connection, String role) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            // Two that grant the same at the same time get an error.
            statement.execute("select pg_advisory_xact_lock(" + ADVISORY_LOCK + ")");
            for (String grant : missing(connection, role)) {
                statement.execute(grant);
                log.info("The owner of the decision log has executed: {}.", grant);
            }
            connection.commit();
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /**
     * @param role null: that of the connection
     * @return the statements, each without a semicolon
     * @throws SQLException also if there is something that the log does not have
     */
    private static List<String> missing(Connection connection, @Nullable String role) throws SQLException {
        List<Right> rights = rights();
        List<Integer> lines = new ArrayList<>();
        List<String> kinds = new ArrayList<>();
        List<String> objects = new ArrayList<>();
        List<String> privileges = new ArrayList<>();
        for (int line = 0; line < rights.size(); line++) {
            for (String privilege : rights.get(line).privileges().split(", ", -1)) {
                lines.add(line);
                kinds.add(rights.get(line).kind());
                objects.add(rights.get(line).object());
                privileges.add(privilege);
            }
        }
        Set<String> missing = new LinkedHashSet<>();
        try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
            statement.setString(1, role);
            statement.setArray(2, connection.createArrayOf("integer", lines.toArray()));
            statement.setArray(3, connection.createArrayOf("text", kinds.toArray()));
            statement.setArray(4, connection.createArrayOf("text", objects.toArray()));
            statement.setArray(5, connection.createArrayOf("text", privileges.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Right right = rights.get(row.getInt("line"));
                    String schema = row.getString("schema");
                    String grantee = String.valueOf(row.getString("grantee"));
                    if (schema == null) {
                        throw new SQLException(
                                "rights on the log are missing: grant usage on schema public to " + grantee
                                        + ", or whichever schema the log is in",
                                PERMISSION_DENIED);
                    }
                    boolean granted = row.getBoolean("granted");
                    if (row.wasNull()) {
                        throw new SQLException(
                                "there is no " + right.object() + " in schema " + schema
                                        + ": the log was not migrated to this version",
                                "42P01");
                    }
                    if (!granted) {
                        missing.add(right.grant(schema, grantee));
                    }
                }
            }
        }
        return List.copyOf(missing);
    }

    private static List<Right> rights() {
        try {
            return SCRIPT.getContentAsString(StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("grant "))
                    .map(LogRights::right)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Right right(String line) {
        Matcher grant = GRANT.matcher(line);
        if (!grant.matches()) {
            throw new IllegalStateException("not a right in db/roles.sql: " + line);
        }
        return new Right(grant.group(1), grant.group(2), grant.group(3));
    }
}
