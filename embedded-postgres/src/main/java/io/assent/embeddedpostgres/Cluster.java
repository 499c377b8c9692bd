package io.assent.embeddedpostgres;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server of one directory: initialised, started and stopped through PostgreSQL's own programs. Every method is called
 * under the directory's mutex.
 *
 * <pre>
 * postgres/           PGDATA
 * postgres.log        the server's log
 * superuser.password  generated at initialisation, readable by the owner only
 * users/              who uses the server now
 * </pre>
 */
final class Cluster {

    private static final Logger log = LoggerFactory.getLogger(Cluster.class);

    static final String SUPERUSER = "postgres";

    private static final String SETTINGS = "assent.conf";
    private static final int PORT_ATTEMPTS = 5;
    private static final int TAIL_LINES = 15;
    private static final Duration EXIT_WAIT = Duration.ofSeconds(2);
    private static final long LOG_LIMIT = 20L << 20;
    /** Backends of a killed server notice its death at their next wait. */
    private static final Duration ORPHANS_END = Duration.ofSeconds(15);

    private final Path directory;
    private final Programs programs;
    private final int majorVersion;
    private final Duration timeout;

    Cluster(Path directory, Binaries binaries, Duration timeout) {
        this.directory = directory;
        this.programs = new Programs(binaries);
        this.majorVersion = binaries.majorVersion();
        this.timeout = timeout;
    }

    Path data() {
        return directory.resolve("postgres");
    }

    Path logFile() {
        return directory.resolve("postgres.log");
    }

    String superuserPassword() throws IOException {
        return Files.readString(passwordFile()).trim();
    }

    private Path passwordFile() {
        return directory.resolve("superuser.password");
    }

    /** Makes the data directory unless it is there; refuses one of another major version. */
    void initialise(String password) throws IOException {
        programs.checkUser();
        Path version = data().resolve("PG_VERSION");
        if (Files.exists(version)) {
            String found = Files.readString(version).trim();
            if (!found.equals(String.valueOf(majorVersion))) {
                throw new EmbeddedPostgresException("The data in " + data() + " was made by PostgreSQL " + found
                        + ", this is PostgreSQL " + majorVersion + ". Choose another directory, or move the data with"
                        + " pg_dump of the old version; nothing was changed.");
            }
            return;
        }
        checkOwner();
        log.info("Initialising PostgreSQL {} in {}.", majorVersion, data());
        // A crash in the middle leaves the other name behind, never a half-made data directory.
        Path unfinished = directory.resolve("postgres.unfinished");
        Binaries.deleteTree(unfinished);
        Private.write(passwordFile(), password + "\n");
        Programs.Result result = programs.run(
                directory,
                timeout,
                "initdb",
                List.of(
                        "--pgdata=" + unfinished,
                        "--username=" + SUPERUSER,
                        "--pwfile=" + passwordFile(),
                        "--auth=scram-sha-256",
                        "--encoding=UTF8",
                        // The same order of strings on every machine.
                        "--locale-provider=builtin",
                        "--builtin-locale=C.UTF-8",
                        "--no-locale",
                        "--no-instructions"));
        if (result.exitCode() != 0) {
            throw new EmbeddedPostgresException("PostgreSQL's initdb failed in " + directory + " (exit code "
                    + result.exitCode() + "):\n" + tail(result.output()));
        }
        Files.writeString(
                unfinished.resolve("postgresql.conf"),
                "\n# Written at every start by the program that starts this server.\ninclude_if_exists '" + SETTINGS
                        + "'\n",
                StandardOpenOption.APPEND);
        Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    boolean initialised() {
        return Files.exists(data().resolve("PG_VERSION"));
    }

    /** Whether the data is a standby's: it follows a primary and has not been promoted. */
    boolean isStandby() {
        return Files.exists(standbySignal());
    }

    private Path standbySignal() {
        return data().resolve("standby.signal");
    }

    /**
     * Fills the data directory with a copy of the primary, as a standby that has not been started yet. What was there is
     * deleted: this server does not run.
     */
    void initialiseFrom(BaseBackup backup) throws IOException {
        programs.checkUser();
        checkOwner();
        log.info("Copying the primary to {}.", data());
        Path unfinished = directory.resolve("postgres.unfinished");
        Binaries.deleteTree(unfinished);
        Private.createDirectories(unfinished);
        backup.copyTo(unfinished);
        // The files need not be flushed here: a server that starts from a copy of a running one does that first.
        Private.write(passwordFile(), backup.superuserPassword() + "\n");
        Binaries.deleteTree(data());
        Files.move(unfinished, data(), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Makes a running standby a primary; returns when it accepts writes. */
    void promote() throws IOException {
        Programs.Result result = programs.run(
                data(),
                timeout.plusSeconds(10),
                "pg_ctl",
                List.of("promote", "--pgdata=" + data(), "--wait", "--timeout=" + timeout.toSeconds(), "--silent"));
        if (result.exitCode() != 0) {
            throw new EmbeddedPostgresException("The standby in " + data() + " could not be promoted:\n"
                    + tail(result.output()) + "\n" + logTail(0));
        }
    }

    Optional<Postmaster> running() throws IOException {
        return Postmaster.of(data());
    }

    /** Whether the running server was started with these settings. */
    boolean runsWith(SortedMap<String, String> settings) throws IOException {
        Path file = data().resolve(SETTINGS);
        return Files.exists(file) && withoutPort(Files.readString(file)).equals(withoutPort(render(settings, 0)));
    }

    /** Starts the server; with port 0 on a free one. */
    Postmaster start(SortedMap<String, String> settings, int port, String portOption) throws IOException {
        rotateLog();
        for (int attempt = 1; ; attempt++) {
            int chosen = port != 0 ? port : freePort();
            if (!isFree(chosen)) {
                throw new PortInUseException(chosen, portOption);
            }
            long logStart = Files.exists(logFile()) ? Files.size(logFile()) : 0;
            Programs.Result result = startOnce(settings, chosen);
            if (result.exitCode() == 0) {
                return running()
                        .orElseThrow(() -> new EmbeddedPostgresException(
                                "PostgreSQL was started in " + data() + " and ended at once:\n" + logTail(logStart)));
            }
            String tail = logTail(logStart);
            if (tail.contains("could not bind")) {
                // Taken between the look and the start: with port 0 another one will do.
                if (port != 0 || attempt == PORT_ATTEMPTS) {
                    throw new PortInUseException(chosen, portOption);
                }
                continue;
            }
            throw new EmbeddedPostgresException("PostgreSQL did not start in " + data() + ". The end of " + logFile()
                    + ":\n" + (tail.isBlank() ? tail(result.output()) : tail));
        }
    }

    private Programs.Result startOnce(SortedMap<String, String> settings, int port) throws IOException {
        Files.writeString(data().resolve(SETTINGS), render(settings, port));
        long deadline = System.nanoTime() + ORPHANS_END.toNanos();
        while (true) {
            long logStart = Files.exists(logFile()) ? Files.size(logFile()) : 0;
            Postmaster.removeStaleFile(data());
            Programs.Result result = programs.run(
                    data(),
                    timeout.plusSeconds(10),
                    "pg_ctl",
                    List.of(
                            "start",
                            "--pgdata=" + data(),
                            "--log=" + logFile(),
                            "--wait",
                            "--timeout=" + timeout.toSeconds(),
                            "--silent"));
            String tail = logTail(logStart);
            boolean orphans = tail.contains("shared memory block") || tail.contains("lock file \"postmaster.pid\"");
            if (result.exitCode() == 0 || !orphans || System.nanoTime() - deadline > 0) {
                return result;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    /** Kills every process of the server, paused or not: as if its machine were lost. */
    void kill() throws IOException {
        Postmaster.killAll(data(), timeout);
    }

    /** Ends connections and stops; what was committed is on disk. */
    void stop() throws IOException {
        Optional<Postmaster> server = running();
        if (server.isEmpty()) {
            return;
        }
        Programs.Result result = programs.run(
                data(),
                timeout.plusSeconds(10),
                "pg_ctl",
                List.of(
                        "stop",
                        "--pgdata=" + data(),
                        "--mode=fast",
                        "--wait",
                        "--timeout=" + timeout.toSeconds(),
                        "--silent"));
        if (result.exitCode() != 0 && running().isPresent()) {
            throw new EmbeddedPostgresException("PostgreSQL in " + data() + " did not stop within "
                    + timeout.toSeconds() + " s:\n" + tail(result.output()) + "\n" + logTail(0));
        }
        // pg_ctl waits for the pid file to go; the process itself ends a moment later.
        server.get().awaitEnd(EXIT_WAIT);
    }

    private static String render(SortedMap<String, String> settings, int port) {
        StringBuilder text = new StringBuilder();
        line(text, "listen_addresses", "127.0.0.1");
        line(text, "port", String.valueOf(port));
        line(text, "unix_socket_directories", "");
        for (Map.Entry<String, String> setting : settings.entrySet()) {
            line(text, setting.getKey(), setting.getValue());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        String quoted = value.replace("\\", "\\\\").replace("'", "''");
        text.append(name).append(" = '").append(quoted).append("'\n");
    }

    private static String withoutPort(String settings) {
        return settings.replaceAll("(?m)^port = .*\n", "");
    }

    /** In a user namespace root is nobody: it may write only where the directory's owner may. */
    private void checkOwner() throws IOException {
        if (programs.asRoot() && !Integer.valueOf(0).equals(Files.getAttribute(directory, "unix:uid"))) {
            throw new EmbeddedPostgresException("The directory " + directory + " belongs to "
                    + Files.getOwner(directory)
                    + ". Run as that user, or choose a directory that belongs to root: started"
                    + " by root, PostgreSQL runs without root's special rights and could not write there.");
        }
    }

    private void rotateLog() throws IOException {
        if (Files.exists(logFile()) && Files.size(logFile()) > LOG_LIMIT) {
            Files.move(logFile(), directory.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            return socket.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("127.0.0.1", port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private String logTail(long from) {
        try (RandomAccessFile file = new RandomAccessFile(logFile().toFile(), "r")) {
            long start = Math.max(from, file.length() - (64 << 10));
            byte[] bytes = new byte[(int) Math.max(0, file.length() - start)];
            file.seek(start);
            file.readFully(bytes);
            return tail(new String(bytes, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return "";
        }
    }

    private static String tail(String text) {
        List<String> lines = text.strip().lines().toList();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL_LINES), lines.size()));
    }
}
