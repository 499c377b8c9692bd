package io.assent.benchmarks.system;

import io.assent.benchmarks.service.PaymentApplication;
import io.assent.demo.broker.Broker;
import io.assent.demo.process.FreePorts;
import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.Database;
import io.assent.demo.system.ServiceApplication;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/**
 * One coordinator with a PostgreSQL server for its log, another server for the databases of all services, and the services
 * and further coordinators that are asked for. All are processes of their own on 127.0.0.1. Not thread-safe, but for {@link #close}.
 */
public final class BenchSystem implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BenchSystem.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(120);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    /** Small machines are the rule, and a fixed heap makes runs comparable. */
    public static final List<String> JVM_OPTIONS =
            List.of("-Xms256m", "-Xmx256m", "-XX:+UseSerialGC", "-Dfile.encoding=UTF-8", "-Djava.awt.headless=true");

    /** The coordinator's pools, those of other coordinators, and a connection for each client. */
    private static final PostgresServer.Capacity LOG_CAPACITY = new PostgresServer.Capacity(600, 100);

    private final Path repository;
    private final Path directory;
    private final Path applications;
    private final Path logs;
    private final Setup setup;
    private final List<String> jvmOptions;
    private final ProcessStarter starter = new ProcessStarter();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "supervisor");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, MeasuredService> services = new LinkedHashMap<>();
    private final List<PostgresServer> servers = new ArrayList<>();
    private final Set<Integer> ports = new HashSet<>();
    private final List<Runnable> closing = new ArrayList<>();
    private boolean closed;
    private final PostgresServer logServer;
    private final PostgresServer serviceServer;
    private final Database decisions;
    private final MeasuredService coordinator;

    /**
     * What is started.
     *
     * @param mostClients how many transactions will be under way at once, at most
     * @param jvmOptions for every Java process, after those that all have
     * @param data directory in which one for the data of PostgreSQL is made; null: in the repository, on the disk that it is on
     * @param replicatedLog whether the server of the decision log has a synchronous standby
     * @param services what the server of the services' databases has room for
     * @param coordinator environment of the coordinator
     */
    public record Setup(
            int mostClients,
            List<String> jvmOptions,
            @Nullable Path data,
            boolean replicatedLog,
            PostgresServer.Capacity services,
            Map<String, String> coordinator) {

        public Setup {
            jvmOptions = List.copyOf(jvmOptions);
            coordinator = Map.copyOf(coordinator);
        }

        /** With a coordinator that asks nobody who they are. */
        public Setup(
                int mostClients,
                List<String> jvmOptions,
                @Nullable Path data,
                boolean replicatedLog,
                PostgresServer.Capacity services) {
            this(mostClients, jvmOptions, data, replicatedLog, services, Map.of());
        }
    }

    private BenchSystem(Path repository, Setup setup) throws IOException {
        this.repository = repository.toAbsolutePath().normalize();
        this.setup = setup;
        this.jvmOptions =
                Stream.concat(JVM_OPTIONS.stream(), setup.jvmOptions().stream()).toList();
        Path state = this.repository.resolve(".bench");
        this.logs = Files.createDirectories(state.resolve("logs"));
        this.applications = state.resolve("applications");
        // Not the system's directory for temporary files: that may be in memory, where a flush costs nothing.
        this.directory = Files.createTempDirectory(setup.data() == null ? state : setup.data(), "run-");
        try {
            logServer = server(
                    setup.replicatedLog()
                            ? PostgresServer.startReplicated(directory.resolve("log-postgres"), LOG_CAPACITY)
                            : PostgresServer.start(directory.resolve("log-postgres"), LOG_CAPACITY));
            serviceServer = server(PostgresServer.start(directory.resolve("service-postgres"), setup.services()));
            decisions = logServer.createDatabase("decisions", "");
            coordinator = startCoordinator("coordinator", decisions, setup.coordinator());
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts the servers and the coordinator; {@link #awaitReady} waits for it.
     *
     * @param repository the directory with the modules and their built jars
     * @throws RuntimeException if something cannot be started, saying why; nothing is left running
     */
    public static BenchSystem start(Path repository, Setup setup) {
        try {
            return new BenchSystem(repository, setup);
        } catch (IOException e) {
            throw new UncheckedIOException("The system could not be prepared: " + e.getMessage(), e);
        }
    }

    private PostgresServer server(PostgresServer server) {
        servers.add(server);
        return server;
    }

    private MeasuredService startCoordinator(String name, Database database, Map<String, String> environment)
            throws IOException {
        Map<String, String> all = new LinkedHashMap<>(environment);
        // Unless a variant has it otherwise.
        all.putIfAbsent("ASSENT_SECURITY_MODE", "none");
        all.put("SPRING_DATASOURCE_PASSWORD", database.password());
        return application(
                name,
                "coordinator-service/target/coordinator-service.jar",
                List.of(
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.name(),
                        "--assent.coordinator.log.mode=" + (setup.replicatedLog() ? "replicated" : "single"),
                        "--assent.coordinator.participants.allowed-hosts=127.0.0.1:*"),
                all);
    }

    /**
     * A further coordinator, for whoever must not share {@link #coordinator()}: with a log of its own, a database in the server that
     * all logs are in.
     *
     * @param name of the process and of the database
     */
    public MeasuredService startCoordinator(String name, Map<String, String> environment) {
        try {
            return startCoordinator(name, logServer.createDatabase(name, ""), environment);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A further instance of {@link #coordinator()}: with the same settings, at the same log.
     *
     * @param name of the process
     */
    public MeasuredService joinCoordinator(String name) {
        try {
            return startCoordinator(name, decisions, setup.coordinator());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private MeasuredService application(
            String name, String jar, List<String> properties, Map<String, String> environment) throws IOException {
        ServiceApplication application = ServiceApplication.extracted(repository.resolve(jar), applications);
        int port = freePort();
        List<String> arguments = new ArrayList<>(List.of("--server.port=" + port, "--server.address=127.0.0.1"));
        arguments.addAll(properties);
        return start(name, port, application.command(jvmOptions, arguments), environment, "/actuator/health/readiness");
    }

    /** The points service of examples/own-log-participant, which has no database. */
    public MeasuredService pointsService() {
        MeasuredService running = services.get("own");
        if (running != null) {
            return running;
        }
        try {
            return application(
                    "own",
                    "examples/own-log-participant/target/own-log-participant.jar",
                    List.of(
                            "--assent.coordinator.urls=" + coordinator.url(),
                            "--points.journal=" + directory("own").resolve("points.journal")),
                    Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * A payment service with these properties and a main database of its own; kinds that name the same service share it.
     *
     * @param schema of the main database
     * @param properties as {@code --name=value}
     * @param environment for what must not be seen in a list of processes
     */
    public MeasuredService payments(
            String name, String schema, List<String> properties, Map<String, String> environment) {
        MeasuredService running = services.get(name);
        if (running != null) {
            return running;
        }
        List<String> arguments = new ArrayList<>(participant(name, coordinator));
        arguments.addAll(properties);
        arguments.add(pool(poolSize()));
        return springService(name, PaymentApplication.class, createDatabase(name, schema), arguments, environment);
    }

    /** The properties of a participant of this name, as {@code --name=value}. */
    public static List<String> participant(String name, MeasuredService coordinator) {
        return List.of(
                "--assent.coordinator.urls=" + coordinator.url(),
                "--assent.participant.name=" + name,
                "--assent.participant.url=http://127.0.0.1:{port}/assent/v1");
    }

    /**
     * A Spring Boot application of this class path.
     *
     * @param database its {@code DataSource}
     * @param properties as {@code --name=value}
     * @param environment for what must not be seen in a list of processes
     */
    public MeasuredService springService(
            String name,
            Class<?> application,
            Database database,
            List<String> properties,
            Map<String, String> environment) {
        return springService(name, List.of(), classPath(), application.getName(), database, properties, environment);
    }

    /**
     * A Spring Boot application of another class path.
     *
     * @param options for its JVM, after those that all have
     */
    public MeasuredService springService(
            String name,
            List<String> options,
            String classPath,
            String application,
            Database database,
            List<String> properties,
            Map<String, String> environment) {
        int port = freePort();
        List<String> arguments = new ArrayList<>(List.of(
                "--server.port=" + port,
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.name()));
        arguments.addAll(properties);
        Map<String, String> secrets = new LinkedHashMap<>(environment);
        secrets.put("SPRING_DATASOURCE_PASSWORD", database.password());
        return start(
                name, port, java(options, classPath, application, arguments), secrets, "/actuator/health/readiness");
    }

    /** The property that sizes a service's pool. */
    public static String pool(int connections) {
        return "--spring.datasource.hikari.maximum-pool-size=" + connections;
    }

    /** How many connections a service needs for its work: an open branch keeps one, and those are half of them at most. */
    public int poolSize() {
        return 2 * setup.mostClients() + 4;
    }

    /** A message broker; its {@code url} is what JMS clients connect to. */
    public MeasuredService broker() {
        MeasuredService running = services.get("broker");
        if (running != null) {
            return running;
        }
        int port = freePort();
        URI url = URI.create("tcp://127.0.0.1:" + port);
        List<String> command = java(
                List.of("-Dlogback.configurationFile=broker-logback.xml"),
                classPath(),
                Broker.class.getName(),
                List.of(directory.resolve("broker").toString(), Integer.toString(port)));
        return start("broker", url, command, Map.of(), url);
    }

    /** From now on {@link #service} knows a process by another address than that of its readiness. */
    public MeasuredService register(String name, MeasuredService service) {
        services.put(name, service);
        return service;
    }

    /** Starts any program that serves HTTP on this port of 127.0.0.1; {@link #awaitReady} waits for it. */
    public MeasuredService start(
            String name, int port, List<String> command, Map<String, String> environment, String readiness) {
        URI url = URI.create("http://127.0.0.1:" + port);
        return start(name, url, command, environment, url.resolve(readiness));
    }

    private synchronized MeasuredService start(
            String name, URI url, List<String> command, Map<String, String> environment, URI readiness) {
        if (closed) {
            throw new IllegalStateException("closed");
        }
        ProcessSpec spec = new ProcessSpec(
                name,
                command,
                environment,
                directory,
                directory.resolve("run"),
                logs.resolve(name + ".log"),
                readiness,
                START_TIMEOUT,
                STOP_TIMEOUT);
        SupervisedProcess process = new SupervisedProcess(spec, starter, scheduler, message -> log.warn("{}", message));
        MeasuredService service = new MeasuredService(process, url);
        services.put(name, service);
        process.start();
        return service;
    }

    /** A new database for a service, in the server that all of them share. */
    public Database createDatabase(String name, String schema) {
        return serviceServer.createDatabase(name, schema);
    }

    /** A new database in the server of the decision log. */
    public Database createLogDatabase(String name, String schema) {
        return logServer.createDatabase(name, schema);
    }

    /** How many transactions will be under way at once, at most. */
    public int mostClients() {
        return setup.mostClients();
    }

    /** Has this done before the servers are stopped. */
    public void onClose(Runnable task) {
        closing.add(task);
    }

    /** A new directory that is deleted with everything else. */
    public Path directory(String name) {
        try {
            return Files.createDirectories(directory.resolve(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A port of 127.0.0.1 that is free and was given to nobody before, who may not have taken it yet. */
    public int freePort() {
        int port = FreePorts.find(1).get(0);
        while (!ports.add(port)) {
            port = FreePorts.find(1).get(0);
        }
        return port;
    }

    /** The process that was started under this name; null if none was. */
    public @Nullable MeasuredService service(String name) {
        return services.get(name);
    }

    /** Returns when everything that was started can work; throws with the end of its log if something cannot. */
    public void awaitReady() {
        services.values().forEach(service -> service.process().awaitReady());
    }

    /** Of this program; a test's may be too long for a command line, there it is in a jar of its own. */
    public static String classPath() {
        return System.getProperty("java.class.path");
    }

    /** The command of a Java program with the options that all have. */
    public List<String> java(List<String> options, String classPath, String main, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main));
        command.addAll(arguments);
        return command;
    }

    /** The CPU time of everything that was started. */
    public CpuMeter cpu() {
        CpuMeter all = CpuMeter.none();
        for (PostgresServer server : servers) {
            all = all.and(server.cpu());
        }
        for (MeasuredService service : services.values()) {
            all = all.and(service.cpu());
        }
        return all;
    }

    /** Kind of file system that the data of PostgreSQL is on, such as ext4 or tmpfs. */
    public String dataFileSystem() {
        return fileSystem(directory);
    }

    /** Kind of file system that a directory is on. */
    public static String fileSystem(Path directory) {
        try {
            return Files.getFileStore(directory).type();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Of every Java process that was started. */
    public List<String> jvmOptions() {
        return jvmOptions;
    }

    /** One file for each process. */
    public Path logs() {
        return logs;
    }

    /** The root of the repository. */
    public Path repository() {
        return repository;
    }

    /** The one that is always started. */
    public MeasuredService coordinator() {
        return coordinator;
    }

    /** The log of {@link #coordinator()}. */
    public Database decisions() {
        return decisions;
    }

    /** The server of the decision log. */
    public PostgresServer logServer() {
        return logServer;
    }

    /** The server of the services' databases. */
    public PostgresServer serviceServer() {
        return serviceServer;
    }

    /** Ends every process and deletes what they have written, but their logs. Safe to repeat. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            closing.forEach(Runnable::run);
            services.values().forEach(service -> service.process().beginStop());
            services.values().forEach(service -> service.process().awaitStopped());
        } finally {
            servers.forEach(PostgresServer::close);
            scheduler.shutdownNow();
            starter.close();
            try {
                FileSystemUtils.deleteRecursively(directory);
            } catch (IOException e) {
                log.warn("{} could not be deleted: {}", directory, e.toString());
            }
        }
    }
}
