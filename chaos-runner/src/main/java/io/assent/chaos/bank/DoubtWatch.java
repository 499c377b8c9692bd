package io.assent.chaos.bank;

import io.assent.chaos.checker.DoubtSpell;
import io.assent.demo.system.Database;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks at {@code pg_prepared_xacts} of the banks' server again and again and writes down how long each branch was in doubt,
 * and the same for reservations from their record to their end, and for branches in a bank's own log. What is over between two looks is not seen; while the
 * server does not answer, what was in doubt counts as in doubt.
 */
final class DoubtWatch implements AutoCloseable {

    private static final long INTERVAL_MILLIS = 50;
    private static final int ANSWER_WITHIN_MILLIS = 15_000;
    private static final Executor DIRECT = Runnable::run;

    private static final String PREPARED =
            "select gid, database, (extract(epoch from prepared) * 1000)::bigint from pg_prepared_xacts";

    /** The deadline is at the end of the ref. */
    private static final String RESERVED = "select 'reservation ' || key || ' of ' || ref, current_database(),"
            + " (extract(epoch from recorded_at) * 1000)::bigint from assent_reservation";

    private static final String LOGGED =
            "select ref, current_database(), (extract(epoch from since) * 1000)::bigint from branch where state = 'PREPARED'";

    @FunctionalInterface
    private interface Opener {
        Connection open() throws SQLException;
    }

    /** One database that is looked into. */
    private static final class Place {
        private final Opener opener;
        private final String query;
        private @Nullable Connection connection;

        Place(Opener opener, String query) {
            this.opener = opener;
            this.query = query;
        }

        void read(Map<String, DoubtSpell> seen) throws SQLException {
            Connection current = connection;
            if (current == null || current.isClosed()) {
                current = opener.open();
                current.setNetworkTimeout(DIRECT, ANSWER_WITHIN_MILLIS);
                connection = current;
            }
            try (Statement statement = current.createStatement();
                    ResultSet row = statement.executeQuery(query)) {
                while (row.next()) {
                    seen.put(
                            row.getString(1), new DoubtSpell(row.getString(1), row.getString(2), row.getLong(3), null));
                }
            }
        }

        void disconnect() {
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
    }

    private final List<Place> places = new ArrayList<>();
    private final JsonLines lines;
    private final ScheduledExecutorService thread = Executors.newSingleThreadScheduledExecutor();
    private final Map<String, DoubtSpell> open = new HashMap<>();

    /**
     * @param reserving databases of banks that make reservations, all on that server
     * @param logging databases that banks have as a log of their own, there as well
     */
    DoubtWatch(EmbeddedPostgres server, List<Database> reserving, List<Database> logging, Path directory) {
        places.add(new Place(server::superuserConnection, PREPARED));
        reserving.forEach(database -> places.add(new Place(database::connect, RESERVED)));
        logging.forEach(database -> places.add(new Place(database::connect, LOGGED)));
        this.lines = new JsonLines(directory.resolve("doubt.jsonl"));
        thread.scheduleWithFixedDelay(this::look, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** How many branches are in doubt, as far as is known. */
    synchronized int inDoubt() {
        return open.size();
    }

    private void look() {
        try {
            Map<String, DoubtSpell> seen = new HashMap<>();
            for (Place place : places) {
                place.read(seen);
            }
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
            places.forEach(Place::disconnect); // It is down or paused: the next look tries again.
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
        places.forEach(Place::disconnect);
        synchronized (this) {
            open.values().forEach(lines::write);
        }
        lines.close();
    }
}
