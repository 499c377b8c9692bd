package io.assent.chaos.bank;

import io.assent.chaos.checker.DoubtSpell;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at {@code pg_prepared_xacts} of the banks' server again and again and writes down how long each branch was in doubt.
 * What is over between two looks is not seen; while the server does not answer, what was in doubt counts as in doubt.
 */
final class DoubtWatch implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 50;
    private static final int ANSWER_WITHIN_MILLIS = 15_000;
    private static final Executor DIRECT = Runnable::run;

    private final EmbeddedPostgres server;
    private final JsonLines lines;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, DoubtSpell> open = new HashMap<>();
    private @Nullable Connection connection;

    DoubtWatch(EmbeddedPostgres server, Path directory) {
        this.server = server;
        this.lines = new JsonLines(directory.resolve("doubt.jsonl"));
        thread.scheduleWithFixedDelay(this::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** How many branches are in doubt, as far as is known. */
    synchronized int inDoubt() {
        return open.size();
    }

    private void look() {
        try {
            Map<String, DoubtSpell> seen = read(connected());
            long now = System.currentTimeMillis();
            synchronized (this) {
                seen.forEach(open::putIfAbsent);
                Set<String> gone = new HashSet<>(open.keySet());
                gone.removeAll(seen.keySet());
                for (String ref : gone) {
                    DoubtSpell spell = open.remove(ref);
                    if (spell != null) {
                        lines.write(new DoubtSpell(ref, spell.bank(), spell.prepared(), now));
                    }
                }
            }
        } catch (SQLException e) {
            disconnect(); // It is down or paused: the next look tries again.
        }
    }

    private Connection connected() throws SQLException {
        Connection current = connection;
        if (current == null || current.isClosed()) {
            current = server.superuserConnection();
            current.setNetworkTimeout(DIRECT, ANSWER_WITHIN_MILLIS);
            connection = current;
        }
        return current;
    }

    private static Map<String, DoubtSpell> read(Connection connection) throws SQLException {
        Map<String, DoubtSpell> seen = new HashMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select gid, database, (extract(epoch from prepared) * 1000)::bigint from pg_prepared_xacts")) {
            while (row.next()) {
                seen.put(row.getString(1), new DoubtSpell(row.getString(1), row.getString(2), row.getLong(3), null));
            }
        }
        return seen;
    }

    private void disconnect() {
        Connection current = connection;
        connection = null;
        if (current != null) {
            try {
                current.close();
            } catch (SQLException e) {
                // It is of no use any more, closed or not.
            }
        }
    }

    @Override
    public void close() {
        thread.shutdown();
        try {
            if (!thread.awaitTermination(ANSWER_WITHIN_MILLIS, TimeUnit.MILLISECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
        disconnect();
        synchronized (this) {
            open.values().forEach(lines::write);
        }
        lines.close();
    }
}
