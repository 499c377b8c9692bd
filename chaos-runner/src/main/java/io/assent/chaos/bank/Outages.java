package io.assent.chaos.bank;

import io.assent.chaos.checker.Invariant;
import io.assent.chaos.checker.Violation;
import io.assent.chaos.system.Endpoint;
import io.assent.demo.system.Database;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How long nothing was decided whenever the decision log lost its primary, by the times that the log itself gives to its
 * decisions. Thread-safe.
 */
final class Outages {

    /** No decision for so long after there is a primary again is a violation of its own. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(20);

    private static final String LONGEST_GAP = """
            select (extract(epoch from max(gap)) * 1000)::bigint from (
                select decided_at - lag(decided_at, 1, to_timestamp(? / 1000.0)) over (order by decided_at) as gap
                from assent_transaction
                where not pg_is_in_recovery() and decided_at > to_timestamp(? / 1000.0) and decided_at <= (
                    select min(decided_at) from assent_transaction where decided_at > to_timestamp(? / 1000.0))) gaps
            """;

    private final Database database;
    private final Map<String, List<Long>> millis = new TreeMap<>();
    private final List<Violation> violations = new ArrayList<>();

    /** @param database the decision log */
    Outages(Database database) {
        this.database = database;
    }

    /** Another name for the same log on one of its servers. */
    private Database on(Endpoint server) {
        // Directly: a connection that may go to any server would first look at one that is perhaps paused.
        return new Database(server.jdbcUrl(database.name()), database.name(), database.password());
    }

    /** Whether that server takes writes; false when it cannot be asked. */
    boolean isPrimary(Endpoint server) {
        try (Connection connection = on(server).connect();
                PreparedStatement select = connection.prepareStatement("select not pg_is_in_recovery()");
                ResultSet row = select.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /**
     * Returns when something was decided after {@code since}, or when that takes too long, which is a violation.
     *
     * @param servers one of them is the primary now, or will be; all of them answer or refuse
     * @param from when the primary was lost, in milliseconds since 1970
     * @param since a decision that is younger comes from the new primary: {@code from}, unless the old one may go on for a
     *     while
     * @param what happened
     * @param measured whether the longest time without a decision, from {@code from} on, is kept
     */
    void awaitDecision(List<Endpoint> servers, long from, long since, String what, boolean measured)
            throws InterruptedException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        String failure = "";
        while (System.nanoTime() - end < 0) {
            for (Endpoint server : servers) {
                try {
                    Long gap = longestGap(server, from, since);
                    if (gap != null) {
                        if (measured) {
                            add(what, gap);
                        }
                        return;
                    }
                } catch (SQLException e) {
                    failure = "; " + server + " said: " + e.getMessage();
                }
            }
            Thread.sleep(POLL.toMillis());
        }
        add(new Violation(
                Invariant.I5,
                "all transactions",
                String.format(Locale.ROOT, "nothing was decided for %s after %s%s", PATIENCE, what, failure)));
    }

    private @Nullable Long longestGap(Endpoint server, long from, long since) throws SQLException {
        try (Connection connection = on(server).connect();
                PreparedStatement select = connection.prepareStatement(LONGEST_GAP)) {
            select.setLong(1, from);
            select.setLong(2, from);
            select.setLong(3, since);
            try (ResultSet row = select.executeQuery()) {
                row.next();
                long gap = row.getLong(1);
                return row.wasNull() ? null : gap;
            }
        }
    }

    private synchronized void add(String kind, long gap) {
        millis.computeIfAbsent(kind, none -> new ArrayList<>()).add(gap);
    }

    private synchronized void add(Violation violation) {
        violations.add(violation);
    }

    synchronized List<Violation> violations() {
        return List.copyOf(violations);
    }

    /** In milliseconds, ascending; of one kind, or of all. */
    synchronized List<Long> millis(@Nullable String kind) {
        return millis.entrySet().stream()
                .filter(entry -> kind == null || entry.getKey().equals(kind))
                .flatMap(entry -> entry.getValue().stream())
                .sorted()
                .toList();
    }

    /** Two rows of a report; none if nothing was measured. */
    List<String[]> rows(String name, @Nullable String kind) {
        List<Long> sorted = millis(kind);
        return sorted.isEmpty()
                ? List.of()
                : List.of(
                        BankCommand.row(name + ", median", BankCommand.seconds(sorted.get(sorted.size() / 2))),
                        BankCommand.row(name + ", worst", BankCommand.seconds(sorted.get(sorted.size() - 1))));
    }
}
