package io.assent.demo.system;

import io.assent.demo.process.ProcessSpec;
import io.assent.demo.process.ProcessStarter;
import io.assent.demo.process.SupervisedProcess;
import io.assent.embeddedpostgres.EmbeddedPostgres;
import io.assent.embeddedpostgres.ReplicatedPostgres;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole system on this machine: an embedded PostgreSQL with one database for each service, for the decision log a
 * replicated pair of its own if wanted, and the coordinator, the order service, the payment service and, if wanted, the
 * stock service in Node.js and {@link AllKinds} as supervised processes. State, logs and pid files are below one directory, which
 * one process uses at a time. Thread-safe after {@link #start}.
 */
public final class DemoSystem implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(DemoSystem.class);
    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    /** Twice as many start at the same time. */
    private static final Duration ALL_KINDS_START_TIMEOUT = Duration.ofMinutes(3);

    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);
    private static final String COORDINATOR = "coordinator";
    private static final String OPERATOR = "operator";
    private static final String ORDER_SERVICE = "order-service";
    private static final String PAYMENT_SERVICE = "payment-service";
    private static final String STOCK_SERVICE = "stock-service";
    private static final String POINTS_SERVICE = "points-service";
    private static final String POINTS_PROVIDER = "points-provider";
    private static final String BROKER = "broker";

    /**
     * What to start and where.
     *
     * @param repository the directory with the modules and their built jars
     * @param state where data, logs and pid files are kept
     * @param ports the ports; they also tell whether there is a stock service, and services of all kinds
     * @param replicated whether the decision log is on a primary and a synchronous standby; such a system has all its data
     *     apart, since branches in doubt belong to one log
     * @param serviceArguments further arguments for all services but the one in Node.js, such as {@code --logging.level.io.assent=debug}
     */
    public record Options(Path repository, Path state, Ports ports, boolean replicated, List<String> serviceArguments) {

        public Options {
            repository = repository.toAbsolutePath().normalize();
            state = state.toAbsolutePath().normalize();
            serviceArguments = List.copyOf(serviceArguments);
        }

        Path data() {
            return replicated ? state.resolve("replicated/data") : state.resolve("data");
        }

        Path narayana(String name) {
            return data().resolve("narayana").resolve(name);
        }

        Path log() {
            return state.resolve("replicated/log");
        }
    }

    private final Options options;
    private final Progress progress;
    private final ProcessStarter starter = new ProcessStarter();
    private final ScheduledExecutorService scheduler = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "supervisor");
        thread.setDaemon(true);
        return thread;
    });
    /** In the order in which they are started. */
    private final List<SupervisedProcess> processes = new CopyOnWriteArrayList<>();

    private final List<Service> services = new CopyOnWriteArrayList<>();
    private final FileChannel lock;
    private final DemoKeys keys;
    private @Nullable EmbeddedPostgres postgres;
    private @Nullable ReplicatedPostgres decisionLog;
    private @Nullable Database orders;
    private @Nullable Database payments;
    private @Nullable Database stock;
    private @Nullable AllKinds allKinds;
    private @Nullable Process training;
    private boolean closed;

    /**
     * One that is written in Java.
     *
     * @param training what makes the application's class archive
     */
    private record Service(SupervisedProcess process, ServiceApplication application, ProcessSpec training) {}

    private DemoSystem(Options options, Progress progress, FileChannel lock) {
        this.options = options;
        this.progress = progress;
        this.lock = lock;
        this.keys = new DemoKeys(options.state().resolve("keys"));
    }

    /**
     * Takes the state directory and cleans up what a killed run left; nothing is started yet.
     *
     * @throws DemoException when another process uses the directory
     */
    public static DemoSystem open(Options options, Progress progress) {
        try {
            Files.createDirectories(options.state());
            FileChannel channel = FileChannel.open(
                    options.state().resolve("launcher.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Path owner = options.state().resolve("launcher.pid");
            if (!tryLock(channel)) {
                channel.close();
                String pid = Files.exists(owner) ? Files.readString(owner).trim() : "unknown";
                throw new DemoException("Another ./demo runs in " + options.state() + " (process " + pid
                        + "). End it with Ctrl-C first.");
            }
            Files.writeString(owner, ProcessHandle.current().pid() + "\n");
            return new DemoSystem(options, progress, channel);
        } catch (IOException e) {
            throw new DemoException(options.state() + " cannot be used: " + e, e);
        }
    }

    private static boolean tryLock(FileChannel channel) throws IOException {
        try {
            FileLock taken = channel.tryLock();
            return taken != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** Deletes the data of such a system; to be called before {@link #start}. Servers that a killed run left are stopped first. */
    public void reset() {
        try {
            if (Files.exists(options.data().resolve("postgres/postmaster.pid"))) {
                EmbeddedPostgres.builder().dataDirectory(options.data()).start().close();
            }
            ServiceApplication.Directories.delete(options.data());
            if (options.replicated()) {
                if (Files.exists(options.log().resolve("primary"))) {
                    ReplicatedPostgres.builder()
                            .dataDirectory(options.log())
                            .start()
                            .close();
                }
                ServiceApplication.Directories.delete(options.log());
            }
            progress.done("All data of earlier runs is deleted");
        } catch (IOException e) {
            throw new DemoException("The data could not be deleted: " + e, e);
        }
    }

    /** Starts everything, at the same time where possible, and returns when all of it is ready. */
    public void start() {
        prepareServices();
        List<String> taken = options.ports().taken();
        if (!taken.isEmpty()) {
            throw new DemoException(String.join("\n", taken));
        }
        StockProgram stockProgram = options.ports().withStock() ? stockProgram() : null;
        progress.begun("Starting PostgreSQL");
        CompletableFuture<List<ServiceApplication>> applications = CompletableFuture.supplyAsync(this::extractAll);
        startPostgres();
        progress.begun("Preparing the services for a fast start");
        List<ServiceApplication> extracted = join(applications);

        List<String> coordinatorArguments = new ArrayList<>(List.of(
                "--assent.coordinator.participants.allowed-hosts=" + participantHosts(),
                "--assent.coordinator.log.mode=" + (options.replicated() ? "replicated" : "single")));
        coordinatorArguments.addAll(whoMayCall());
        service(
                extracted.get(0),
                COORDINATOR,
                options.ports().coordinator(),
                createLogDatabase(),
                coordinatorArguments);
        Database ordersDatabase = createDatabase("orders");
        Database paymentsDatabase = createDatabase("payments");
        orders = ordersDatabase;
        payments = paymentsDatabase;
        List<String> orderArguments = new ArrayList<>(participant(ORDER_SERVICE, orderUrl()));
        orderArguments.add("--sample.payment.url=" + paymentUrl());
        if (options.ports().withAllKinds()) {
            allKinds(extracted.get(1), paymentsDatabase, extracted.get(3));
            orderArguments.add("--sample.points.url=" + pointsUrl());
        } else {
            service(
                    extracted.get(1),
                    PAYMENT_SERVICE,
                    options.ports().payment(),
                    paymentsDatabase,
                    participant(PAYMENT_SERVICE, paymentUrl()));
        }
        if (stockProgram != null) {
            stockService(stockProgram);
            orderArguments.add("--sample.stock.url=" + stockUrl());
        }
        service(extracted.get(2), ORDER_SERVICE, options.ports().order(), ordersDatabase, orderArguments);

        progress.begun(
                "Starting " + processes.stream().map(SupervisedProcess::name).collect(Collectors.joining(", ")));
        processes.forEach(this::startUnlessClosed);
        List<CompletableFuture<Void>> ready = processes.stream()
                .map(process -> CompletableFuture.runAsync(() -> {
                    process.awaitReady();
                    progress.done(process.name() + " is ready (process " + process.pid() + ")");
                    log.info("The {} is ready; CPU time so far: {}", process.name(), process.cpuTime());
                }))
                .toList();
        ready.forEach(DemoSystem::join);
        // From now on a child that dies comes back; before, its death is an error that is shown.
        processes.forEach(process -> process.supervise(true));
    }

    private void prepareServices() {
        try {
            Files.createDirectories(runDirectory());
            Files.createDirectories(logDirectory());
        } catch (IOException e) {
            throw new DemoException(options.state() + " cannot be used: " + e, e);
        }
        for (String name : List.of(
                COORDINATOR, BROKER, PAYMENT_SERVICE, POINTS_PROVIDER, POINTS_SERVICE, STOCK_SERVICE, ORDER_SERVICE)) {
            SupervisedProcess leftover = new SupervisedProcess(
                    spec(name, List.of(), Map.of(), URI.create(url(1))), starter, scheduler, progress::note);
            if (leftover.killLeftover()) {
                progress.note("Ended the " + name + " of an earlier run that was killed.");
            }
        }
    }

    /**
     * Makes what the services start faster with the next time, one after the other in the background and with the lowest
     * priority. Writing these archives takes several times as long as a start, so nobody should have to wait for it.
     */
    public void prepareFasterStarts() {
        Thread thread = new Thread(
                () -> services.stream()
                        .filter(service -> !service.application().hasArchive())
                        .forEach(this::train),
                "training");
        thread.setDaemon(true);
        thread.start();
    }

    private void train(Service service) {
        try {
            Process process;
            synchronized (this) {
                if (closed) {
                    return;
                }
                process = starter.startInBackground(service.training());
                training = process;
            }
            if (process.waitFor() == 0) {
                service.application().keepArchive();
                log.info("The {} starts faster from now on.", service.process().name());
            }
        } catch (IOException e) {
            log.warn(
                    "The {} cannot be prepared for a faster start.",
                    service.process().name(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A Ctrl-C may close this while it starts: nothing may be started after that. */
    private synchronized void startUnlessClosed(SupervisedProcess process) {
        requireOpen();
        process.start();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("closed");
        }
    }

    private synchronized void startPostgres() {
        requireOpen();
        EmbeddedPostgres started = EmbeddedPostgres.builder()
                .dataDirectory(options.data())
                .port(options.ports().postgres())
                .portOption("--postgres-port")
                .start();
        postgres = started;
        progress.done("PostgreSQL is ready on 127.0.0.1:" + started.port() + " (durable: fsync=on)");
        if (options.replicated()) {
            ReplicatedPostgres pair =
                    ReplicatedPostgres.builder().dataDirectory(options.log()).start();
            decisionLog = pair;
            progress.done("The decision log's primary is ready on 127.0.0.1:"
                    + pair.primary().port() + ", its synchronous standby on 127.0.0.1:"
                    + pair.standby().port());
        }
    }

    private List<ServiceApplication> extractAll() {
        Path applications = options.state().resolve("applications");
        List<String> jars = new ArrayList<>(List.of(
                "coordinator-service/target/coordinator-service.jar",
                "sample-payment-service/target/sample-payment-service.jar",
                "sample-order-service/target/sample-order-service.jar"));
        if (options.ports().withAllKinds()) {
            jars.add("sample-points-service/target/sample-points-service.jar");
        }
        List<CompletableFuture<ServiceApplication>> all = jars.stream()
                .map(jar -> CompletableFuture.supplyAsync(() -> {
                    try {
                        return ServiceApplication.extracted(options.repository().resolve(jar), applications);
                    } catch (IOException e) {
                        throw new DemoException(jar + " could not be extracted: " + e, e);
                    }
                }))
                .toList();
        return all.stream().map(DemoSystem::join).toList();
    }

    private List<String> whoMayCall() {
        List<String> arguments = new ArrayList<>(List.of("--assent.security.mode=keys"));
        for (String name : List.of(ORDER_SERVICE, PAYMENT_SERVICE, POINTS_SERVICE, STOCK_SERVICE, OPERATOR)) {
            arguments.add("--assent.security.services." + name + ".keys=" + keys.digest(name));
        }
        arguments.add("--assent.security.services." + OPERATOR
                + ".scopes=tx:begin,tx:enlist,tx:decide,tx:inquire,tx:read,tx:operate");
        return arguments;
    }

    private List<String> participant(String name, String url) {
        return List.of(
                "--assent.coordinator.urls=" + coordinatorUrl(),
                "--assent.participant.name=" + name,
                "--assent.participant.url=" + url + "/assent/v1",
                "--sample.break.enabled=true",
                "--sample.break.coordinator-pid-file=" + runDirectory().resolve("coordinator.pid"));
    }

    private void service(
            ServiceApplication application, String name, int port, Database database, List<String> arguments) {
        service(application, name, port, database, arguments, arguments);
    }

    /** @param forTraining arguments for making the class archive, at the same time as the service itself runs */
    private void service(
            ServiceApplication application,
            String name,
            int port,
            Database database,
            List<String> arguments,
            List<String> forTraining) {
        // Secrets go through the environment: arguments can be read by every user of the machine.
        Map<String, String> environment = new HashMap<>(Map.of("SPRING_DATASOURCE_PASSWORD", database.password()));
        if (!name.equals(COORDINATOR)) {
            environment.put("ASSENT_COORDINATOR_KEY", keys.key(name));
        }
        URI readiness = URI.create(url(port) + "/actuator/health/readiness");
        ProcessSpec spec =
                spec(name, application.command(allArguments(port, database, arguments)), environment, readiness);
        ProcessSpec training = spec(
                name + "-training",
                application.trainingCommand(allArguments(port, database, forTraining)),
                environment,
                readiness);
        services.add(new Service(supervised(spec), application, training));
    }

    private List<String> allArguments(int port, Database database, List<String> arguments) {
        List<String> all = new ArrayList<>(List.of(
                "--server.port=" + port,
                "--server.address=127.0.0.1",
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.name()));
        all.addAll(arguments);
        all.addAll(options.serviceArguments());
        return all;
    }

    /** Started before the order service and stopped after it. */
    private void allKinds(ServiceApplication payment, Database paymentsDatabase, ServiceApplication points) {
        Ports ports = options.ports();
        SupervisedProcess broker = supervised(spec(
                BROKER,
                BrokerProgram.in(options.repository()).command(options.data().resolve("broker"), ports.broker()),
                Map.of(),
                BrokerProgram.address(ports.broker())));
        service(
                payment,
                PAYMENT_SERVICE,
                ports.payment(),
                paymentsDatabase.withLockTimeout("3s"),
                withReceipts("payment-1"),
                withReceipts("training"));
        Database providerDatabase = createDatabase("provider");
        service(points, POINTS_PROVIDER, ports.provider(), providerDatabase, List.of("provider"));
        Database pointsDatabase = createDatabase("points");
        List<String> pointsArguments = new ArrayList<>(participant(POINTS_SERVICE, pointsUrl()));
        pointsArguments.add("--sample.provider.url=" + url(ports.provider()));
        service(points, POINTS_SERVICE, ports.points(), pointsDatabase, pointsArguments);
        allKinds = new AllKinds(
                pointsDatabase,
                providerDatabase,
                process(POINTS_SERVICE),
                process(POINTS_PROVIDER),
                broker,
                BrokerProgram.address(ports.broker()));
    }

    private List<String> withReceipts(String node) {
        List<String> arguments = new ArrayList<>(participant(PAYMENT_SERVICE, paymentUrl()));
        arguments.addAll(List.of(
                "--spring.profiles.active=receipts",
                "--sample.receipts.broker-url="
                        + BrokerProgram.address(options.ports().broker()),
                "--assent.participant.jta.node-identifier=" + node,
                "--assent.participant.jta.object-store.directory=" + options.narayana(node),
                // It is beside the databases: what empties the one empties the others.
                "--assent.participant.jta.object-store.allow-ephemeral=true"));
        return arguments;
    }

    /** Started before the order service and stopped after it. */
    private void stockService(StockProgram program) {
        Database database = createDatabase("stock");
        stock = database;
        Map<String, String> environment = new HashMap<>(
                StockProgram.environment(database, options.ports().stock(), coordinatorUrl(), STOCK_SERVICE));
        environment.put("COORDINATOR_KEY", keys.key(STOCK_SERVICE));
        supervised(spec(STOCK_SERVICE, program.command(), environment, StockProgram.readiness(stockUrl())));
    }

    private StockProgram stockProgram() {
        progress.begun("Preparing the stock service");
        try {
            return StockProgram.installed(options.repository(), options.state().resolve("node"));
        } catch (IOException e) {
            throw new DemoException(
                    "The stock service needs Node.js and npm: " + e.getMessage()
                            + ".\nInstall Node.js 20 or newer, so that node and npm are on the PATH, and try again; or go on"
                            + " without --with-stock and --all-kinds.",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoException("Interrupted while preparing the stock service", e);
        }
    }

    private SupervisedProcess supervised(ProcessSpec spec) {
        SupervisedProcess process = new SupervisedProcess(spec, starter, scheduler, progress::note);
        processes.add(process);
        return process;
    }

    private ProcessSpec spec(String name, List<String> command, Map<String, String> environment, URI readiness) {
        return new ProcessSpec(
                name,
                command,
                environment,
                options.state(),
                runDirectory(),
                logDirectory().resolve(name + ".log"),
                readiness,
                options.ports().withAllKinds() ? ALL_KINDS_START_TIMEOUT : START_TIMEOUT,
                STOP_TIMEOUT);
    }

    private Database createLogDatabase() {
        ReplicatedPostgres pair = decisionLog;
        if (pair == null) {
            return createDatabase("coordinator");
        }
        String password = newPassword();
        pair.createDatabase("coordinator", "coordinator", password);
        // Without it the coordinator's doctor cannot see the standby.
        try (Connection connection = pair.primary().superuserConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("grant pg_read_all_stats to coordinator");
        } catch (SQLException e) {
            throw new DemoException("The user of the decision log could not be granted pg_read_all_stats: " + e, e);
        }
        return new Database(pair.jdbcUrl("coordinator"), "coordinator", password);
    }

    private static String newPassword() {
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        return HexFormat.of().formatHex(secret);
    }

    private Database createDatabase(String name) {
        String password = newPassword();
        postgres().createDatabase(name, name, password);
        return new Database(postgres().jdbcUrl(name), name, password);
    }

    private String participantHosts() {
        Ports ports = options.ports();
        return IntStream.of(ports.order(), ports.payment(), ports.stock(), ports.points())
                .filter(port -> port != Ports.NONE)
                .mapToObj(port -> "127.0.0.1:" + port)
                .collect(Collectors.joining(","));
    }

    /** The server that holds the services' databases. */
    public EmbeddedPostgres postgres() {
        EmbeddedPostgres started = postgres;
        if (started == null) {
            throw new IllegalStateException("not started");
        }
        return started;
    }

    /** The servers of the decision log; null if it is in {@link #postgres()}. */
    public @Nullable ReplicatedPostgres decisionLog() {
        return decisionLog;
    }

    /** The order service's database. */
    public Database orders() {
        Database database = orders;
        if (database == null) {
            throw new IllegalStateException("not started");
        }
        return database;
    }

    /** The payment service's database. */
    public Database payments() {
        Database database = payments;
        if (database == null) {
            throw new IllegalStateException("not started");
        }
        return database;
    }

    /** The stock service's database; null if there is no stock service. */
    public @Nullable Database stock() {
        return stock;
    }

    /** Null if there is none. */
    public @Nullable SupervisedProcess stockService() {
        return stock == null ? null : process(STOCK_SERVICE);
    }

    /** Null without {@code --all-kinds}. */
    public @Nullable AllKinds allKinds() {
        return allKinds;
    }

    public SupervisedProcess coordinator() {
        return process(COORDINATOR);
    }

    public SupervisedProcess payment() {
        return process(PAYMENT_SERVICE);
    }

    public SupervisedProcess order() {
        return process(ORDER_SERVICE);
    }

    private SupervisedProcess process(String name) {
        return processes.stream()
                .filter(process -> process.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("not started"));
    }

    public String coordinatorUrl() {
        return url(options.ports().coordinator());
    }

    public String orderUrl() {
        return url(options.ports().order());
    }

    public String paymentUrl() {
        return url(options.ports().payment());
    }

    /** Where the stock service is, if there is one. */
    public String stockUrl() {
        return url(options.ports().stock());
    }

    /** Where the points service is, if there is one. */
    public String pointsUrl() {
        return url(options.ports().points());
    }

    /** The key by which the coordinator knows the person at the keyboard, who may do everything. */
    public String operatorKey() {
        return keys.key(OPERATOR);
    }

    /** The file that it is in. */
    public Path operatorKeyFile() {
        return keys.file(OPERATOR);
    }

    public Path logDirectory() {
        return options.state().resolve("logs");
    }

    private Path runDirectory() {
        return options.state().resolve("run");
    }

    private static String url(int port) {
        return "http://127.0.0.1:" + port;
    }

    private static <T> T join(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Stops the services, then PostgreSQL; no process is left. Safe to repeat. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        Process trained = training;
        if (trained != null) {
            trained.destroyForcibly();
        }
        try {
            // The initiator first, so that nothing new begins; those who finish open transactions a moment later.
            for (int i = processes.size() - 1; i >= 0; i--) {
                processes.get(i).beginStop();
            }
            processes.forEach(SupervisedProcess::awaitStopped);
        } finally {
            ReplicatedPostgres pair = decisionLog;
            if (pair != null) {
                pair.close();
            }
            EmbeddedPostgres running = postgres;
            if (running != null) {
                running.close();
            }
            scheduler.shutdownNow();
            starter.close();
            release();
        }
    }

    private void release() {
        try {
            Files.deleteIfExists(options.state().resolve("launcher.pid"));
            lock.close();
        } catch (IOException e) {
            throw new DemoException("The lock of " + options.state() + " could not be released: " + e, e);
        }
    }
}
