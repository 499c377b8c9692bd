package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Backoff;
import io.assent.coordinator.engine.EngineSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * One run: first everything fails as it likes, then the faults stop and everything has to come to its end. A quarter of
 * the runs have no faults and only branches that vote yes: there everything has to commit.
 */
final class Simulation {

    private static final Duration CHAOS = Duration.ofSeconds(8);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration HALF_SECOND = Duration.ofMillis(500);
    private static final Duration LONGEST_LIFETIME = Duration.ofSeconds(60);

    private final World world;
    private final ModelLog log;
    private final Checker checker;
    private final List<SimulatedCoordinator> coordinators = new ArrayList<>();
    private final List<ModelParticipant> participants = new ArrayList<>();
    private final List<ModelInitiator> initiators = new ArrayList<>();

    /** What a run was, for whoever wants to understand it. */
    record Run(Statistics statistics, List<String> trace) {}

    private Simulation(long seed, Twin twin, boolean tracing) {
        SplittableRandom choices = new SplittableRandom(seed ^ 0x5eedL);
        boolean clean = choices.nextInt(4) == 0;
        Faults faults = clean ? Faults.NONE : Faults.random(choices);
        world = new World(seed, faults, tracing);
        checker = new Checker(world);
        log = new ModelLog(world, checker, LONGEST_LIFETIME);
        checker.watch(log);
        boolean clocksApart = !clean && choices.nextInt(3) == 0;
        EngineSettings settings = settings(choices, clean);
        for (int i = 0; i < 2; i++) {
            Duration offset = clocksApart ? Duration.ofSeconds(choices.nextInt(-60, 61)) : Duration.ZERO;
            coordinators.add(new SimulatedCoordinator(world, "coordinator-" + i, log, checker, settings, offset, twin));
        }
        for (int i = 0; i < 3; i++) {
            ModelParticipant participant = new ModelParticipant(world, "service-" + i, checker, coordinators, twin);
            participants.add(participant);
            checker.watch(participant);
            coordinators.forEach(coordinator -> coordinator.meets(participant));
        }
        int transactions = 1 + choices.nextInt(4);
        for (int i = 0; i < transactions; i++) {
            initiators.add(new ModelInitiator(world, "initiator-" + i, checker, coordinators, participants, clean));
        }
        if (!clean) {
            world.later(HALF_SECOND, null, this::misfortune);
        }
    }

    private static EngineSettings settings(SplittableRandom choices, boolean clean) {
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
                Duration.ofSeconds(3));
    }

    /**
     * Runs once.
     *
     * @throws Violation if an invariant does not hold, or if something is not over in time
     */
    static Run run(long seed, Twin twin, boolean tracing) {
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
        boolean healed = false;
        long nextLook = CHAOS.toNanos();
        while (world.step()) {
            Violation violation = checker.first();
            if (violation != null) {
                throw violation;
            }
            if (escaped[0] != null) {
                throw escaped[0];
            }
            if (world.time() < nextLook) {
                continue;
            }
            nextLook = world.time() + HALF_SECOND.toNanos();
            if (!healed) {
                healed = true;
                world.faults = Faults.NONE;
                log.heal();
            } else if (over()) {
                checker.finish(log);
                return;
            } else if (world.time() > CHAOS.plus(PATIENCE).toNanos()) {
                throw new Violation("I5 is violated: not over " + PATIENCE + " after the last fault: " + leftOver());
            }
        }
        throw new IllegalStateException("nothing is left to happen");
    }

    private boolean over() {
        return initiators.stream().allMatch(ModelInitiator::idle)
                && participants.stream().allMatch(ModelParticipant::idle)
                && coordinators.stream().allMatch(SimulatedCoordinator::idle)
                && log.rows().stream().allMatch(row -> row.completedAt() != null);
    }

    private String leftOver() {
        StringBuilder left = new StringBuilder();
        initiators.stream()
                .filter(i -> !i.idle())
                .forEach(i -> left.append(i.name).append(' '));
        participants.stream()
                .filter(p -> !p.idle())
                .forEach(p -> left.append(p.name).append(p.prepared()).append(' '));
        coordinators.stream()
                .filter(c -> !c.idle())
                .forEach(c -> left.append(c.name).append(' '));
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
            if (world.chance(faults.crash())) {
                coordinator.crash(Duration.ofMillis(world.between(50, 2_000)));
            } else if (world.chance(faults.pause())) {
                world.statistics.count("coordinator paused");
                coordinator.pause(Duration.ofMillis(world.between(50, 5_000)));
            }
        }
        for (ModelParticipant participant : participants) {
            if (world.chance(faults.crash() / 2)) {
                participant.crash(Duration.ofMillis(world.between(50, 2_000)));
            }
        }
        for (ModelInitiator initiator : initiators) {
            if (world.chance(faults.crash() / 8)) {
                initiator.crash(Duration.ofMillis(100));
            }
        }
        if (world.chance(faults.stall())) {
            log.stall();
            world.later(Duration.ofMillis(world.between(5, 1_500)), null, () -> {
                if (world.chance(0.5)) {
                    log.heal();
                } else {
                    log.failOver();
                }
            });
        } else if (world.chance(faults.failover())) {
            log.failOver();
        }
        // Not on the beat: anything may be under way when it strikes.
        world.later(Duration.ofMillis(world.between(50, 950)), null, this::misfortune);
    }
}
