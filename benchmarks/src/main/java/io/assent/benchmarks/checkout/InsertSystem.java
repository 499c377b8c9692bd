package io.assent.benchmarks.checkout;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Operation;
import io.assent.benchmarks.load.Slice;
import io.assent.benchmarks.load.TransactionFailedException;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.demo.system.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Rows inserted one by one into the server that holds the decision log: what no coordinator with a durable log can do without. */
public final class InsertSystem implements CheckoutSystem {

    public static final String NAME = "insert";

    private static final String SCHEMA = "create table record (id text primary key, content text not null)";
    /** About as long as the record of a transaction with two branches. */
    private static final String CONTENT = "x".repeat(400);

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "one row inserted by JDBC in autocommit mode into the PostgreSQL of the decision log";
    }

    @Override
    public String floor() {
        return NAME;
    }

    @Override
    public Subject open(BenchSystem system, Workload workload, Initiator client) {
        return open(system);
    }

    /** With a table of its own, and a connection for each client. */
    public static Subject open(BenchSystem system) {
        Database database = system.createLogDatabase("inserts", SCHEMA);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.jdbcUrl());
        config.setUsername(database.name());
        config.setPassword(database.password());
        config.setMaximumPoolSize(system.mostClients());
        HikariDataSource pool = new HikariDataSource(config);
        system.onClose(pool::close);
        return new Subject(new Inserts(pool), new RowCount(database), CpuMeter.none(), CpuMeter.none(), List.of());
    }

    private record Inserts(HikariDataSource pool) implements Operation {

        @Override
        public int rows() {
            return Integer.MAX_VALUE;
        }

        @Override
        public void startAfresh() {}

        @Override
        public void run(int row, String key) throws TransactionFailedException {
            try (Connection connection = pool.getConnection();
                    PreparedStatement insert =
                            connection.prepareStatement("insert into record (id, content) values (?, ?)")) {
                insert.setString(1, key);
                insert.setString(2, CONTENT);
                insert.executeUpdate();
            } catch (SQLException e) {
                throw new TransactionFailedException("insert: " + e.getMessage());
            }
        }
    }

    private static final class RowCount implements Audit {

        private final Database database;
        private long before;

        private RowCount(Database database) {
            this.database = database;
        }

        @Override
        public void settle() {}

        @Override
        public void verify(Slice slice) {
            try (Connection connection = database.connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select count(*) from record")) {
                row.next();
                long made = row.getLong(1) - before;
                if (made < slice.committed() || made > slice.committed() + slice.failed()) {
                    throw new IllegalStateException(
                            made + " rows were inserted, where " + slice.committed() + " were answered");
                }
                before = row.getLong(1);
            } catch (SQLException e) {
                throw new IllegalStateException("The rows cannot be counted: " + e.getMessage(), e);
            }
        }

        @Override
        public List<String> conclude() {
            return List.of();
        }
    }
}
