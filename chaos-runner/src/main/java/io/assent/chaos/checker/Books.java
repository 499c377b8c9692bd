package io.assent.chaos.checker;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What one bank holds.
 *
 * @param prepared names of branches in doubt, in every database that takes part in its branches
 * @param held by account, where it is not zero: money that reservations or branches in doubt keep from others
 * @param copy the entries in the second database of its branches; null: its branches have one database
 * @param vault what keeps its balances and takes no part in transactions; null: they are beside the entries
 */
public record Books(
        String bank,
        List<Account> accounts,
        List<Entry> entries,
        List<Marker> markers,
        List<String> prepared,
        Map<String, Long> held,
        @Nullable List<Entry> copy,
        @Nullable Vault vault) {

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

    /**
     * Where money is reserved.
     *
     * @param recorded keys of reservations that the bank knows to be neither confirmed nor cancelled
     */
    public record Vault(List<Reservation> reservations, List<String> recorded) {}

    /**
     * One change that was reserved.
     *
     * @param key of the reservation, which may have several
     * @param state RESERVED, CONFIRMED or CANCELLED
     */
    public record Reservation(
            String key, String transaction, String transfer, String account, long amount, String state) {}

    @FunctionalInterface
    private interface RowReader<T> {
        T read(ResultSet row) throws SQLException;
    }

    /** A bank with one database. Reads all of it; nothing may be at work there. */
    public static Books read(String bank, Connection connection) throws SQLException {
        return new Books(
                bank,
                accounts(connection),
                entries(connection),
                markers(connection),
                prepared(connection),
                Map.of(),
                null,
                null);
    }

    /** A bank with a log of its own: a branch's record there takes the place of its marker, and of what is prepared. */
    public static Books readWithLog(String bank, Connection connection) throws SQLException {
        return new Books(
                bank,
                accounts(connection),
                entries(connection),
                rows(
                        connection,
                        "select transaction_id, branch, ref, state = 'COMMITTED' from branch where state <> 'PREPARED'",
                        row -> new Marker(row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4))),
                rows(connection, "select ref from branch where state = 'PREPARED'", row -> row.getString(1)),
                held(connection),
                null,
                null);
    }

    /** A bank whose branches have a second database, with the entries once more. */
    public static Books readWithCopy(String bank, Connection main, Connection second) throws SQLException {
        Books books = read(bank, main);
        List<String> prepared = new ArrayList<>(books.prepared());
        prepared.addAll(prepared(second));
        return new Books(
                bank, books.accounts(), books.entries(), books.markers(), prepared, Map.of(), entries(second), null);
    }

    /** A bank whose balances are in a vault: what they should be is told by the entries in its own database. */
    public static Books readWithVault(String bank, Connection main, Connection vault) throws SQLException {
        List<Entry> entries = entries(main);
        Map<String, Long> sums =
                entries.stream().collect(Collectors.groupingBy(Entry::account, Collectors.summingLong(Entry::amount)));
        return new Books(
                bank,
                rows(
                        vault,
                        "select id, opening, balance from account",
                        row -> new Account(
                                row.getString(1),
                                row.getLong(2),
                                row.getLong(3),
                                sums.getOrDefault(row.getString(1), 0L))),
                entries,
                markers(main),
                prepared(main),
                held(vault),
                null,
                new Vault(
                        rows(
                                vault,
                                "select r.key, r.transaction_id, r.transfer, c.account, c.amount, r.state"
                                        + " from reservation r join change c using (key)",
                                row -> new Reservation(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getString(4),
                                        row.getLong(5),
                                        row.getString(6))),
                        rows(main, "select key from assent_reservation", row -> row.getString(1))));
    }

    private static List<Account> accounts(Connection connection) throws SQLException {
        return rows(
                connection,
                "select a.id, a.opening, a.balance, coalesce(sum(e.amount), 0)::bigint"
                        + " from account a left join entry e on e.account = a.id group by a.id",
                row -> new Account(row.getString(1), row.getLong(2), row.getLong(3), row.getLong(4)));
    }

    private static Map<String, Long> held(Connection connection) throws SQLException {
        Map<String, Long> held = new HashMap<>();
        rows(
                connection,
                "select id, held from account where held <> 0",
                row -> held.put(row.getString(1), row.getLong(2)));
        return held;
    }

    private static List<Entry> entries(Connection connection) throws SQLException {
        return rows(
                connection,
                "select transfer, account, amount, transaction_id from entry",
                row -> new Entry(row.getString(1), row.getString(2), row.getLong(3), row.getString(4)));
    }

    private static List<Marker> markers(Connection connection) throws SQLException {
        return rows(
                connection,
                "select transaction_id, branch, ref, committed from assent_branch_marker",
                row -> new Marker(row.getString(1), row.getString(2), row.getString(3), row.getBoolean(4)));
    }

    private static List<String> prepared(Connection connection) throws SQLException {
        return rows(
                connection,
                "select gid from pg_prepared_xacts where database = current_database()",
                row -> row.getString(1));
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
