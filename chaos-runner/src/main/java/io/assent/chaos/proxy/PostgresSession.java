package io.assent.chaos.proxy;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What one connection to PostgreSQL has agreed on so far. Thread-safe: both directions look at it. */
final class PostgresSession {

    private final Map<String, String> statements = new ConcurrentHashMap<>();
    private final Map<String, String> portals = new ConcurrentHashMap<>();
    private volatile boolean negotiating;
    private volatile boolean ready;

    /** The client has asked for encryption: the answer is a single byte. */
    void negotiate() {
        negotiating = true;
    }

    /** Whether the next byte of the server is the answer to {@link #negotiate()}; asked once. */
    boolean endNegotiation() {
        boolean was = negotiating;
        negotiating = false;
        return was;
    }

    /** The first ReadyForQuery has come. */
    void ready() {
        ready = true;
    }

    /** Whether the session is past its start, so that every Query and Sync gets one ReadyForQuery. */
    boolean isReady() {
        return ready;
    }

    void parse(String statement, String sql) {
        statements.put(statement, sql);
    }

    void bind(String portal, String statement) {
        portals.put(portal, statements.getOrDefault(statement, "(unknown statement " + statement + ")"));
    }

    /** The statement behind a portal. */
    String sql(String portal) {
        @Nullable String sql = portals.get(portal);
        return sql == null ? "(unknown portal " + portal + ")" : sql;
    }

    void closeStatement(String statement) {
        statements.remove(statement);
    }

    void closePortal(String portal) {
        portals.remove(portal);
    }
}
