package io.assent.chaos.patroni;

import io.assent.chaos.patroni.PatroniApi.Member;
import io.assent.chaos.system.Endpoint;
import io.assent.chaos.system.ReplicatedLog;
import io.assent.demo.process.FreePorts;
import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * A decision log of three servers under Patroni, in strict synchronous mode, with one etcd. Who is the primary is Patroni's
 * decision alone. Breaking it is for one thread.
 */
public final class PatroniCluster implements ReplicatedLog {

    private static final int SERVERS = 3;
    private static final Duration START = Duration.ofSeconds(120);
    private static final Duration STOP = Duration.ofSeconds(20);
    /** A server that was the primary may have to be copied anew. */
    private static final Duration MEND = Duration.ofSeconds(180);

    private static final Duration POLL = Duration.ofMillis(100);

    private final PatroniPrograms programs;
    private final ProcessStarter starter = new ProcessStarter();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "patroni-supervisor");
        thread.setDaemon(true);
        return thread;
    });
    private final String password;
    private final Path logs;
    private final Path run;
    private final SupervisedProcess etcd;
    private final List<PatroniNode> nodes = new ArrayList<>();
    private boolean closed;

    private PatroniCluster(PatroniPrograms programs, Path data, Path logs) throws IOException {
        this.programs = programs;
        this.logs = Files.createDirectories(logs);
        this.run = Files.createDirectories(data.resolve("run"));
        this.password = newPassword();
        List<Integer> ports = FreePorts.find(2 + 2 * SERVERS);
        Endpoint etcdEndpoint = Endpoint.loopback(ports.get(0));
        this.etcd = etcd(data, etcdEndpoint, Endpoint.loopback(ports.get(1)));
        for (int i = 1; i <= SERVERS; i++) {
            nodes.add(node(new PatroniSettings(
                    "log-postgres-" + i,
                    Endpoint.loopback(ports.get(2 * i)),
                    Endpoint.loopback(ports.get(2 * i + 1)),
                    etcdEndpoint,
                    Files.createDirectories(data.resolve("server-" + i)),
                    programs,
                    password)));
        }
    }

    /**
     * See {@link ReplicatedLog.Starter#start}.
     *
     * @throws MissingProgramsException if something has to be installed first
     */
    public static PatroniCluster start(Path data, Path logs) {
        PatroniPrograms programs = PatroniPrograms.find();
        PatroniCluster cluster;
        try {
            cluster = new PatroniCluster(programs, data, logs);
        } catch (IOException e) {
            throw new UncheckedIOException("A cluster cannot be prepared in " + data + ": " + e, e);
        }
        try {
            cluster.etcd.start();
            cluster.etcd.awaitReady();
            cluster.nodes.forEach(PatroniNode::start);
            cluster.awaitWhole(START);
            return cluster;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            cluster.close();
            throw new IllegalStateException("Interrupted while a cluster was started", e);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private SupervisedProcess etcd(Path data, Endpoint clients, Endpoint peers) {
        return process(
                "etcd",
                data,
                programs.command(
                        programs.etcd(),
                        List.of(
                                "--name=etcd",
                                // Of both versions of the API: which one is used depends on Patroni's version.
                                "--enable-v2=true",
                                "--data-dir=" + data.resolve("etcd"),
                                "--listen-client-urls=" + clients.httpUrl(),
                                "--advertise-client-urls=" + clients.httpUrl(),
                                "--listen-peer-urls=" + peers.httpUrl(),
                                "--initial-advertise-peer-urls=" + peers.httpUrl(),
                                "--initial-cluster=etcd=" + peers.httpUrl())),
                clients.httpUrl() + "/health");
    }

    private PatroniNode node(PatroniSettings settings) throws IOException {
        Path file = Files.createFile(
                settings.directory().resolve("patroni.json"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(file, settings.json());
        SupervisedProcess manager = process(
                settings.name(),
                settings.directory(),
                programs.command(programs.patroni(), List.of(file.toString())),
                settings.api().httpUrl() + "/liveness");
        return new PatroniNode(settings, manager);
    }

    private SupervisedProcess process(String name, Path directory, List<String> command, String readiness) {
        ProcessSpec spec = new ProcessSpec(
                name,
                command,
                Map.of("LC_ALL", "C"),
                directory,
                run,
                logs.resolve(name + ".log"),
                URI.create(readiness),
                START,
                STOP);
        return new SupervisedProcess(spec, starter, scheduler, line -> {});
    }

    private static String newPassword() {
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    /** In the order of {@link #servers()}. */
    public List<PatroniNode> nodes() {
        return List.copyOf(nodes);
    }

    @Override
    public List<Endpoint> servers() {
        return nodes.stream().map(PatroniNode::endpoint).toList();
    }

    /**
     * Lets Patroni make the synchronous standby the primary, in good order; returns when it has done so.
     *
     * @throws IllegalStateException if it does not
     */
    public void switchOver(PatroniNode leader) throws InterruptedException {
        String standby = members().stream()
                .filter(Member::isSynchronousStandby)
                .map(Member::name)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("Patroni has no synchronous standby to switch over to"));
        leader.api().switchover(leader.name(), standby);
    }

    /**
     * Waits until every server is there: a primary, and all others follow it, one of them synchronously.
     *
     * @return the primary
     * @throws IllegalStateException if that takes too long
     */
    public PatroniNode awaitWhole() throws InterruptedException {
        return awaitWhole(MEND);
    }

    private PatroniNode awaitWhole(Duration patience) throws InterruptedException {
        long end = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() - end < 0) {
            List<Member> members = members();
            Optional<PatroniNode> leader =
                    members.stream().filter(Member::isLeader).findFirst().map(this::node);
            if (leader.isPresent()
                    && members.stream().anyMatch(Member::isSynchronousStandby)
                    && isFollowedByAll(leader.get())) {
                return leader.get();
            }
            Thread.sleep(POLL.toMillis());
        }
        throw new IllegalStateException("The cluster was not whole within " + patience.toSeconds()
                + " s; Patroni says: " + members() + ". See log-postgres-*.log in " + logs);
    }

    /** Asks the server: what Patroni knows of one that was lost may be as old as that. */
    private boolean isFollowedByAll(PatroniNode leader) {
        try (Connection connection = superuser(List.of(leader.endpoint()));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select not pg_is_in_recovery()"
                        + " and count(*) filter (where state = 'streaming') = " + (SERVERS - 1)
                        + " and count(*) filter (where sync_state = 'sync') > 0 from pg_stat_replication")) {
            row.next();
            return row.getBoolean(1);
        } catch (SQLException e) {
            return false;
        }
    }

    /** As the first server sees it whose Patroni answers and knows of a leader. */
    private List<Member> members() throws InterruptedException {
        for (PatroniNode node : nodes) {
            List<Member> members = node.api().members();
            if (members.stream().anyMatch(Member::isLeader)) {
                return members;
            }
        }
        return List.of();
    }

    private PatroniNode node(Member member) {
        return nodes.stream()
                .filter(node -> node.name().equals(member.name()))
                .findFirst()
                .orElseThrow();
    }

    private Connection superuser(List<Endpoint> servers) throws SQLException {
        return DriverManager.getConnection(
                ReplicatedLog.jdbcUrl(servers, "postgres") + "&connectTimeout=5&socketTimeout=60",
                PatroniSettings.SUPERUSER,
                password);
    }

    @Override
    public void createDatabase(String name, String ownerPassword) {
        try (Connection connection = superuser(servers());
                Statement statement = connection.createStatement()) {
            String owner = statement.enquoteIdentifier(name, true);
            statement.execute("create role " + owner + " login password " + statement.enquoteLiteral(ownerPassword));
            statement.execute("create database " + owner + " owner " + owner);
            statement.execute("revoke connect on database " + owner + " from public");
        } catch (SQLException e) {
            throw new IllegalStateException("Database " + name + " could not be made: " + e.getMessage(), e);
        }
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        nodes.forEach(PatroniNode::beginStop);
        nodes.forEach(PatroniNode::awaitStopped);
        etcd.stop();
        scheduler.shutdownNow();
        starter.close();
    }
}
