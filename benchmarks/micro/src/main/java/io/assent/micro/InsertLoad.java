package io.assent.micro;

import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;

/** Rows inserted one by one, each in a transaction of its own: what no log that is durable can do without. */
final class InsertLoad {

    /** About as long as the record of a transaction with two branches. */
    private static final String CONTENT = "x".repeat(400);

    /**
     * Where the rows go: into {@code record (id text, content text)}.
     *
     * @param url {@code jdbc:postgresql:…}
     */
    record Target(String url, String user, String password) {

        private Connection connect() throws SQLException {
            return DriverManager.getConnection(url, user, password);
        }

        /** Without the password. */
        @Override
        public String toString() {
            return url;
        }
    }

    private InsertLoad() {}

    /** Inserts over so many connections at once for so long. */
    static Turn run(Target target, int connections, Duration length)
            throws SQLException, InterruptedException, ExecutionException {
        List<Connection> open = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(connections);
        try {
            for (int i = 0; i < connections; i++) {
                open.add(target.connect());
            }
            long began = System.nanoTime();
            List<Future<Long>> inserting = new ArrayList<>();
            for (Connection connection : open) {
                inserting.add(threads.submit(() -> insert(connection, began, length.toNanos())));
            }
            long rows = 0;
            for (Future<Long> each : inserting) {
                rows += each.get();
            }
            return new Turn(rows, 0, System.nanoTime() - began, rows, null);
        } finally {
            threads.shutdownNow();
            for (Connection connection : open) {
                connection.close();
            }
        }
    }

    private static long insert(Connection connection, long began, long nanos) throws SQLException {
        long rows = 0;
        try (PreparedStatement insert = connection.prepareStatement("insert into record (id, content) values (?, ?)")) {
            while (System.nanoTime() - began < nanos) {
                // In the order of their making, as transactions are.
                insert.setString(
                        1,
                        TransactionId.create(Instant.now(), ThreadLocalRandom.current())
                                .toString());
                insert.setString(2, CONTENT);
                rows += insert.executeUpdate();
            }
        }
        return rows;
    }
}
