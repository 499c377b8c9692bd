package io.assent.participant.postgres;

import io.assent.participant.engine.BranchResourceException;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;

/**
 * The reservations that are neither confirmed nor cancelled. A row is written before the try and in a transaction of its own; it is
 * deleted by the transaction that confirms or cancels. Thread-safe.
 */
public final class ReservationLog {

    /** Not for a branch that can only roll back: it would be found by the sweep, but the try had run in vain. */
    private static final String INSERT = """
            insert into assent_reservation (key, transaction_id, branch, ref, name, arguments, try_until)
            select ?, ?, ?, ?, ?, ?, clock_timestamp() + make_interval(secs => ?)
            where ? or not exists (select from assent_branch_marker where transaction_id = ? and branch = ?)
            """;

    private static final String COLUMNS = """
            select key, transaction_id, branch, ref, name, arguments,
                (extract(epoch from clock_timestamp() - recorded_at) * 1000)::bigint,
                (extract(epoch from clock_timestamp() - try_until) * 1000)::bigint
            from assent_reservation
            """;

    private static final String OF_BRANCH = COLUMNS + "where transaction_id = ? and branch = ? order by recorded_at";

    private static final String OLDEST = COLUMNS + "order by recorded_at limit ?";

    private static final String COUNT = "select count(*) from assent_reservation";

    private static final String NAMES = "select distinct name from assent_reservation";

    private static final String EXISTS = "select from assent_reservation where key = ?";

    /** Waits for whoever is ending it. */
    private static final String REMAINS = EXISTS + " for share";

    /** Whoever ends it has it to himself; others come back later. */
    private static final String LOCK = "select from assent_reservation where key = ? for update skip locked";

    private static final String DELETE = "delete from assent_reservation where key = ?";

    private final Supplier<DataSource> dataSource;
    private final Duration endWait;

    /**
     * A reservation.
     *
     * @param key what the outside knows it by
     * @param transaction its transaction
     * @param branch its branch there
     * @param ref the execution
     * @param name of the method that made it
     * @param arguments of that method, a JSON array
     * @param age since it was recorded, by the database's clock
     * @param sinceDeadline of its transaction, by the same clock; negative before
     */
    public record Row(
            UUID key,
            TransactionId transaction,
            BranchId branch,
            BranchRef ref,
            String name,
            String arguments,
            Duration age,
            Duration sinceDeadline) {}

    /**
     * @param dataSource connections in autocommit mode that no work waits in; asked for at the first use
     * @param endWait how long to wait for whoever is ending a reservation
     */
    public ReservationLog(Supplier<DataSource> dataSource, Duration endWait) {
        this.dataSource = dataSource;
        this.endWait = endWait;
    }

    /**
     * Before the try. Durable when it returns true; false: the branch has been rolled back already, nothing is recorded.
     *
     * @throws BranchResourceException if it is not known to be recorded; it may be
     */
    public boolean record(Row row) {
        return insert(row, false);
    }

    /** It was ended, and has to be once more, as its branch is. */
    public void recordAgain(Row row) {
        insert(row, true);
    }

    private boolean insert(Row row, boolean whateverBecameOfTheBranch) {
        return withConnection("record a reservation", connection -> {
            connection.setAutoCommit(false);
            try (Statement settings = connection.createStatement();
                    PreparedStatement insert = connection.prepareStatement(INSERT)) {
                // After a failover nobody else would know what to cancel.
                settings.execute("set local synchronous_commit = on");
                insert.setObject(1, row.key());
                insert.setObject(2, row.transaction().value());
                insert.setString(3, row.branch().value());
                insert.setString(4, row.ref().value());
                insert.setString(5, row.name());
                insert.setString(6, row.arguments());
                insert.setDouble(7, -row.sinceDeadline().toMillis() / 1000.0);
                insert.setBoolean(8, whateverBecameOfTheBranch);
                insert.setObject(9, row.transaction().value());
                insert.setString(10, row.branch().value());
                int rows = insert.executeUpdate();
                connection.commit();
                SQLWarning warning = Warnings.after(connection, settings);
                if (warning != null) {
                    throw warning;
                }
                return rows == 1;
            } catch (SQLException e) {
                connection.rollback();
                throw e;
            } finally {
                connection.setAutoCommit(true);
            }
        });
    }

    /** Whether nobody has ended it yet; somebody may be about to. */
    public boolean isOpen(UUID key) {
        return withConnection("look for a reservation", connection -> found(connection, EXISTS, key));
    }

    /**
     * The same, and nobody is ending it either: waits for whoever is.
     *
     * @throws BranchResourceException also if that takes too long
     */
    public boolean remains(UUID key) {
        return withConnection("look for a reservation", connection -> {
            connection.setAutoCommit(false);
            try (Statement settings = connection.createStatement()) {
                settings.execute("set local lock_timeout = " + endWait.toMillis());
                return found(connection, REMAINS, key);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        });
    }

    private static boolean found(Connection connection, String query, UUID key) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(query)) {
            select.setObject(1, key);
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /** Those of a branch, of all its executions, the oldest first. */
    public List<Row> of(TransactionId transaction, BranchId branch) {
        return withConnection("look for reservations", connection -> {
            try (PreparedStatement select = connection.prepareStatement(OF_BRANCH)) {
                select.setObject(1, transaction.value());
                select.setString(2, branch.value());
                return read(select);
            }
        });
    }

    /** At most {@code limit}, the oldest first. */
    public List<Row> oldest(int limit) {
        return withConnection("list reservations", connection -> {
            try (PreparedStatement select = connection.prepareStatement(OLDEST)) {
                select.setInt(1, limit);
                return read(select);
            }
        });
    }

    /** How many there are. */
    public int count() {
        return withConnection("count reservations", connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(COUNT)) {
                row.next();
                return row.getInt(1);
            }
        });
    }

    /** Makes sure that the connection's transaction is one that will be prepared. */
    public static void touch(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select");
        }
    }

    /** The names of the methods that made them. */
    public List<String> names() {
        return withConnection("list reservations", connection -> {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(NAMES)) {
                List<String> names = new ArrayList<>();
                while (row.next()) {
                    names.add(row.getString(1));
                }
                return names;
            }
        });
    }

    /**
     * Takes a reservation for the rest of the connection's transaction.
     *
     * @return false if it is over, or somebody else has it
     */
    public static boolean lock(Connection connection, UUID key) throws SQLException {
        return found(connection, LOCK, key);
    }

    /** It is over as soon as the connection's transaction commits. */
    public static void delete(Connection connection, UUID key) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement(DELETE)) {
            delete.setObject(1, key);
            delete.executeUpdate();
        }
    }

    private static List<Row> read(PreparedStatement select) throws SQLException {
        List<Row> found = new ArrayList<>();
        try (ResultSet row = select.executeQuery()) {
            while (row.next()) {
                found.add(new Row(
                        row.getObject(1, UUID.class),
                        new TransactionId(row.getObject(2, UUID.class)),
                        new BranchId(row.getString(3)),
                        new BranchRef(row.getString(4)),
                        row.getString(5),
                        row.getString(6),
                        Duration.ofMillis(Math.max(0, row.getLong(7))),
                        Duration.ofMillis(row.getLong(8))));
            }
        }
        return found;
    }

    private <T> T withConnection(String what, Connections.Work<T> work) {
        return Connections.with(dataSource.get(), what, work);
    }
}
