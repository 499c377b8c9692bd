package io.assent.embeddedpostgres;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One {@linkplain EmbeddedPostgres#temporary() temporary} server per JVM for tests, started at the first use, and as many
 * fresh databases in it as they like. Thread-safe.
 */
public final class TestPostgres {

    private final EmbeddedPostgres server;
    private final AtomicInteger databases = new AtomicInteger();

    private TestPostgres(EmbeddedPostgres server) {
        this.server = server;
    }

    /** The server of this JVM. Tests that kill or reconfigure a server take {@link EmbeddedPostgres#temporary()} instead. */
    public static TestPostgres shared() {
        return Holder.SHARED;
    }

    public EmbeddedPostgres server() {
        return server;
    }

    /** A new, empty database with a user of its own; {@code prefix} ({@code [a-z][a-z0-9_]*}) helps to read logs. */
    public Database freshDatabase(String prefix) {
        String name = prefix.toLowerCase(Locale.ROOT) + "_" + databases.incrementAndGet();
        server.createDatabase(name, name, name);
        return new Database(server.jdbcUrl(name), name, name, name);
    }

    /**
     * What a test needs to connect.
     *
     * @param jdbcUrl the address
     * @param name the database
     * @param username its owner, no superuser
     * @param password the owner's password
     */
    public record Database(String jdbcUrl, String name, String username, String password) {}

    private static final class Holder {
        static final TestPostgres SHARED = new TestPostgres(EmbeddedPostgres.temporary());
    }
}
