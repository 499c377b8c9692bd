package io.assent.chaos.simulation;

import io.assent.coordinator.engine.AdmissionLimits;
import io.assent.coordinator.engine.Backoff;
import io.assent.coordinator.engine.EngineSettings;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchRef;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One run: first everything fails as it likes, then the faults stop and everything has to come to its end. A quarter of
 * the runs have no faults and only branches that vote yes: there everything has to commit.
 *
 * <p>Real are the coordinator's engine and the starter's branch service, sweep, initiator and direct path to PostgreSQL;
 * models are the network, the clock, the decision log, PostgreSQL at the level of JDBC, and Spring around the starter.
 */
final class Simulation {

    private static final Duration CHAOS = Duration.ofSeconds(8);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration HALF_SECOND = Duration.ofMillis(500);
    private static final Duration LONGEST_LIFETIME = Duration.ofSeconds(10);
    private static final Duration RETENTION = Duration.ofSeconds(20);

    private final World world;
    private final ModelLog log;
    private final Checker checker;
    private final boolean clean;
    private final List<SimulatedCoordinator> coordinators = new ArrayList<>();
    private final List<Service> services = new ArrayList<>();
    private final Service shop;
    private final List<Checkout> checkouts = new ArrayList<>();
    private final List<PlainClient> clients = new ArrayList<>();
    private final Duration idleUntil;
    /** Of its own, so that what else a seed means did not change when late prepare came. */
    private final SplittableRandom lateChoices;

    private final SplittableRandom reservingChoices;

    private int toStart;
    private boolean healed;

    /** What a run was, for whoever wants to understand it. */
    record Run(Statistics statistics, List<String> trace) {}

    private Simulation(long seed, Twin twin, boolean tracing) {
        SplittableRandom choices = new SplittableRandom(seed ^ 0x5eedL);
        lateChoices = new SplittableRandom(seed ^ 0x1a7eL);
        reservingChoices = new SplittableRandom(seed ^ 0x7ccL);
        clean = choices.nextInt(4) == 0;
        Faults faults = clean ? Faults.NONE : Faults.random(choices);
        world = new World(seed, faults, tracing);
        checker = new Checker(world);
        world.stopAt(checker::first, CHAOS.plus(PATIENCE).multipliedBy(3));
        log = new ModelLog(world, checker, LONGEST_LIFETIME, RETENTION);
        checker.watch(log);
        Clocks clocks = new Clocks(choices, clean);
        EngineSettings settings = settings(choices, clean, admission(new SplittableRandom(seed ^ 0xad00a9L), clean));
        int instances = 2 + choices.nextInt(2);
        for (int i = 0; i < instances; i++) {
            coordinators.add(new SimulatedCoordinator(
                    world, "coordinator-" + i, log, checker, settings, clocks.ofServer(), twin));
        }
        shop = service("shop", 1, twin, clocks, true);
        for (int i = 0; i < 3; i++) {
            services.add(service("service-" + i, i == 0 ? 2 : 1, twin, clocks, i == 1));
        }
        if (!clean && choices.nextInt(10) == 0) {
            world.any(services).database.maxPrepared = 1;
        }
        toStart = 1 + choices.nextInt(4);
        for (int i = 0; i < toStart; i++) {
            int number = i;
            world.later(Duration.ofMillis(world.between(0, 2_000)), null, () -> start(number, clocks));
        }
        if (!clean) {
            world.aim(
                    CrashPoint.values()[choices.nextInt(CrashPoint.values().length)],
                    1 + (choices.nextInt(3) == 0 ? choices.nextInt(4) : 0));
            world.later(HALF_SECOND, null, this::misfortune);
        }
        CrashPoint target = world.target();
        boolean cleanup = target == CrashPoint.PARTICIPANT_CLEANUP || target == CrashPoint.COORDINATOR_CLEANUP;
        idleUntil = cleanup ? CHAOS.plus(SimulatedParticipant.MARKER_RETENTION).plusSeconds(10) : CHAOS;
        world.later(CHAOS, null, this::heal);
    }

    /** Whose clock is wrong, and by how much. */
    private record Clocks(SplittableRandom choices, boolean right) {

        Duration ofServer() {
            if (right || choices.nextInt(3) > 0) {
                return Duration.ZERO;
            }
            return choices.nextInt(4) == 0
                    ? Duration.ofHours(choices.nextBoolean() ? 24 : -24)
                    : Duration.ofSeconds(choices.nextInt(-60, 61));
        }

        /** Ids are made by this one: too old, forgotten, in the future (R9). */
        Duration ofInitiator() {
            if (right || choices.nextInt(4) > 0) {
                return Duration.ZERO;
            }
            return switch (choices.nextInt(5)) {
                case 0 -> Duration.ofSeconds(-15);
                case 1 -> Duration.ofDays(-1);
                case 2 -> Duration.ofSeconds(choices.nextInt(3, 12));
                default -> Duration.ofMillis(choices.nextInt(-5_000, 2_000));
            };
        }
    }

    private Service service(String name, int replicas, Twin twin, Clocks clocks, boolean replicated) {
        List<String> accounts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            accounts.add("account-" + i);
        }
        Service service = new Service(
                new ModelPostgres(world, checker, twin, name, replicated, accounts, 1_000),
                !name.equals("shop") && lateChoices.nextInt(3) == 0,
                !name.equals("shop") && reservingChoices.nextInt(3) == 0 ? new Outside(world, checker) : null);
        for (int i = 0; i < replicas; i++) {
            Duration offset = name.equals("shop") ? clocks.ofInitiator() : clocks.ofServer();
            service.replicas.add(new SimulatedParticipant(world, service, checker, coordinators, twin, offset));
        }
        checker.watch(service);
        coordinators.forEach(coordinator -> coordinator.meets(service));
        return service;
    }

    /** Drawn apart from the other choices, and wide for the seeds that once found something: they stay the runs they were. */
    private static AdmissionLimits admission(SplittableRandom choices, boolean clean) {
        return clean || choices.nextInt(4) != 0
                ? AdmissionLimits.defaults()
                : new AdmissionLimits(choices.nextInt(1, 4), 1, Duration.ofMillis(choices.nextInt(0, 20)));
    }

    private static EngineSettings settings(SplittableRandom choices, boolean clean, AdmissionLimits admission) {
        int inFlight = !clean && choices.nextInt(5) == 0 ? 2 : 1_000;
        return new EngineSettings(
                10,
                LONGEST_LIFETIME,
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                new Backoff(Duration.ofMillis(20), Duration.ofMillis(400)),
                new Backoff(Duration.ofMillis(50), Duration.ofMillis(800)),
                Duration.ofSeconds(1),
                Duration.ofMillis(2_500),
                inFlight,
                choices.nextInt(4) == 0 ? 0 : inFlight,
                20,
                Duration.ofSeconds(3),
                admission);
    }

    /** Everybody calls the three services; in the collected flow from the shop, which is a participant itself. */
    private void start(int number, Clocks clocks) {
        boolean collected = world.chance(world.aboutVotes() ? 0.1 : 0.5);
        Scenario scenario = Scenario.random(world, number, shop, services, clean, collected);
        if (!collected) {
            toStart--;
            clients.add(
                    new PlainClient(world, "client-" + number, checker, coordinators, scenario, clocks.ofInitiator()));
            return;
        }
        SimulatedParticipant home = shop.any(world);
        if (!home.up()) {
            world.later(Duration.ofMillis(100), null, () -> start(number, clocks));
            return;
        }
        toStart--;
        world.task(
                Duration.ZERO, home, () -> checkouts.add(Checkout.start(world, checker, home, coordinators, scenario)));
    }

    /**
     * Runs once.
     *
     * @throws Violation if an invariant does not hold, or if something is not over in time
     */
    static Run run(long seed, Twin twin, boolean tracing) {
        Logging.quiet(!tracing);
        Thread thread = Thread.currentThread();
        Thread.UncaughtExceptionHandler before = thread.getUncaughtExceptionHandler();
        RuntimeException[] escaped = new RuntimeException[1];
        thread.setUncaughtExceptionHandler((any, e) -> {
            if (escaped[0] == null) {
                escaped[0] = e instanceof RuntimeException r ? r : new IllegalStateException(e);
            }
        });
        Simulation simulation = null;
        try {
            simulation = new Simulation(seed, twin, tracing);
            simulation.run(escaped);
            return new Run(simulation.world.statistics, simulation.world.traced());
        } catch (RuntimeException e) {
            if (tracing && simulation != null) {
                simulation.world.traced().forEach(System.out::println);
            }
            throw e;
        } finally {
            thread.setUncaughtExceptionHandler(before);
        }
    }

    private void run(RuntimeException[] escaped) {
        long nextLook = CHAOS.toNanos();
        while (world.step()) {
            if (escaped[0] != null) {
                throw escaped[0];
            }
            if (world.time() < nextLook || !healed) {
                continue;
            }
            nextLook = world.time() + HALF_SECOND.toNanos();
            checker.endHeld();
            resolve();
            if (over()) {
                if (!log.poisoned().isEmpty()) {
                    // The others did not need it; now somebody repairs the row.
                    log.repair();
                } else if (world.time() >= idleUntil.toNanos()) {
                    world.statistics.countMost("requests about a branch in a second", checker.mostRequests());
                    checker.finish(log);
                    return;
                }
            } else if (world.time() > idleUntil.plus(PATIENCE).toNanos()) {
                throw new Violation("I5 is violated: not over " + PATIENCE + " after the last fault: " + leftOver());
            }
        }
        throw new IllegalStateException("nothing is left to happen");
    }

    private void heal() {
        healed = true;
        world.faults = Faults.NONE;
        world.aimNoMore();
        world.healPartitions();
        services.forEach(service -> service.database.maxPrepared = Integer.MAX_VALUE);
        log.heal();
        world.trace(() -> "---- nothing fails any more");
    }

    /** A person closes what ended heuristically, when everything else has been tried. */
    private void resolve() {
        for (TransactionRecord row : log.rows()) {
            if (row.completedAt() == null
                    && row.outcome() != null
                    && row.outcome().heuristic()) {
                world.any(coordinators).api().resolve(row.id(), "ended by hand");
            }
        }
    }

    private boolean over() {
        return toStart == 0
                && world.nothingToReplay()
                && checkouts.stream().allMatch(Checkout::idle)
                && clients.stream().allMatch(PlainClient::idle)
                && coordinators.stream().allMatch(coordinator -> coordinator.idle(log.poisoned()))
                && all().stream().allMatch(this::over)
                && log.rows().stream()
                        .allMatch(row ->
                                row.completedAt() != null || log.poisoned().contains(row.id()));
    }

    private boolean over(Service service) {
        return service.replicas.stream().allMatch(SimulatedParticipant::idle)
                && service.database.quiet(gid -> log.poisoned().stream().anyMatch(id -> gid.contains(id.toString())));
    }

    private List<Service> all() {
        List<Service> all = new ArrayList<>(services);
        all.add(shop);
        return all;
    }

    private String leftOver() {
        StringBuilder left = new StringBuilder();
        left.append(toStart).append(" to start; ");
        checkouts.stream().filter(c -> !c.idle()).forEach(c -> left.append("a checkout "));
        clients.stream().filter(c -> !c.idle()).forEach(c -> left.append(c.name).append(' '));
        coordinators.stream()
                .filter(c -> !c.idle(log.poisoned()))
                .forEach(c -> left.append(c.name).append(' '));
        all().stream()
                .filter(s -> !over(s))
                .forEach(s -> left.append(s.name)
                        .append(s.database.inDoubt())
                        .append(" and ")
                        .append(s.database.reservations())
                        .append(" reservations "));
        log.rows().stream()
                .filter(row -> row.completedAt() == null)
                .forEach(row -> left.append(row).append(' '));
        return left.toString();
    }

    private void misfortune() {
        if (world.time() > CHAOS.toNanos()) {
            return;
        }
        Faults faults = world.faults;
        for (SimulatedCoordinator coordinator : coordinators) {
            strike(coordinator, faults, faults.crash());
        }
        for (Service service : all()) {
            for (SimulatedParticipant participant : service.replicas) {
                strike(participant, faults, faults.crash() / 3);
            }
            if (world.chance(faults.database())) {
                service.database.restart();
            }
            if (world.chance(faults.byHand())) {
                // What is rolled back by hand against a COMMIT leaves its reservations to a person, too.
                BranchRef ended = service.database.endByHand(world.chance(0.5) || service.outside != null);
                if (ended != null) {
                    world.statistics.count("branch ended by hand");
                    checker.endedByHand(ended);
                }
            }
        }
        for (PlainClient client : clients) {
            if (world.chance(faults.crash() / 8)) {
                client.crash(Duration.ofMillis(100));
            }
        }
        if (world.chance(faults.stall())) {
            log.stall();
            world.later(Duration.ofMillis(world.between(5, 1_500)), null, () -> {
                if (healed || world.chance(0.5)) {
                    log.heal();
                } else {
                    failOver();
                }
            });
        } else if (world.chance(faults.failover())) {
            failOver();
        }
        if (world.chance(faults.partition())) {
            List<Process> everybody = new ArrayList<>(coordinators);
            all().forEach(service -> everybody.addAll(service.replicas));
            everybody.addAll(clients);
            world.partition(world.any(everybody), world.any(everybody), Duration.ofMillis(world.between(100, 4_000)));
        }
        if (world.chance(faults.poison())) {
            List<TransactionRecord> rows = new ArrayList<>(log.rows());
            if (!rows.isEmpty()) {
                log.poison(world.any(rows).id());
            }
        }
        // Not on the beat: anything may be under way when it strikes.
        world.later(Duration.ofMillis(world.between(50, 950)), null, this::misfortune);
    }

    private void strike(Process process, Faults faults, double crash) {
        if (world.chance(crash)) {
            process.crash(Duration.ofMillis(world.between(50, 2_000)));
        } else if (world.chance(faults.pause())) {
            world.statistics.count("process paused");
            process.pause(Duration.ofMillis(world.between(50, 5_000)));
        }
    }

    private void failOver() {
        log.failOver(world.chance(0.5) ? Duration.ofMillis(world.between(100, 3_000)) : Duration.ZERO);
    }
}
