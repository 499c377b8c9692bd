package io.assent.chaos.points;

import io.assent.chaos.system.BankSystem;
import io.assent.demo.system.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the databases say, past all proxies and processes. Thread-safe. */
final class Books {

    private final BankSystem system;

    Books(BankSystem system) {
        this.system = system;
    }

    /** A row of the decision log. */
    record Logged(@Nullable String verdict, @Nullable String outcome, boolean complete) {}

    /** One value per account: {@code bank account}, and what a transfer has added to it. */
    Map<String, Long> booked(String transfer) throws SQLException {
        return perAccount("select account, amount from entry where transfer = ?", transfer);
    }

    /** The balances of the accounts whose names begin so, less what they were opened with. */
    Map<String, Long> changes(String prefix) throws SQLException {
        return perAccount(
                "select id, balance - opening from account where balance <> opening and starts_with(id, ?)", prefix);
    }

    private Map<String, Long> perAccount(String sql, String parameter) throws SQLException {
        Map<String, Long> found = new TreeMap<>();
        for (int i = 0; i < system.bankDatabases().size(); i++) {
            try (Connection connection = system.bankDatabases().get(i).connect();
                    PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, parameter);
                try (ResultSet rows = statement.executeQuery()) {
                    while (rows.next()) {
                        found.put("bank-" + (i + 1) + " " + rows.getString(1), rows.getLong(2));
                    }
                }
            }
        }
        return found;
    }

    /** Over all accounts of all banks: balances less openings; zero if no money was made or lost. */
    long surplus() throws SQLException {
        long surplus = 0;
        for (Database database : system.bankDatabases()) {
            surplus += number(database, "select coalesce(sum(balance - opening), 0) from account");
        }
        return surplus;
    }

    /** How many prepared transactions any of these ids has; of all together if none is given. */
    long prepared(Set<String> ids) throws SQLException {
        try (Connection connection = system.bankPostgres().server().superuserConnection();
                PreparedStatement statement = connection.prepareStatement(
                        "select count(*) from pg_prepared_xacts where cardinality(?) = 0 or exists"
                                + " (select from unnest(?) id where position(id in gid) > 0)")) {
            String[] array = ids.toArray(String[]::new);
            statement.setArray(1, connection.createArrayOf("text", array));
            statement.setArray(2, connection.createArrayOf("text", array));
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    Optional<Logged> logged(String id) throws SQLException {
        try (Connection connection = system.logDatabase().connect();
                PreparedStatement statement = connection.prepareStatement(
                        "select verdict, outcome, completed_at is not null from assent_transaction where id = ?::uuid")) {
            statement.setString(1, id);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new Logged(row.getString(1), row.getString(2), row.getBoolean(3)))
                        : Optional.empty();
            }
        }
    }

    /** How many transactions in the log are not finished. */
    long unfinished() throws SQLException {
        return number(system.logDatabase(), "select count(*) from assent_transaction where completed_at is null");
    }

    private static long number(Database database, String sql) throws SQLException {
        try (Connection connection = database.connect();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
