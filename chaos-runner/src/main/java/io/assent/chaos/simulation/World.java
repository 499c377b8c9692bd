package io.assent.chaos.simulation;

import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One thread, one virtual clock, one source of randomness: the same seed always gives the same run.
 *
 * <p>Code that blocks (the starter's: it waits for locks, for coordinators, for other threads) runs in a task. Where it
 * waits, the world goes on within the wait and comes back when the time has come, so a waiting task lies below whatever
 * happens meanwhile and goes on no earlier than that has ended. To the task this looks as if its thread had been given no
 * processor for a while, which real threads have to stand too. How deep tasks may lie is bounded.
 */
final class World {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private static final int MAX_DEPTH = 24;
    private static final long GRACE = 100_000_000;

    final SplittableRandom random;
    final Statistics statistics;
    Faults faults;
    private final @Nullable List<String> trace;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<String, Long> partitions = new HashMap<>();
    private final Map<TransactionId, Shape> shapes = new HashMap<>();
    private Supplier<@Nullable RuntimeException> wrong = () -> null;
    private long now;
    private long sequence;
    private long end = Long.MAX_VALUE;
    private final @Nullable Process[] waiting = new Process[MAX_DEPTH + 1];
    private final long[] untils = new long[MAX_DEPTH + 1];
    private int depth;
    private int replays;
    private @Nullable Frame frame;

    private @Nullable CrashPoint target;
    private int visitsLeft;

    /** The task that runs: which incarnation it belongs to. */
    private record Frame(Process process, int epoch) {}

    private record Event(long time, long sequence, @Nullable Process process, int epoch, boolean task, Runnable body)
            implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(time, other.time);
            return byTime != 0 ? byTime : Long.compare(sequence, other.sequence);
        }
    }

    World(long seed, Faults faults, boolean tracing) {
        this.random = new SplittableRandom(seed);
        this.faults = faults;
        this.statistics = new Statistics();
        this.trace = tracing ? new ArrayList<>() : null;
    }

    /** @param failure what is wrong, if anything is: then nothing happens any more */
    void stopAt(Supplier<@Nullable RuntimeException> failure, Duration latest) {
        wrong = failure;
        end = latest.toNanos();
    }

    Instant now() {
        return START.plusNanos(now);
    }

    /** Nanoseconds since the start. */
    long time() {
        return now;
    }

    /** Whether no message of long ago is still on its way. */
    boolean nothingToReplay() {
        return replays == 0;
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    // ---- crash points

    void shape(TransactionId id, Shape shape) {
        shapes.put(id, shape);
    }

    @Nullable
    CrashPoint target() {
        return target;
    }

    /** Whether this run is about votes that are asked for: then transactions are made that leave some to be asked. */
    boolean aboutVotes() {
        return target == CrashPoint.COORDINATOR_AFTER_SOME_PREPARES
                || target == CrashPoint.COORDINATOR_AFTER_SOME_VOTES;
    }

    /** In this run, the {@code visit}-th time that somebody comes to the point, it is killed there. */
    void aim(CrashPoint point, int visit) {
        target = point;
        visitsLeft = visit;
    }

    /** From here on nobody is killed, except while cleaning up, which comes late. */
    void aimNoMore() {
        if (target != CrashPoint.PARTICIPANT_CLEANUP && target != CrashPoint.COORDINATOR_CLEANUP) {
            target = null;
        }
    }

    /** Called where a crash point is; kills the process if this run is about this point. */
    boolean reached(CrashPoint point, Process process, TransactionId id) {
        return reached(point, process, () -> id);
    }

    /** The same where to find out the transaction costs something. */
    boolean reached(CrashPoint point, Process process, Supplier<@Nullable TransactionId> whose) {
        if (target != point || !process.up()) {
            return false;
        }
        TransactionId id = whose.get();
        Shape shape = id == null ? null : shapes.get(id);
        if (shape == null || --visitsLeft > 0) {
            return false;
        }
        target = null;
        statistics.crashed(point, shape);
        trace(() -> process.name + " is killed at: " + point + " (" + shape + ")");
        process.crash(Duration.ofMillis(between(20, 2_000)));
        return true;
    }

    // ---- what happens later

    /** Runs {@code body} later in a process, unless the process has crashed by then; while it is paused, it waits. */
    void later(Duration delay, @Nullable Process process, Runnable body) {
        add(delay.toNanos(), process, process == null ? 0 : process.epoch(), false, body);
    }

    /** The same for code that may block. */
    void task(Duration delay, Process process, Runnable body) {
        add(delay.toNanos(), process, process.epoch(), true, body);
    }

    private void add(long delay, @Nullable Process process, int epoch, boolean task, Runnable body) {
        events.add(new Event(now + delay, sequence++, process, epoch, task, body));
    }

    /** Nothing gets from one to the other for a while. */
    void partition(Process from, Process to, Duration length) {
        trace(() -> "nothing gets from " + from.name + " to " + to.name + " for " + length);
        partitions.put(from.name + ">" + to.name, now + length.toNanos());
    }

    void healPartitions() {
        partitions.clear();
    }

    private boolean cut(Process from, Process to) {
        if (partitions.isEmpty()) {
            return false;
        }
        Long until = partitions.get(from.name + ">" + to.name);
        return until != null && until > now;
    }

    /** A message that arrives at whatever incarnation of the process is up; lost, doubled, delayed, replayed. */
    void send(Process from, Process to, Runnable arrives, Runnable refused) {
        if (chance(faults.loss()) || cut(from, to)) {
            return;
        }
        int copies = chance(faults.duplication()) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            arrive(delay(), to, arrives, refused);
        }
        if (chance(faults.replay())) {
            replays++;
            later(Duration.ofMillis(between(1_000, 25_000)), null, () -> {
                replays--;
                statistics.count("message replayed");
                arrive(Duration.ZERO, to, arrives, refused);
            });
        }
    }

    private void arrive(Duration delay, Process to, Runnable arrives, Runnable refused) {
        later(delay, null, () -> {
            if (to.up()) {
                task(Duration.ZERO, to, arrives);
            } else {
                refused.run();
            }
        });
    }

    /** A reply that arrives only at the incarnation that asked. */
    private void reply(Process from, Process to, int epoch, Runnable arrives) {
        if (chance(faults.loss()) || cut(from, to)) {
            return;
        }
        int copies = chance(faults.duplication()) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            add(delay().toNanos(), to, epoch, true, arrives);
        }
    }

    /**
     * A call that ends once: with a reply, or with {@code failed}, which is told whether the connection was refused.
     *
     * @param server what the called process does with the request; it may respond later, or never
     */
    <T> void call(
            Process from,
            Process to,
            Duration timeout,
            Consumer<Consumer<T>> server,
            Consumer<T> replied,
            Consumer<Boolean> failed) {
        int epoch = from.epoch();
        boolean[] over = new boolean[1];
        Consumer<Boolean> fail = refused -> {
            if (!over[0]) {
                over[0] = true;
                failed.accept(refused);
            }
        };
        task(timeout, from, () -> fail.accept(false));
        send(
                from,
                to,
                () -> server.accept(value -> reply(to, from, epoch, () -> {
                    if (!over[0]) {
                        over[0] = true;
                        replied.accept(value);
                    }
                })),
                () -> add(0, from, epoch, true, () -> fail.accept(true)));
    }

    /** A call from within a task, which waits for it; null if there was no reply in time. */
    <T> @Nullable T ask(Process from, Process to, Duration timeout, Consumer<Consumer<T>> server) {
        int epoch = from.epoch();
        List<T> reply = new ArrayList<>(1);
        boolean[] refused = new boolean[1];
        // Not a task: it only leaves the reply where the waiting one looks.
        send(
                from,
                to,
                () -> server.accept(value -> {
                    if (!chance(faults.loss()) && !cut(to, from)) {
                        add(delay().toNanos(), from, epoch, false, () -> reply.add(value));
                    }
                }),
                () -> refused[0] = true);
        await(from, timeout, () -> refused[0] || !reply.isEmpty());
        return reply.isEmpty() ? null : reply.get(0);
    }

    private Duration delay() {
        return chance(faults.slow())
                ? Duration.ofMillis(between(100, 4_000))
                : Duration.ofNanos(1_000L * between(200, 8_000));
    }

    // ---- waiting

    /**
     * Lets time pass within a task.
     *
     * @return whether what was waited for has happened
     * @throws Killed if the process was killed meanwhile
     */
    boolean await(Process process, Duration limit, BooleanSupplier done) {
        Frame mine = frame;
        int epoch = mine == null || mine.process != process ? process.epoch() : mine.epoch;
        if (!process.lives(epoch)) {
            throw new Killed(process.name);
        }
        GlobalTransactionContext bound = CurrentTransaction.get();
        CurrentTransaction.clear();
        long until = now + limit.toNanos();
        add(limit.toNanos(), null, 0, false, () -> {});
        waiting[depth] = process;
        untils[depth++] = until;
        try {
            while (process.lives(epoch) && (process.pausedUntil() > now || (now < until && !done.getAsBoolean()))) {
                if (!step()) {
                    break;
                }
            }
        } finally {
            depth--;
            frame = mine;
            if (bound != null) {
                CurrentTransaction.set(bound);
            }
        }
        if (!process.lives(epoch)) {
            throw new Killed(process.name);
        }
        return done.getAsBoolean();
    }

    /** The incarnation to which what runs now belongs. */
    int epochOf(Process process) {
        return frame != null && frame.process == process ? frame.epoch : process.epoch();
    }

    /** Runs the next event; false when there is none. */
    boolean step() {
        RuntimeException failure = wrong.get();
        if (failure != null) {
            throw failure;
        }
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        now = Math.max(now, event.time);
        if (now > end) {
            throw new Violation("I5 is violated: something waits for ever");
        }
        Process process = event.process;
        if (process == null) {
            event.body.run();
        } else if (process.lives(event.epoch)) {
            if (process.pausedUntil() > now) {
                events.add(new Event(process.pausedUntil(), sequence++, process, event.epoch, event.task, event.body));
            } else if (event.task) {
                run(event, process);
            } else {
                event.body.run();
            }
        }
        return true;
    }

    /** Whether a task below has been ready to go on for long: then nothing new is put on top of it. */
    private boolean overdue() {
        for (int i = 0; i < depth - 1; i++) {
            Process process = waiting[i];
            if (untils[i] + GRACE < now && process != null && process.pausedUntil() + GRACE < now) {
                return true;
            }
        }
        return false;
    }

    private void run(Event event, Process process) {
        if (process.blocks() && (depth >= MAX_DEPTH || overdue())) {
            statistics.count("task put off, others wait below");
            events.add(new Event(now + 10_000_000, sequence++, process, event.epoch, true, event.body));
            return;
        }
        Frame below = frame;
        frame = new Frame(process, event.epoch);
        try {
            event.body.run();
        } catch (Killed killed) {
            if (process.lives(event.epoch)) {
                throw new IllegalStateException("a task of " + process.name + " met another one's end", killed);
            }
        } finally {
            frame = below;
            CurrentTransaction.clear();
        }
    }

    void trace(Supplier<String> line) {
        if (trace != null) {
            trace.add(String.format(Locale.ROOT, "%10.6f  %s", now / 1e9, line.get()));
        }
    }

    List<String> traced() {
        return trace == null ? List.of() : trace;
    }
}
