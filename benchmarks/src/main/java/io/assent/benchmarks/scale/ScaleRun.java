package io.assent.benchmarks.scale;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.checkout.Audit;
import io.assent.benchmarks.checkout.CoordinatorSystem;
import io.assent.benchmarks.checkout.InsertSystem;
import io.assent.benchmarks.checkout.Subject;
import io.assent.benchmarks.checkout.WarmUp;
import io.assent.benchmarks.checkout.stub.StubProcess;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Limits;
import io.assent.benchmarks.figures.Watch;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.load.Load;
import io.assent.benchmarks.load.Operation;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.MachineClock;
import io.assent.benchmarks.system.MeasuredService;
import io.assent.benchmarks.system.PostgresServer;
import io.assent.demo.system.Database;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Starts what the parts need and measures them. What counts commits shares one system; what leaves transactions behind has
 * another one, so that nobody pays for it.
 */
final class ScaleRun {

    /** What the second log takes: no service has a database here. */
    private static final PostgresServer.Capacity SERVICES = new PostgresServer.Capacity(100, 10);

    private static final String ONE = "1 coordinator";
    private static final int MOST_COORDINATORS = 3;
    private static final int BRANCHES = 2;

    private final Path repository;
    private final List<String> jvmOptions;
    private final @Nullable Path data;
    private final ScaleReport.Options options;
    private final Limits limits;
    private final Consumer<String> progress;
    private final Load load = new Load();
    private final List<String> unusable = new ArrayList<>();
    private @Nullable Machine machine;

    /**
     * @param data directory for the data of PostgreSQL; null: in the repository
     * @param progress is told, in a sentence each, what happens
     */
    ScaleRun(
            Path repository,
            List<String> jvmOptions,
            @Nullable Path data,
            ScaleReport.Options options,
            Limits limits,
            Consumer<String> progress) {
        this.repository = repository;
        this.jvmOptions = jvmOptions;
        this.data = data;
        this.options = options;
        this.limits = limits;
        this.progress = progress;
    }

    /** @throws IllegalStateException if something does not work, or has not done what it said; the message says what */
    ScaleReport measure() throws InterruptedException {
        Instant started = Instant.now();
        List<ThroughputPart> throughput = options.hasThroughput() ? throughput() : List.of();
        MemoryPart memory = null;
        InDoubtPart inDoubt = null;
        if (options.has(Part.MEMORY) || options.has(Part.IN_DOUBT)) {
            try (BenchSystem system = start()) {
                Initiator client = initiator(system, system.coordinator(), options.at());
                StubProcess stubs = StubProcess.start(system, BRANCHES);
                system.awaitReady();
                Subject healthy = healthy(system, client, stubs);
                warmUp(system).warm("the coordinator", healthy);
                if (options.has(Part.MEMORY)) {
                    memory = new MemoryRun(system, client, options, progress)
                            .measure(watch(system), machine(system).processors());
                    judge(List.of(), memory.disturbance());
                }
                if (options.has(Part.IN_DOUBT)) {
                    inDoubt = new InDoubtRun(
                                    system,
                                    client,
                                    stubs,
                                    new Candidate("healthy", options.at(), healthy),
                                    options,
                                    new Throughput(system, options, load, progress),
                                    progress)
                            .measure(watch(system), machine(system).processors());
                    judge(inDoubt.results(), inDoubt.disturbance());
                }
            }
        }
        return new ScaleReport(
                "scale",
                started,
                options,
                Objects.requireNonNull(machine, "no part was measured"),
                unusable.stream().distinct().toList(),
                throughput,
                memory,
                inDoubt);
    }

    private BenchSystem start() {
        BenchSystem system = BenchSystem.start(
                repository, new BenchSystem.Setup(options.mostFloorClients(), jvmOptions, data, false, SERVICES));
        // After a Ctrl-C, too, no process is left.
        Runtime.getRuntime().addShutdownHook(new Thread(system::close, "end-of-processes"));
        return system;
    }

    private static Initiator initiator(BenchSystem system, MeasuredService coordinator, int clients) {
        Initiator client = new Initiator(coordinator.url(), clients);
        system.onClose(client::close);
        return client;
    }

    private Machine machine(BenchSystem system) {
        Machine described =
                Machine.describe(system.jvmOptions(), system.logServer().version(), system.dataFileSystem());
        machine = described;
        return described;
    }

    private static Watch watch(BenchSystem system) {
        return new Watch(MachineClock.loadAverage(), system.cpu());
    }

    private WarmUp warmUp(BenchSystem system) {
        return new WarmUp(system, load, Duration.ofSeconds(options.warmupSeconds()), options.at(), progress);
    }

    private void judge(List<ThroughputResult> results, Disturbance disturbance) {
        unusable.addAll(limits.exceeded(results, disturbance));
    }

    /** Commits of branches of all participants but the one that will refuse its orders. */
    private static Subject healthy(BenchSystem system, Initiator client, StubProcess stubs) {
        Map<String, URI> healthy = new HashMap<>(stubs.participants());
        healthy.remove(InDoubtRun.REFUSING);
        MeasuredService coordinator = system.coordinator();
        return new Subject(
                client.prepared(healthy),
                CoordinatorSystem.acknowledgements(stubs, healthy.size()),
                stubs.process().cpu(),
                coordinator.cpu(),
                List.of(coordinator.url()));
    }

    // ---- what counts commits

    private List<ThroughputPart> throughput() throws InterruptedException {
        try (BenchSystem system = start()) {
            StubProcess stubs = StubProcess.start(system, BRANCHES);
            List<MeasuredService> coordinators = new ArrayList<>(List.of(system.coordinator()));
            if (options.has(Part.COORDINATORS)) {
                for (int number = 2; number <= MOST_COORDINATORS; number++) {
                    coordinators.add(system.joinCoordinator("coordinator-" + number));
                }
            }
            MeasuredService twoLogs = options.has(Part.SHARDS) ? twoLogs(system) : null;
            Subject inserts = options.has(Part.CLIENTS) ? InsertSystem.open(system) : null;
            system.awaitReady();
            Audit audit = CoordinatorSystem.acknowledgements(stubs, BRANCHES);
            Clients clients = new Clients(system, stubs, audit);
            WarmUp warmUp = warmUp(system);
            if (inserts != null) {
                warmUp.warm(InsertSystem.NAME, inserts);
            }
            warmUp.warm(ONE, clients.at(coordinators.subList(0, 1), options.at()));
            if (coordinators.size() > 1) {
                warmUp.warm("all coordinators", clients.at(coordinators, options.at()));
            }
            if (twoLogs != null) {
                warmUp.warm("the coordinator with two logs", clients.at(List.of(twoLogs), options.at()));
            }
            Throughput throughput = new Throughput(system, options, load, progress);
            List<ThroughputPart> parts = new ArrayList<>();
            if (inserts != null) {
                parts.add(part(system, Part.CLIENTS, throughput, againstInserts(clients, coordinators, inserts)));
            }
            if (options.has(Part.COORDINATORS)) {
                parts.add(part(system, Part.COORDINATORS, throughput, List.of(againstOne(clients, coordinators))));
            }
            if (twoLogs != null) {
                Throughput.Group group = new Throughput.Group(
                        new Candidate("1 log", options.at(), clients.at(coordinators.subList(0, 1), options.at())),
                        List.of(new Candidate("2 logs", options.at(), clients.at(List.of(twoLogs), options.at()))));
                parts.add(part(system, Part.SHARDS, throughput, List.of(group)));
            }
            return parts;
        }
    }

    private ThroughputPart part(BenchSystem system, Part part, Throughput throughput, List<Throughput.Group> groups)
            throws InterruptedException {
        progress.accept("Measuring " + part.text() + " ...");
        Watch watch = watch(system);
        List<ThroughputResult> results = throughput.measure(groups);
        Disturbance disturbance = watch.disturbance(machine(system).processors());
        judge(results, disturbance);
        return new ThroughputPart(part.text(), disturbance, results);
    }

    /** A further coordinator with two logs of its own, each in a PostgreSQL server of its own. */
    private static MeasuredService twoLogs(BenchSystem system) {
        Database second = system.createDatabase("second", "");
        return system.startCoordinator(
                "two-logs",
                Map.of(
                        "ASSENT_COORDINATOR_LOG_SHARDS_SECOND_URL",
                        second.jdbcUrl(),
                        "ASSENT_COORDINATOR_LOG_SHARDS_SECOND_USERNAME",
                        second.name(),
                        "ASSENT_COORDINATOR_LOG_SHARDS_SECOND_PASSWORD",
                        second.password()));
    }

    private List<Throughput.Group> againstInserts(
            Clients clients, List<MeasuredService> coordinators, Subject inserts) {
        return options.clients().stream()
                .map(number -> new Throughput.Group(
                        new Candidate(InsertSystem.NAME, ScaleReport.Options.floorClients(number), inserts),
                        List.of(new Candidate("coordinator", number, clients.at(coordinators.subList(0, 1), number)))))
                .toList();
    }

    private Throughput.Group againstOne(Clients clients, List<MeasuredService> coordinators) {
        List<Candidate> more = new ArrayList<>();
        for (int number = 2; number <= coordinators.size(); number++) {
            more.add(new Candidate(
                    number + " coordinators", options.at(), clients.at(coordinators.subList(0, number), options.at())));
        }
        return new Throughput.Group(
                new Candidate(ONE, options.at(), clients.at(coordinators.subList(0, 1), options.at())), more);
    }

    /** Makes the load of coordinators. */
    private final class Clients {

        private final BenchSystem system;
        private final StubProcess stubs;
        private final Audit audit;
        private final Map<URI, Operation> operations = new HashMap<>();

        Clients(BenchSystem system, StubProcess stubs, Audit audit) {
            this.system = system;
            this.stubs = stubs;
            this.audit = audit;
        }

        /** So many clients, spread over these coordinators. */
        Subject at(List<MeasuredService> coordinators, int number) {
            CpuMeter cpu = coordinators.stream().map(MeasuredService::cpu).reduce(CpuMeter.none(), CpuMeter::and);
            return new Subject(
                    new Spread(coordinators.stream().map(this::operation).toList(), number),
                    audit,
                    stubs.process().cpu(),
                    cpu,
                    coordinators.stream().map(MeasuredService::url).toList());
        }

        private Operation operation(MeasuredService coordinator) {
            int most = Stream.concat(options.clients().stream(), Stream.of(options.at()))
                    .max(Integer::compare)
                    .orElseThrow();
            return operations.computeIfAbsent(
                    coordinator.url(),
                    url -> initiator(system, coordinator, most).prepared(stubs.participants()));
        }
    }
}
