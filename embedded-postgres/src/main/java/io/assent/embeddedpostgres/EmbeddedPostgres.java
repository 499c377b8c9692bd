package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A PostgreSQL server in processes of its own, from programs that come as Maven artifacts. It is durable by default
 * ({@code fsync}, {@code synchronous_commit} and {@code full_page_writes} on), accepts prepared transactions, listens on
 * 127.0.0.1 only and asks every user for a password (SCRAM). The superuser's password is generated and kept in the
 * directory, readable by its owner only.
 *
 * <p><b>Who stops the server.</b> Any number of processes of one user and one machine may use one directory at the same
 * time: the first starts the server, the others join it, and the last one to close stops it. A process that was killed
 * leaves the server running; the next one that opens the directory adopts it (and restarts it when its settings or port
 * are other than wanted and nobody else uses it).
 *
 * <p>Runs as an ordinary user, and on Linux also as root, in a user namespace without root's rights ({@code unshare -U}).
 * Thread-safe.
 */
public final class EmbeddedPostgres implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPostgres.class);

    private static final Duration KILL_WAIT = Duration.ofSeconds(10);
    private static final Pattern IDENTIFIER = Pattern.compile("[a-z][a-z0-9_-]{0,62}");
    private static final Duration MUTEX_TIMEOUT = Duration.ofMinutes(2);
    /** Serialises {@link #createDatabase} among all users of the server; any number will do. */
    private static final long CREATE_LOCK = 0x41_73_73_65_6e_74L;

    private final Builder options;
    private final Path directory;
    private final Cluster cluster;
    private final Users users;
    private final String password;
    private final Path user;
    private @Nullable Thread shutdownHook;
    /** With the address of the primary while this is a standby. */
    private final SortedMap<String, String> settings;

    private Postmaster postmaster;
    private boolean paused;
    private boolean closed;

    private EmbeddedPostgres(
            Builder options,
            Path directory,
            Cluster cluster,
            Users users,
            String password,
            Path user,
            Postmaster server) {
        this.options = options;
        this.directory = directory;
        this.cluster = cluster;
        this.users = users;
        this.password = password;
        this.user = user;
        this.postmaster = server;
        this.settings = options.effectiveSettings();
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * A server for tests, as durable as any other: on a free port, in a directory that is deleted on {@link #close()} or
     * when this JVM ends.
     */
    public static EmbeddedPostgres temporary() {
        return TemporaryDirectories.start(builder());
    }

    /** The port on 127.0.0.1. */
    public synchronized int port() {
        return postmaster.port();
    }

    /** The server's process, for tests that kill it; it changes with {@link #restart()}. */
    public synchronized long pid() {
        return postmaster.pid();
    }

    /** Whether the server's process is alive. */
    public synchronized boolean isRunning() {
        return !closed && postmaster.isAlive();
    }

    /** The directory with the data, the log and the superuser's password. */
    public Path directory() {
        return directory;
    }

    /** The server's log. */
    public Path logFile() {
        return cluster.logFile();
    }

    /** The superuser's name. */
    public String superuser() {
        return Cluster.SUPERUSER;
    }

    /** The superuser's password. */
    public String superuserPassword() {
        return password;
    }

    /** The JDBC address of a database of this server, without user and password. */
    public String jdbcUrl(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port() + "/" + database;
    }

    /**
     * Makes sure that a user with this password and a database of this name, owned by that user, are there. Both names:
     * {@code [a-z][a-z0-9_-]*}, at most 63 characters. Safe to repeat and to call from several processes at once; other
     * users cannot connect to the database.
     */
    public void createDatabase(String name, String owner, String ownerPassword) {
        requireIdentifier(name);
        requireIdentifier(owner);
        try (Connection connection = superuserConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_lock(" + CREATE_LOCK + ")");
            boolean userExists = exists(connection, "select 1 from pg_roles where rolname = ?", owner);
            statement.execute((userExists ? "alter" : "create") + " role \"" + owner + "\" login password "
                    + quoteLiteral(connection, ownerPassword));
            if (!exists(connection, "select 1 from pg_database where datname = ?", name)) {
                statement.execute("create database \"" + name + "\" owner \"" + owner + "\"");
            }
            statement.execute("revoke connect on database \"" + name + "\" from public");
        } catch (SQLException e) {
            throw new EmbeddedPostgresException(
                    "Database " + name + " for user " + owner + " could not be made: " + e.getMessage(), e);
        }
    }

    /** Removes a database, ending its connections; nothing happens when it is not there. */
    public void dropDatabase(String name) {
        requireIdentifier(name);
        try (Connection connection = superuserConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("drop database if exists \"" + name + "\" with (force)");
        } catch (SQLException e) {
            throw new EmbeddedPostgresException("Database " + name + " could not be dropped: " + e.getMessage(), e);
        }
    }

    /** A new connection of the superuser to its own database; the caller closes it. */
    public Connection superuserConnection() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", Cluster.SUPERUSER);
        properties.setProperty("password", password);
        properties.setProperty("connectTimeout", "10");
        return DriverManager.getConnection(jdbcUrl("postgres"), properties);
    }

    /**
     * Kills the server's main process ({@code kill -9}), as a crash would, and the others notice; of a paused server
     * all processes are killed. Returns when all are gone, or after some seconds. {@link #restart()} brings it back.
     */
    public synchronized void kill() {
        try {
            if (paused) {
                cluster.kill();
                paused = false;
            } else {
                // The others live on for a moment: a standby's receiver would confirm what is written after this.
                Postmaster.killMain(postmaster.pid(), cluster.data(), KILL_WAIT);
            }
            log.info("Killed PostgreSQL (process {}) of {}.", postmaster.pid(), directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    private Set<Long> processes() {
        try {
            return Postmaster.processes(cluster.data());
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    /**
     * Stops every process of the server where it is ({@code SIGSTOP}), as a frozen machine would: connections stay open
     * and nothing answers. {@link #resume()} lets it go on. POSIX systems only.
     *
     * @throws IllegalStateException if it does not run
     */
    public synchronized void pause() {
        requireOpen();
        // The main process first, so that it starts nothing more; what it had begun to start is found by another look.
        Set<Long> stopped = Set.of();
        for (Set<Long> found = processes(); !found.equals(stopped); found = processes()) {
            Signals.stop(found);
            stopped = found;
        }
        if (stopped.isEmpty()) {
            throw new IllegalStateException("The PostgreSQL of " + directory + " does not run");
        }
        paused = true;
        log.info("Paused PostgreSQL (process {}) of {}.", postmaster.pid(), directory);
    }

    /** Lets a paused server go on; nothing happens when it is not paused. */
    public synchronized void resume() {
        if (paused) {
            Signals.resume(processes());
            paused = false;
            log.info("PostgreSQL (process {}) of {} goes on.", postmaster.pid(), directory);
        }
    }

    /** Whether this server follows a primary; false once it was promoted. */
    public boolean isStandby() {
        return cluster.isStandby();
    }

    /**
     * Makes this standby a primary, on a new timeline; returns when it accepts writes. It keeps waiting for whatever
     * {@code synchronous_standby_names} says.
     *
     * @throws IllegalStateException if it is no standby
     * @throws EmbeddedPostgresException if it does not run or does not become a primary in time
     */
    public synchronized void promote() {
        requireOpen();
        if (!cluster.isStandby()) {
            throw new IllegalStateException("The PostgreSQL of " + directory + " is no standby");
        }
        try (FileMutex mutex = mutex(directory)) {
            cluster.promote();
            settings.remove(Builder.PRIMARY);
            log.info("PostgreSQL on 127.0.0.1:{} was promoted, data in {}.", port(), directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    /**
     * Deletes this server's data and makes it, on the same port, a standby of another one: for a primary that was
     * replaced. It must not simply be started again: it may hold what the new primary never got. A running or paused
     * server is killed first.
     *
     * @param applicationName what {@code synchronous_standby_names} of the primary calls it
     */
    public synchronized void rebuildAsStandbyOf(EmbeddedPostgres primary, String applicationName) {
        requireOpen();
        requireIdentifier(applicationName);
        try (FileMutex mutex = mutex(directory)) {
            cluster.kill();
            paused = false;
            settings.put(Builder.PRIMARY, primary.connectionInfo(applicationName));
            postmaster = copyAndStart(options, cluster, settings, postmaster.port(), primary, applicationName);
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    private String connectionInfo(String applicationName) {
        return "host=127.0.0.1 port=" + port() + " user=" + Cluster.SUPERUSER + " password=" + password
                + " application_name=" + applicationName;
    }

    Path data() {
        return cluster.data();
    }

    private static Postmaster copyAndStart(
            Builder options,
            Cluster cluster,
            SortedMap<String, String> settings,
            int port,
            EmbeddedPostgres primary,
            String applicationName)
            throws IOException {
        try (BaseBackup backup = BaseBackup.begin(primary)) {
            cluster.initialiseFrom(backup);
            Postmaster started = cluster.start(settings, port, options.portOption);
            backup.awaitStreaming(applicationName, options.timeout);
            log.info(
                    "PostgreSQL on 127.0.0.1:{} follows 127.0.0.1:{} as {}, data in {}.",
                    started.port(),
                    primary.port(),
                    applicationName,
                    cluster.data());
            return started;
        }
    }

    /** Stops the server if it runs, then starts it again on the same port; other users of it lose their connections. */
    public synchronized void restart() {
        requireOpen();
        try (FileMutex mutex = mutex(directory)) {
            resume();
            cluster.stop();
            postmaster = cluster.start(settings, postmaster.port(), options.portOption);
            log.info("PostgreSQL restarted on 127.0.0.1:{}, data in {}.", postmaster.port(), directory);
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    /** The same as {@link #close()}. */
    public void stop() {
        close();
    }

    /** Stops the server (fast: connections are ended, nothing committed is lost) unless another user is left. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (FileMutex mutex = mutex(directory)) {
            users.leave(user);
            List<Long> others = users.living();
            if (others.isEmpty()) {
                if (paused) {
                    resume();
                }
                cluster.stop();
                log.info("PostgreSQL on 127.0.0.1:{} stopped, data in {}.", postmaster.port(), directory);
            } else {
                log.info(
                        "PostgreSQL on 127.0.0.1:{} is left running for process {}, which stops it when it ends.",
                        postmaster.port(),
                        others.get(0));
            }
            if (options.temporary) {
                Binaries.deleteTree(directory);
            }
        } catch (IOException e) {
            throw failure(directory, e);
        }
        if (shutdownHook != null && Thread.currentThread() != shutdownHook) {
            try {
                Runtime.getRuntime().removeShutdownHook(shutdownHook);
            } catch (IllegalStateException e) {
                // The JVM is on its way out: the hook will find nothing left to do.
            }
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("This EmbeddedPostgres was closed");
        }
    }

    private static EmbeddedPostgres open(Builder options) {
        Path directory = options.directory();
        prepare(directory);
        try {
            Path cache = options.cacheDirectory != null ? options.cacheDirectory : CacheDirectory.ofCurrentUser();
            Binaries binaries = Binaries.unpacked(cache, Platform.current());
            try (FileMutex mutex = mutex(directory)) {
                Cluster cluster = new Cluster(directory, binaries, options.timeout);
                Users users = new Users(directory.resolve("users"));
                EmbeddedPostgres primary = options.primary;
                Postmaster postmaster;
                if (primary != null && (!cluster.initialised() || (options.rebuild && !cluster.isStandby()))) {
                    cluster.kill();
                    postmaster = copyAndStart(
                            options,
                            cluster,
                            options.effectiveSettings(),
                            options.port,
                            primary,
                            options.applicationName);
                } else {
                    if (primary != null && !cluster.isStandby()) {
                        throw new EmbeddedPostgresException("The data in " + cluster.data()
                                + " is a primary's, not a standby's: nothing was changed. Choose another directory, or"
                                + " open it as a primary and rebuild it as a standby.");
                    }
                    cluster.initialise(newPassword());
                    postmaster = startOrJoin(options, directory, cluster, users.living());
                }
                Path user = users.join();
                EmbeddedPostgres opened = new EmbeddedPostgres(
                        options, directory, cluster, users, cluster.superuserPassword(), user, postmaster);
                if (options.temporary) {
                    opened.shutdownHook = new Thread(opened::close, "embedded-postgres-stop");
                    Runtime.getRuntime().addShutdownHook(opened.shutdownHook);
                }
                return opened;
            }
        } catch (IOException e) {
            throw failure(directory, e);
        }
    }

    private static Postmaster startOrJoin(Builder options, Path directory, Cluster cluster, List<Long> others)
            throws IOException {
        Optional<Postmaster> running = cluster.running();
        if (running.isPresent()) {
            Postmaster postmaster = running.get();
            boolean portFits = options.port == 0 || options.port == postmaster.port();
            boolean settingsFit = cluster.runsWith(options.effectiveSettings());
            if (!others.isEmpty()) {
                if (!portFits) {
                    throw new EmbeddedPostgresException("The PostgreSQL of " + directory + " runs on port "
                            + postmaster.port() + " and is used by process " + others.get(0)
                            + "; it cannot be moved to port "
                            + options.port + ". Give the same port with " + options.portOption
                            + ", or another directory.");
                }
                if (!settingsFit) {
                    log.warn(
                            "The PostgreSQL of {} is used by process {} and keeps its settings; the ones given here take"
                                    + " effect when it is started next.",
                            directory,
                            others.get(0));
                }
                log.info("Joined PostgreSQL on 127.0.0.1:{}, data in {}.", postmaster.port(), directory);
                return postmaster;
            }
            if (portFits && settingsFit) {
                log.info(
                        "Adopted PostgreSQL on 127.0.0.1:{}, which a process that was killed left running, data in {}.",
                        postmaster.port(),
                        directory);
                return postmaster;
            }
            log.info("PostgreSQL of {} runs with other settings and is restarted.", directory);
            cluster.stop();
        }
        Postmaster started = cluster.start(options.effectiveSettings(), options.port, options.portOption);
        log.info("PostgreSQL started on 127.0.0.1:{}, data in {}.", started.port(), directory);
        return started;
    }

    private static void prepare(Path directory) {
        try {
            if (!Files.exists(directory)) {
                Private.createDirectories(directory);
            }
        } catch (IOException e) {
            throw new EmbeddedPostgresException(
                    "The directory " + directory + " for PostgreSQL's data cannot be made: " + e
                            + ". Choose one where this user may write.",
                    e);
        }
        if (!Files.isDirectory(directory) || !Files.isWritable(directory)) {
            throw new EmbeddedPostgresException("PostgreSQL's data cannot be kept in " + directory
                    + ": it is not a directory in which this user may write.");
        }
    }

    private static FileMutex mutex(Path directory) throws IOException {
        return FileMutex.acquire(directory.resolve("start.lock"), MUTEX_TIMEOUT);
    }

    private static EmbeddedPostgresException failure(Path directory, IOException e) {
        return new EmbeddedPostgresException("PostgreSQL in " + directory + " cannot be used: " + e, e);
    }

    private static String newPassword() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static void requireIdentifier(String name) {
        if (!IDENTIFIER.matcher(name).matches()) {
            throw new IllegalArgumentException("Not a name for a database or user (" + IDENTIFIER + "): " + name);
        }
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, name);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    private static String quoteLiteral(Connection connection, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("select quote_literal(?)")) {
            statement.setString(1, value);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getString(1);
            }
        }
    }

    /** Options of a server; not thread-safe. */
    public static final class Builder {

        private static final String PRIMARY = "primary_conninfo";
        private static final Pattern SETTING = Pattern.compile("[a-z_][a-z0-9_.]*");
        private static final List<String> FIXED = List.of(
                "port",
                "listen_addresses",
                "unix_socket_directories",
                "data_directory",
                "hba_file",
                "ident_file",
                PRIMARY);

        private @Nullable Path dataDirectory;
        private @Nullable Path cacheDirectory;
        private int port;
        private boolean temporary;
        private String portOption = "port(int)";
        private Duration timeout = Duration.ofSeconds(60);
        private final SortedMap<String, String> settings = new TreeMap<>();
        private @Nullable EmbeddedPostgres primary;
        private String applicationName = "";
        private boolean rebuild;

        private Builder() {
            settings.put("fsync", "on");
            settings.put("synchronous_commit", "on");
            settings.put("full_page_writes", "on");
            settings.put("max_connections", "200");
            settings.put("max_prepared_transactions", "200");
            settings.put("timezone", "UTC");
            settings.put("log_timezone", "UTC");
        }

        /** Where data, log and password are kept; made when it is not there. Mandatory. */
        public Builder dataDirectory(Path directory) {
            this.dataDirectory = directory.toAbsolutePath().normalize();
            return this;
        }

        /**
         * Where PostgreSQL's programs are unpacked; default: {@code assent/postgres} in the user's cache directory, or what
         * the system property {@code assent.embedded-postgres.cache-directory} says.
         */
        public Builder cacheDirectory(Path directory) {
            this.cacheDirectory = directory.toAbsolutePath().normalize();
            return this;
        }

        /** The port on 127.0.0.1, 0 to 65535; 0, the default, means a free one, or the one on which the server runs. */
        public Builder port(int port) {
            if (port < 0 || port > 65_535) {
                throw new IllegalArgumentException("port must be 0 to 65535: " + port);
            }
            this.port = port;
            return this;
        }

        /** How the user of the program gives the port, for the message that says that it is taken. */
        public Builder portOption(String option) {
            this.portOption = option;
            return this;
        }

        /** How long initialisation, start and stop may each take, at least a second; default 60 s. */
        public Builder timeout(Duration timeout) {
            if (timeout.compareTo(Duration.ofSeconds(1)) < 0) {
                throw new IllegalArgumentException("timeout must be at least PT1S: " + timeout);
            }
            this.timeout = timeout;
            return this;
        }

        /**
         * A setting of {@code postgresql.conf}. Defaults here: durable ({@code fsync}, {@code synchronous_commit},
         * {@code full_page_writes} on), {@code max_connections} and {@code max_prepared_transactions} 200, time zone UTC.
         */
        public Builder setting(String name, String value) {
            if (!SETTING.matcher(name).matches() || value.chars().anyMatch(c -> c < ' ')) {
                throw new IllegalArgumentException("Not a setting of PostgreSQL: " + name + " = " + value);
            }
            if (FIXED.contains(name)) {
                throw new IllegalArgumentException(
                        "The setting " + name + " is fixed: an embedded PostgreSQL listens on 127.0.0.1, on port(int)");
            }
            settings.put(name, value);
            return this;
        }

        /**
         * Makes it a standby: an empty directory is filled with a copy of the primary, which runs; one that holds a standby's
         * data goes on from there, if the primary still has what it missed. It keeps the primary's users, passwords and
         * databases.
         *
         * @param applicationName {@code [a-z][a-z0-9_-]*}: what {@code synchronous_standby_names} of the primary calls it
         */
        public Builder standbyOf(EmbeddedPostgres primary, String applicationName) {
            requireIdentifier(applicationName);
            this.primary = primary;
            this.applicationName = applicationName;
            return this;
        }

        /** Data in the directory that is no standby's is deleted and copied anew, instead of refused. */
        Builder rebuild() {
            this.rebuild = true;
            return this;
        }

        /**
         * Starts the server, or joins or adopts the one that runs in the directory; returns when it accepts connections.
         *
         * @throws PortInUseException when another program has the port
         * @throws EmbeddedPostgresException when it cannot be started; the message says why and what to do
         */
        public EmbeddedPostgres start() {
            return open(this);
        }

        Builder temporary() {
            this.temporary = true;
            return this;
        }

        private SortedMap<String, String> effectiveSettings() {
            SortedMap<String, String> effective = new TreeMap<>(settings);
            if (primary != null) {
                effective.put(PRIMARY, primary.connectionInfo(applicationName));
            }
            return effective;
        }

        private Path directory() {
            if (dataDirectory == null) {
                throw new IllegalStateException("dataDirectory(Path) is mandatory");
            }
            return dataDirectory;
        }
    }
}
