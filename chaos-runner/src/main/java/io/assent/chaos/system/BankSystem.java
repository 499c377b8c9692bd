package io.assent.chaos.system;

import io.assent.demo.node.NodeRuntime;
import io.assent.demo.process.FreePorts;
import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.Database;
import io.assent.demo.system.ServiceApplication;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Coordinators that share one decision log, and banks with a database each, as processes of their own on 127.0.0.1. The log
 * and the banks' databases are in PostgreSQL servers of their own; the log may be replicated ({@link ReplicatedLog}). Every
 * connection between two of them can be led through something else ({@link Links}). Thread-safe once {@link #start} has
 * returned.
 */
public final class BankSystem implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(BankSystem.class);
    private static final String LOG_DATABASE = "decisions";
    private static final String STORE = "bank.store";
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration TRAINING_TIMEOUT = Duration.ofMinutes(3);

    /**
     * A coordinator with something planted in it.
     *
     * @param mainClass what is started
     * @param classPath where it is, beside the coordinator's own classes and libraries
     */
    public record Variant(String mainClass, List<Path> classPath) {

        public Variant {
            classPath = List.copyOf(classPath);
        }
    }

    /**
     * What to start and where.
     *
     * @param repository the directory with the modules and their built jars
     * @param state an empty or new directory for data, logs and pid files
     * @param coordinators how many, 1 to 5
     * @param kinds of the banks in their order, 1 to 9
     * @param replicatedLog starts the decision log; null: it is one server without a standby
     * @param variant another program in place of the coordinator; null: the one that ships
     * @param links what stands between them
     * @param coordinatorArguments further arguments for every coordinator, such as
     *     {@code --assent.coordinator.recovery.interval=500ms}
     * @param bankArguments further arguments for every bank
     */
    public record Options(
            Path repository,
            Path state,
            int coordinators,
            List<BankKind> kinds,
            ReplicatedLog.@Nullable Starter replicatedLog,
            @Nullable Variant variant,
            Links links,
            List<String> coordinatorArguments,
            List<String> bankArguments) {

        public Options {
            kinds = List.copyOf(kinds);
            if (coordinators < 1 || coordinators > 5 || kinds.isEmpty() || kinds.size() > 9) {
                throw new IllegalArgumentException(
                        "1 to 5 coordinators and 1 to 9 banks, not " + coordinators + " and " + kinds.size());
            }
            repository = repository.toAbsolutePath().normalize();
            state = state.toAbsolutePath().normalize();
            coordinatorArguments = List.copyOf(coordinatorArguments);
            bankArguments = List.copyOf(bankArguments);
        }

        /** Two coordinators and so many banks that prepare early, connected directly. */
        public static Options of(Path repository, Path state, int banks) {
            return new Options(
                    repository,
                    state,
                    2,
                    BankKind.withLate(banks, 0),
                    null,
                    null,
                    Links.direct(),
                    List.of(),
                    List.of());
        }

        /** How many banks. */
        public int banks() {
            return kinds.size();
        }

        public Options withLinks(Links links) {
            return new Options(
                    repository,
                    state,
                    coordinators,
                    kinds,
                    replicatedLog,
                    variant,
                    links,
                    coordinatorArguments,
                    bankArguments);
        }

        /** With one bank of each of these kinds, 1 to 9. */
        public Options withKinds(List<BankKind> changed) {
            return new Options(
                    repository,
                    state,
                    coordinators,
                    changed,
                    replicatedLog,
                    variant,
                    links,
                    coordinatorArguments,
                    bankArguments);
        }

        /** With a decision log of several servers, which this one starts. */
        public Options withReplicatedLog(ReplicatedLog.Starter starter) {
            return new Options(
                    repository,
                    state,
                    coordinators,
                    kinds,
                    starter,
                    variant,
                    links,
                    coordinatorArguments,
                    bankArguments);
        }

        /** With so many coordinators, 1 to 5. */
        public Options withCoordinators(int number) {
            return new Options(
                    repository,
                    state,
                    number,
                    kinds,
                    replicatedLog,
                    variant,
                    links,
                    coordinatorArguments,
                    bankArguments);
        }

        /** With another program in place of the coordinator. */
        public Options withCoordinator(Variant other) {
            return new Options(
                    repository,
                    state,
                    coordinators,
                    kinds,
                    replicatedLog,
                    other,
                    links,
                    coordinatorArguments,
                    bankArguments);
        }

        public Options withArguments(List<String> forCoordinators, List<String> forBanks) {
            return new Options(
                    repository, state, coordinators, kinds, replicatedLog, variant, links, forCoordinators, forBanks);
        }
    }

    private final Options options;
    private final Consumer<String> listener;
    private final ProcessStarter starter = new ProcessStarter();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "supervisor");
        thread.setDaemon(true);
        return thread;
    });
    private final Map<String, Endpoint> endpoints = new HashMap<>();
    private final Map<Link, Endpoint> linked = new ConcurrentHashMap<>();
    private final List<PostgresNode> servers = new ArrayList<>();
    private @Nullable ReplicatedLog replicatedLog;
    private @Nullable PostgresNode logServer;
    private @Nullable PostgresNode bankServer;
    private final List<Database> bankDatabases = new ArrayList<>();
    private final Map<String, Database> furtherDatabases = new HashMap<>();
    private final List<ServiceNode> coordinators = new ArrayList<>();
    private final List<ServiceNode> banks = new ArrayList<>();
    private final Database logDatabase;
    private boolean closed;

    private BankSystem(Options options, Consumer<String> listener) throws IOException {
        this.options = options;
        this.listener = listener;
        Files.createDirectories(options.state());
        Files.createDirectories(logDirectory());
        Files.createDirectories(runDirectory());
        ReplicatedLog.Starter starter = options.replicatedLog();
        try {
            // First: the ports of the others are looked for when its servers have taken theirs.
            logDatabase = starter == null ? singleLog() : startReplicatedLog(starter);
            List<String> names = new ArrayList<>(List.of("bank-postgres"));
            numbered("coordinator", options.coordinators(), names);
            numbered("bank", options.banks(), names);
            findPorts(names);
            PostgresNode banks = postgres("bank-postgres");
            bankServer = banks;
            for (int i = 1; i <= options.banks(); i++) {
                String name = "bank-" + i;
                bankDatabases.add(createDatabase(banks, name));
                kind(name)
                        .further()
                        .ifPresent(further -> furtherDatabases.put(name, createDatabase(banks, name + "-" + further)));
            }
            addServices();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Starts everything and returns when all of it is ready. The first start after a build takes longer: it prepares the
     * applications for fast starts.
     *
     * @param listener told, in a sentence each, of processes that ended by themselves
     * @throws RuntimeException if something cannot be started, saying why; nothing is left running
     */
    public static BankSystem start(Options options, Consumer<String> listener) {
        BankSystem system;
        try {
            system = new BankSystem(options, listener);
        } catch (IOException e) {
            throw new UncheckedIOException("The system could not be prepared in " + options.state() + ": " + e, e);
        }
        try {
            system.services().forEach(service -> service.process().start());
            system.services().forEach(ServiceNode::awaitReady);
            // From now on a process that dies comes back; before, its death is an error that is shown.
            system.services().forEach(service -> service.process().supervise(true));
            return system;
        } catch (RuntimeException e) {
            system.close();
            throw e;
        }
    }

    private static void numbered(String prefix, int count, List<String> names) {
        for (int i = 1; i <= count; i++) {
            names.add(prefix + "-" + i);
        }
    }

    private void findPorts(List<String> names) {
        List<Integer> ports = FreePorts.find(names.size());
        for (int i = 0; i < names.size(); i++) {
            endpoints.put(names.get(i), Endpoint.loopback(ports.get(i)));
        }
    }

    private PostgresNode postgres(String name) {
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .dataDirectory(options.state().resolve(name))
                .port(endpoint(name).port())
                .start();
        PostgresNode node = new PostgresNode(name, server);
        servers.add(node);
        return node;
    }

    private Database singleLog() {
        findPorts(List.of("log-postgres"));
        PostgresNode server = postgres("log-postgres");
        logServer = server;
        return createDatabase(server, LOG_DATABASE);
    }

    private Database startReplicatedLog(ReplicatedLog.Starter starter) {
        ReplicatedLog started = starter.start(options.state().resolve("log-postgres"), logDirectory());
        replicatedLog = started;
        List<Endpoint> servers = started.servers();
        for (int i = 0; i < servers.size(); i++) {
            endpoints.put(logServerName(i), servers.get(i));
        }
        String password = newPassword();
        started.createDatabase(LOG_DATABASE, password);
        return new Database(ReplicatedLog.jdbcUrl(servers, LOG_DATABASE), LOG_DATABASE, password);
    }

    /** What the server of that index is called in a {@link Link}. */
    private static String logServerName(int index) {
        return "log-postgres-" + (index + 1);
    }

    private static Database createDatabase(PostgresNode node, String name) {
        String password = newPassword();
        node.server().createDatabase(name, name, password);
        return new Database(node.endpoint().jdbcUrl(name), name, password);
    }

    private static String newPassword() {
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    private void addServices() throws IOException {
        Path applications = options.repository().resolve(".chaos/applications");
        ServiceApplication coordinator = application("coordinator-service", applications);
        ServiceApplication bank = application("bank-service", applications);
        List<ProcessSpec> specs = new ArrayList<>();
        for (int i = 1; i <= options.coordinators(); i++) {
            String name = "coordinator-" + i;
            specs.add(spec(name, logDatabase, logUrl(name), coordinatorArguments(name), Map.of()));
        }
        for (int i = 1; i <= options.banks(); i++) {
            String name = "bank-" + i;
            Database database = bankDatabases.get(i - 1);
            specs.add(kind(name) == BankKind.NODE ? nodeSpec(name, database) : bankSpec(name, database));
        }
        train(coordinator, specs.get(0));
        int javaBank = firstJavaBank();
        if (javaBank >= 0) {
            train(bank, specs.get(options.coordinators() + javaBank));
        }
        for (int i = 0; i < specs.size(); i++) {
            boolean coordinates = i < options.coordinators();
            ProcessSpec spec = specs.get(i);
            if (!coordinates && kind(spec.name()) == BankKind.NODE) {
                addBank(spec);
                continue;
            }
            Variant variant = coordinates ? options.variant() : null;
            ServiceApplication application = coordinates ? coordinator : bank;
            ProcessSpec whole = spec.withCommand(
                    variant == null
                            ? application.command(spec.command())
                            : application.command(variant.mainClass(), variant.classPath(), spec.command()));
            if (coordinates) {
                SupervisedProcess process = new SupervisedProcess(whole, starter, scheduler, listener);
                coordinators.add(ServiceNode.of(process, endpoint(spec.name())));
                linked("client", spec.name());
            } else {
                addBank(whole);
            }
        }
    }

    private void addBank(ProcessSpec whole) {
        String name = whole.name();
        BankKind kind = kind(name);
        banks.add(new ServiceNode(
                new SupervisedProcess(whole, starter, scheduler, listener),
                endpoint(name),
                kind.metrics(),
                kind == BankKind.JTA ? objectStore(name) : null));
        linked("client", name);
    }

    /** The index of one that is trained for fast starts; -1: there is none. */
    private int firstJavaBank() {
        return IntStream.range(0, options.banks())
                .filter(i -> options.kinds().get(i) != BankKind.NODE)
                .findFirst()
                .orElse(-1);
    }

    private ServiceApplication application(String module, Path applications) throws IOException {
        return ServiceApplication.extracted(
                options.repository().resolve(module + "/target/" + module + ".jar"), applications);
    }

    /** Once per build: a kill is followed by a start, and that should not be what most of the time is spent on. */
    private void train(ServiceApplication application, ProcessSpec arguments) throws IOException {
        if (application.hasArchive()) {
            return;
        }
        ProcessSpec spec = arguments.withCommand(application.trainingCommand(arguments.command()));
        Process training = starter.startInBackground(spec);
        try {
            if (training.waitFor(TRAINING_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS) && training.exitValue() == 0) {
                application.keepArchive();
            } else {
                log.warn("The {} could not be prepared for fast starts; see {}.", spec.name(), spec.logFile());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            training.destroyForcibly();
        }
    }

    /** A bank in Node.js, with its program. */
    private ProcessSpec nodeSpec(String name, Database database) throws IOException {
        String server = linked(name, "bank-postgres") + "/" + database.name();
        return new ProcessSpec(
                name,
                List.of(
                        node().toString(),
                        options.repository()
                                .resolve("bank-service/src/node/bank.mjs")
                                .toString()),
                Map.of(
                        "DATABASE_URL",
                        "postgres://" + database.name() + ":" + database.password() + "@" + server,
                        "PORT",
                        Integer.toString(endpoint(name).port()),
                        "COORDINATOR_URLS",
                        coordinatorUrls(name),
                        "PARTICIPANT_NAME",
                        name,
                        // As with the others: each coordinator is configured with its own link to it.
                        "PARTICIPANT_URL",
                        ""),
                options.state(),
                runDirectory(),
                logDirectory().resolve(name + ".log"),
                URI.create(endpoint(name).httpUrl() + "/health"),
                START_TIMEOUT,
                STOP_TIMEOUT);
    }

    /** A Node.js that has what the bank's program needs. */
    private Path node() throws IOException {
        try {
            NodeRuntime runtime = NodeRuntime.find(options.repository().resolve(".chaos/node"));
            runtime.installDependencies(options.repository().resolve("examples/node-participant"));
            return runtime.node();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while preparing Node.js", e);
        }
    }

    private ProcessSpec bankSpec(String name, Database database) {
        Endpoint server = linked(name, "bank-postgres");
        // Agroal has no other place for what application.yml says of HikariCP's connections.
        String limits = "?connectTimeout=2&socketTimeout=15&options=-c%20lock_timeout=2s";
        List<String> arguments = bankArguments(name);
        Map<String, String> secrets = new HashMap<>();
        String url = server.jdbcUrl(database.name());
        Database further = furtherDatabases.get(name);
        if (further != null) {
            boolean jta = kind(name) == BankKind.JTA;
            String prefix = jta ? "assent.participant.jta.databases.copy" : STORE;
            addDatabase(prefix, further, server.jdbcUrl(further.name()) + (jta ? limits : ""), arguments, secrets);
            url += jta ? limits : "";
        }
        if (kind(name) == BankKind.OWN) {
            addDatabase(STORE, database, url, arguments, secrets);
            return spec(name, arguments, secrets);
        }
        return spec(name, database, url, arguments, secrets);
    }

    private static void addDatabase(
            String prefix, Database database, String url, List<String> arguments, Map<String, String> secrets) {
        arguments.add("--" + prefix + ".url=" + url);
        arguments.add("--" + prefix + ".username=" + database.name());
        // Through the environment: arguments can be read by every user of the machine.
        secrets.put(prefix.toUpperCase(Locale.ROOT).replace('.', '_') + "_PASSWORD", database.password());
    }

    /** A process without its program: the command holds the arguments only. */
    private ProcessSpec spec(
            String name, Database database, String url, List<String> further, Map<String, String> secrets) {
        List<String> arguments = new ArrayList<>(further);
        Map<String, String> environment = new HashMap<>(secrets);
        addDatabase("spring.datasource", database, url, arguments, environment);
        return spec(name, arguments, environment);
    }

    private ProcessSpec spec(String name, List<String> further, Map<String, String> environment) {
        List<String> arguments =
                new ArrayList<>(List.of("--server.port=" + endpoint(name).port(), "--server.address=127.0.0.1"));
        arguments.addAll(further);
        return new ProcessSpec(
                name,
                arguments,
                environment,
                options.state(),
                runDirectory(),
                logDirectory().resolve(name + ".log"),
                URI.create(endpoint(name).httpUrl() + "/actuator/health/readiness"),
                START_TIMEOUT,
                STOP_TIMEOUT);
    }

    private String logUrl(String coordinator) {
        ReplicatedLog replicated = replicatedLog;
        if (replicated == null) {
            return linked(coordinator, "log-postgres").jdbcUrl(LOG_DATABASE);
        }
        List<Endpoint> servers = new ArrayList<>();
        for (int i = 0; i < replicated.servers().size(); i++) {
            servers.add(linked(coordinator, logServerName(i)));
        }
        return ReplicatedLog.jdbcUrl(servers, LOG_DATABASE);
    }

    private List<String> coordinatorArguments(String name) {
        List<String> arguments = new ArrayList<>(List.of("--assent.security.mode=none"));
        if (options.replicatedLog() != null) {
            arguments.add("--assent.coordinator.log.mode=replicated");
        }
        for (int i = 1; i <= options.banks(); i++) {
            String bank = "bank-" + i;
            arguments.add("--assent.coordinator.participants.services." + bank + ".url="
                    + linked(name, bank).httpUrl() + "/assent/v1");
        }
        arguments.addAll(options.coordinatorArguments());
        return arguments;
    }

    /** A bank names no address in its votes: each coordinator is configured with its own link to it. */
    private List<String> bankArguments(String name) {
        List<String> arguments = new ArrayList<>(
                List.of("--assent.participant.name=" + name, "--assent.coordinator.urls=" + coordinatorUrls(name)));
        for (int i = 1; i <= options.banks(); i++) {
            String peer = "bank-" + i;
            if (!peer.equals(name)) {
                arguments.add("--bank.peers." + peer + "=" + linked(name, peer).httpUrl());
            }
        }
        arguments.addAll(
                switch (kind(name)) {
                    case EARLY, NODE -> List.of();
                    case LATE ->
                        List.of(
                                "--assent.participant.prepare=late",
                                // Room for every client, and for those that went away before they asked for the commit.
                                "--spring.datasource.hikari.maximum-pool-size=40",
                                "--assent.participant.late.max-open=32",
                                "--assent.participant.late.max-idle=5s");
                    case JTA ->
                        List.of(
                                "--assent.participant.resources=jta",
                                "--assent.participant.jta.node-identifier=" + name,
                                "--assent.participant.jta.object-store.directory=" + objectStore(name),
                                // It is lost on purpose.
                                "--assent.participant.jta.object-store.allow-ephemeral=true",
                                "--assent.participant.jta.pool-size=16",
                                "--assent.participant.jta.pool-timeout=3s");
                    case TCC ->
                        List.of(
                                "--bank.balances=vault",
                                "--spring.flyway.locations=classpath:db/reserving",
                                // Longer than a try waits for its vault.
                                "--assent.participant.reservations.cancel-delay=5s");
                    case OWN ->
                        List.of(
                                "--bank.balances=log",
                                "--assent.participant.resources=own",
                                // application.yml speaks of a DataSource, which this bank does not have.
                                "--spring.autoconfigure.exclude="
                                        + "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration");
                });
        arguments.addAll(options.bankArguments());
        return arguments;
    }

    private String coordinatorUrls(String bank) {
        List<String> urls = new ArrayList<>();
        for (int i = 1; i <= options.coordinators(); i++) {
            urls.add(linked(bank, "coordinator-" + i).httpUrl());
        }
        return String.join(",", urls);
    }

    private Path objectStore(String bank) {
        return options.state().resolve(bank + "-narayana");
    }

    /** How that bank takes part. */
    public BankKind kind(String bank) {
        return options.kinds().get(Integer.parseInt(bank.substring("bank-".length())) - 1);
    }

    private Endpoint linked(String from, String to) {
        return linked.computeIfAbsent(
                new Link(from, to), link -> options.links().through(link, endpoint(to)));
    }

    private Endpoint endpoint(String name) {
        Endpoint endpoint = endpoints.get(name);
        if (endpoint == null) {
            throw new IllegalArgumentException("There is no " + name);
        }
        return endpoint;
    }

    /** What a client outside connects to for the named process: its link {@code client>name}. */
    public Endpoint forClients(String name) {
        return linked("client", name);
    }

    public List<ServiceNode> coordinators() {
        return List.copyOf(coordinators);
    }

    public List<ServiceNode> banks() {
        return List.copyOf(banks);
    }

    /** The server of a decision log that is not replicated. */
    public PostgresNode logPostgres() {
        return require(logServer, "the log is replicated");
    }

    /**
     * The servers of a replicated decision log.
     *
     * @param kind of what the options start
     */
    public <T extends ReplicatedLog> T replicatedLog(Class<T> kind) {
        return kind.cast(require(replicatedLog, "the log is not replicated"));
    }

    /** The server of the banks' databases. */
    public PostgresNode bankPostgres() {
        return require(bankServer, "it was not started");
    }

    private static <T> T require(@Nullable T present, String reason) {
        if (present == null) {
            throw new IllegalStateException("There is no such server: " + reason);
        }
        return present;
    }

    /** The decision log, connected to directly. */
    public Database logDatabase() {
        return logDatabase;
    }

    /** The banks' databases in the order of {@link #banks()}, connected to directly. */
    public List<Database> bankDatabases() {
        return List.copyOf(bankDatabases);
    }

    /** That bank's second database, connected to directly; see {@link BankKind#further()}. */
    public Optional<Database> furtherDatabase(String bank) {
        return Optional.ofNullable(furtherDatabases.get(bank));
    }

    /** Everything that can be broken, but the servers of a replicated log, which are several of one. */
    public List<Node> nodes() {
        List<Node> nodes = new ArrayList<>(coordinators);
        nodes.addAll(banks);
        nodes.addAll(servers);
        return nodes;
    }

    /** One file for each process. */
    public Path logDirectory() {
        return options.state().resolve("logs");
    }

    private Path runDirectory() {
        return options.state().resolve("run");
    }

    private List<ServiceNode> services() {
        List<ServiceNode> services = new ArrayList<>(coordinators);
        services.addAll(banks);
        return services;
    }

    /** Ends every process, also paused ones; none is left. What is below the state directory stays. Safe to repeat. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            services().forEach(service -> service.process().beginStop());
            services().forEach(service -> service.process().awaitStopped());
        } finally {
            List<CompletableFuture<Void>> ending = servers.stream()
                    .map(server -> CompletableFuture.runAsync(server::close))
                    .toList();
            ReplicatedLog replicated = replicatedLog;
            if (replicated != null) {
                replicated.close();
            }
            ending.forEach(CompletableFuture::join);
            scheduler.shutdownNow();
            starter.close();
        }
    }
}
