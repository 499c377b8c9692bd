package io.assent.chaos.checker;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one bank's database holds. */
public record Books(
        String bank, List<Account> accounts, List<Entry> entries, List<Marker> markers, List<String> prepared) {

    /** An account with the sum of the entries on it. */
    public record Account(String id, long opening, long balance, long entries) {}

    /** A booking. */
    public record Entry(
            String transfer,
            String account,
            long amount,
            @Nullable String transaction) {}

    /** What a participant remembers of a branch: committed, or never to be prepared any more. */
    public record Marker(
            String transaction, String branch, @Nullable String ref, boolean committed) {}

    @FunctionalInterface
    private interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** Reads all of it; nothing may be at work there. */
    public static Books read(String bank, Connection connection) throws SQLException {
        return new Books(
                bank,
                rows(
                        connection,
                        "select a.id, a.opening, a.balance, coalesce(sum(e.amount), 0)::bigint"
                                + " from account a left join entry e on e.account = a.id group by a.id",
                        row -> new Account(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4))),
                rows(
                        connection,
                        "select transfer, account, amount, transaction_id from entry",
                        row -> new Entry(row.getString(1), row.getString(2), row.getLong(3), row.getString(4))),
                rows(
                        connection,
                        "select transaction_id, branch, ref, committed from assent_branch_marker",
                        row -> new Marker(row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4))),
                rows(
                        connection,
                        "select gid from pg_prepared_xacts where database = current_database()",
                        row -> row.getString(1)));
    }

    private static <T> List<T> rows(Connection connection, String sql, RowReader<T> reader) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(reader.read(result));
            }
        }
        return rows;
    }
}
