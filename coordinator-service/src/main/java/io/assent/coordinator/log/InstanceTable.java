package io.assent.coordinator.log;

import io.assent.coordinator.engine.InstanceList;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * The row of this instance in the log, and those of the others. Thread-safe; writing is for one thread.
 */
final class InstanceTable implements InstanceList {

    private static final int MOST_LISTED = 500;

    private final ThisInstance self;
    private final String host;
    private volatile Snapshot snapshot = new Snapshot(null, List.of());

    InstanceTable(ThisInstance self) {
        this.self = self;
        this.host = hostName();
    }

    UUID id() {
        return self.id();
    }

    @Override
    public Snapshot instances() {
        return snapshot;
    }

    /** Writes this instance's row, with one autocommit statement. */
    void write(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into assent_instance as i (id, host, address, port, version, started_at, last_seen)
                values (?, ?, ?, ?, ?, clock_timestamp(), clock_timestamp())
                on conflict (id) do update set
                    address = excluded.address, port = excluded.port, last_seen = excluded.last_seen
                """)) {
            ThisInstance.Endpoint listening = self.endpoint();
            statement.setObject(1, self.id());
            statement.setString(2, host);
            statement.setString(3, listening == null ? null : listening.address());
            statement.setObject(4, listening == null ? null : listening.port(), java.sql.Types.INTEGER);
            statement.setString(5, self.version());
            connection.clearWarnings();
            statement.executeUpdate();
            String warning = Warnings.after(connection, statement);
            if (warning != null) {
                throw new SQLException("the wait for the standby was cancelled: " + warning, "08007");
            }
        }
    }

    /** Reads who is there. */
    void read(Connection connection, Duration silentAfter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                select c.now, i.*, i.last_seen > c.now - ? * interval '1 millisecond' as alive
                from (select clock_timestamp() as now) c left join assent_instance i on true
                order by i.started_at, i.id limit ?
                """)) {
            statement.setLong(1, silentAfter.toMillis());
            statement.setInt(2, MOST_LISTED);
            try (ResultSet rows = statement.executeQuery()) {
                Instant now = Instant.EPOCH;
                List<Instance> found = new ArrayList<>();
                while (rows.next()) {
                    now = Rows.mandatory(Rows.instant(rows, "now"));
                    UUID other = rows.getObject("id", UUID.class);
                    if (other != null) {
                        found.add(new Instance(
                                other,
                                rows.getString("host"),
                                rows.getString("address"),
                                rows.getObject("port", Integer.class),
                                rows.getString("version"),
                                Rows.mandatory(Rows.instant(rows, "started_at")),
                                Rows.mandatory(Rows.instant(rows, "last_seen")),
                                rows.getBoolean("alive"),
                                other.equals(self.id())));
                    }
                }
                snapshot = new Snapshot(now, found);
            }
        }
    }

    /** Removes the rows of instances that ended without a word, those only that no other instance is at. */
    void prune(Connection connection, Duration forgetAfter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                delete from assent_instance where id in (
                    select id from assent_instance where last_seen < clock_timestamp() - ? * interval '1 millisecond'
                    for update skip locked)
                """)) {
            statement.setLong(1, forgetAfter.toMillis());
            statement.executeUpdate();
        }
    }

    /** Removes this instance's row: it ends. */
    void remove(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("delete from assent_instance where id = ?")) {
            statement.setObject(1, self.id());
            statement.executeUpdate();
        }
    }

    /** The address of this machine, as far as it knows. */
    static String hostAddress() {
        try {
            return InetAddress.getLocalHost().getHostAddress();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }
}
