package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A primary and its synchronous standby, both embedded: a commit returns when both have it on disk. Neither is ever without
 * {@code synchronous_standby_names}, so a primary whose standby is away waits for as long as that lasts; that includes the
 * time between a failover and {@link #rebuildStandby()}.
 *
 * <p>Which of the two is the primary is written down before a standby is promoted: whoever opens the directory after a
 * crash finishes the failover, and never starts the replaced primary as one again.
 *
 * <p>One process at a time uses a directory. Thread-safe.
 */
public final class ReplicatedPostgres implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ReplicatedPostgres.class);

    private static final String ONE = "one";
    private static final String TWO = "two";
    /** A standby that is this late has missed too much, and is copied anew. */
    private static final Duration CATCH_UP = Duration.ofSeconds(10);

    private final @Nullable Path roles;
    private String primaryName;
    private final EmbeddedPostgres one;
    private final EmbeddedPostgres two;

    private ReplicatedPostgres(
            @Nullable Path roles, String primaryName, EmbeddedPostgres primary, EmbeddedPostgres standby) {
        this.roles = roles;
        this.primaryName = primaryName;
        this.one = primaryName.equals(ONE) ? primary : standby;
        this.two = primaryName.equals(ONE) ? standby : primary;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** A pair for tests, as durable as any other: on free ports, deleted on {@link #close()} or when this JVM ends. */
    public static ReplicatedPostgres temporary() {
        Builder options = builder();
        EmbeddedPostgres primary = TemporaryDirectories.start(options.server());
        try {
            EmbeddedPostgres standby =
                    TemporaryDirectories.start(options.server().standbyOf(primary, TWO));
            return new ReplicatedPostgres(null, ONE, primary, standby);
        } catch (RuntimeException e) {
            primary.close();
            throw e;
        }
    }

    /** The server that takes writes now; another one after {@link #promoteStandby()}. */
    public synchronized EmbeddedPostgres primary() {
        return primaryName.equals(ONE) ? one : two;
    }

    /** The other server: the standby or, from {@link #promoteStandby()} to {@link #rebuildStandby()}, the replaced primary. */
    public synchronized EmbeddedPostgres standby() {
        return primaryName.equals(ONE) ? two : one;
    }

    /**
     * The JDBC address of a database, without user and password. It names both servers, always in the same order, and
     * asks for the one that is the primary.
     */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + one.port() + ",127.0.0.1:" + two.port() + "/" + database
                + "?targetServerType=primary";
    }

    /** As {@link EmbeddedPostgres#createDatabase}, on both servers; waits for the standby. */
    public void createDatabase(String name, String owner, String ownerPassword) {
        primary().createDatabase(name, owner, ownerPassword);
    }

    /** {@link #promoteStandby()} and {@link #rebuildStandby()}. */
    public synchronized void failOver() {
        promoteStandby();
        rebuildStandby();
    }

    /**
     * Makes the standby the primary; returns when it could take writes, which then wait for a standby. The replaced primary
     * is left as it is: dead, paused or running.
     */
    public synchronized void promoteStandby() {
        EmbeddedPostgres promoted = standby();
        if (!promoted.isStandby()) {
            throw new IllegalStateException("There is no standby: rebuildStandby() comes first");
        }
        String name = primaryName.equals(ONE) ? TWO : ONE;
        if (roles != null) {
            write(roles, name);
        }
        promoted.promote();
        primaryName = name;
    }

    /** Copies the primary over the other server, which is killed if it runs; returns when that follows as a standby. */
    public synchronized void rebuildStandby() {
        standby().rebuildAsStandbyOf(primary(), primaryName.equals(ONE) ? TWO : ONE);
    }

    /** Stops both: the primary first, so that the standby has everything. */
    @Override
    public synchronized void close() {
        // A primary that stops waits for its standby to have read everything.
        one.resume();
        two.resume();
        try {
            primary().close();
        } finally {
            standby().close();
        }
    }

    private static void write(Path roles, String primary) {
        try {
            Path unfinished = roles.resolveSibling("primary.unfinished");
            Private.write(unfinished, primary + "\n");
            Files.move(unfinished, roles, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new EmbeddedPostgresException("Which server is the primary cannot be written to " + roles, e);
        }
    }

    /** Options of a pair; not thread-safe. */
    public static final class Builder {

        private @Nullable Path directory;
        private int portOne;
        private int portTwo;
        private String portOption = "ports(int, int)";
        private final Map<String, String> settings = new LinkedHashMap<>();

        private Builder() {
            settings.put("synchronous_standby_names", "ANY 1 (" + ONE + ", " + TWO + ")");
            // What a standby that is away for a while may miss before it has to be copied anew.
            settings.put("wal_keep_size", "256MB");
        }

        /** Where both keep their data; made when it is not there. Mandatory. */
        public Builder dataDirectory(Path directory) {
            this.directory = directory.toAbsolutePath().normalize();
            return this;
        }

        /** The ports on 127.0.0.1 of the two servers, whichever is the primary; 0, the default: free ones. */
        public Builder ports(int one, int two) {
            this.portOne = one;
            this.portTwo = two;
            return this;
        }

        /** How the user of the program gives the ports, for the message that says that one is taken. */
        public Builder portOption(String option) {
            this.portOption = option;
            return this;
        }

        /** As {@link EmbeddedPostgres.Builder#setting}, for both servers. */
        public Builder setting(String name, String value) {
            settings.put(name, value);
            return this;
        }

        /**
         * Starts both servers, or adopts those that a killed process left running. A failover that was interrupted is
         * finished; a standby that cannot catch up, and a replaced primary, are copied anew.
         *
         * @throws EmbeddedPostgresException when they cannot be started; the message says why and what to do
         */
        public ReplicatedPostgres start() {
            Path parent = directory;
            if (parent == null) {
                throw new IllegalStateException("dataDirectory(Path) is mandatory");
            }
            Path roles = parent.resolve("primary");
            String primaryName = read(roles);
            String standbyName = primaryName.equals(ONE) ? TWO : ONE;
            EmbeddedPostgres primary = server(parent, primaryName).start();
            try {
                if (primary.isStandby()) {
                    log.info("The failover to {} was interrupted and is finished.", primary.directory());
                    primary.promote();
                }
                write(roles, primaryName);
                EmbeddedPostgres standby = follower(server(parent, standbyName), primary, standbyName);
                return new ReplicatedPostgres(roles, primaryName, primary, standby);
            } catch (RuntimeException e) {
                primary.close();
                throw e;
            }
        }

        private static EmbeddedPostgres follower(
                EmbeddedPostgres.Builder options, EmbeddedPostgres primary, String name) {
            EmbeddedPostgres standby =
                    options.standbyOf(primary, name).rebuild().start();
            try (Connection connection = primary.superuserConnection()) {
                if (!BaseBackup.streams(connection, name, CATCH_UP)) {
                    log.info("The standby in {} has missed too much.", standby.directory());
                    standby.rebuildAsStandbyOf(primary, name);
                }
                return standby;
            } catch (SQLException e) {
                standby.close();
                throw new EmbeddedPostgresException("The primary cannot be asked: " + e.getMessage(), e);
            } catch (RuntimeException e) {
                standby.close();
                throw e;
            }
        }

        private static String read(Path roles) {
            try {
                return Files.exists(roles) && Files.readString(roles).trim().equals(TWO) ? TWO : ONE;
            } catch (IOException e) {
                throw new EmbeddedPostgresException("Which server is the primary cannot be read from " + roles, e);
            }
        }

        private EmbeddedPostgres.Builder server(Path parent, String name) {
            return server().dataDirectory(parent.resolve(name))
                    .port(name.equals(ONE) ? portOne : portTwo)
                    .portOption(portOption);
        }

        private EmbeddedPostgres.Builder server() {
            EmbeddedPostgres.Builder options = EmbeddedPostgres.builder();
            settings.forEach(options::setting);
            return options;
        }
    }
}
