package io.assent.chaos.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One thread, one virtual clock, one source of randomness: the same seed always gives the same run. */
final class World {

    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    final SplittableRandom random;
    final Statistics statistics;
    Faults faults;
    private final @Nullable List<String> trace;
    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now;
    private long sequence;

    private record Event(long time, long sequence, @Nullable Process process, int epoch, Runnable task)
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

    Instant now() {
        return START.plusNanos(now);
    }

    /** Nanoseconds since the start. */
    long time() {
        return now;
    }

    boolean chance(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    /** Runs {@code task} later in a process, unless the process has crashed by then; while it is paused, it waits. */
    void later(Duration delay, @Nullable Process process, Runnable task) {
        events.add(new Event(now + delay.toNanos(), sequence++, process, process == null ? 0 : process.epoch(), task));
    }

    /** A message that arrives at whatever incarnation of the process is up; lost, doubled, delayed. */
    void send(Process to, Runnable arrives, Runnable refused) {
        if (chance(faults.loss())) {
            return;
        }
        int copies = chance(faults.duplication()) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            later(delay(), null, () -> {
                if (to.up()) {
                    later(Duration.ZERO, to, arrives);
                } else {
                    refused.run();
                }
            });
        }
    }

    /** A reply that arrives only at the incarnation that asked. */
    void reply(Process to, int epoch, Runnable arrives) {
        if (chance(faults.loss())) {
            return;
        }
        int copies = chance(faults.duplication()) ? 2 : 1;
        for (int i = 0; i < copies; i++) {
            events.add(new Event(now + delay().toNanos(), sequence++, to, epoch, arrives));
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
        later(timeout, from, () -> fail.accept(false));
        send(
                to,
                () -> server.accept(value -> reply(from, epoch, () -> {
                    if (!over[0]) {
                        over[0] = true;
                        replied.accept(value);
                    }
                })),
                () -> events.add(new Event(now, sequence++, from, epoch, () -> fail.accept(true))));
    }

    private Duration delay() {
        return chance(faults.slow())
                ? Duration.ofMillis(between(100, 4_000))
                : Duration.ofNanos(1_000L * between(200, 8_000));
    }

    /** Runs the next event; false when there is none. */
    boolean step() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        now = event.time;
        Process process = event.process;
        if (process == null) {
            event.task.run();
        } else if (process.up() && process.epoch() == event.epoch) {
            if (process.pausedUntil() > now) {
                events.add(new Event(process.pausedUntil(), sequence++, process, event.epoch, event.task));
            } else {
                event.task.run();
            }
        }
        return true;
    }

    void trace(Supplier<String> line) {
        if (trace != null) {
            trace.add(String.format("%10.6f  %s", now / 1e9, line.get()));
        }
    }

    List<String> traced() {
        return trace == null ? List.of() : trace;
    }
}
