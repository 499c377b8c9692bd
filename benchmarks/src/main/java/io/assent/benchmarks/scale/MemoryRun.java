package io.assent.benchmarks.scale;

import io.assent.benchmarks.figures.Watch;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/** Begins transactions and leaves them open, looks what they take up, and rolls them back. */
final class MemoryRun {

    /** Longer than any run, so that no deadline passes in it, and not beyond the longest lifetime. */
    private static final Duration OPEN_FOR = Duration.ofMinutes(55);

    /** Begun and rolled back before anything is looked at, so that what is made once is there. */
    private static final int WARM_UP = 500;

    private final BenchSystem system;
    private final Initiator client;
    private final ScaleReport.Options options;
    private final Consumer<String> progress;
    private final LogTable log;

    MemoryRun(BenchSystem system, Initiator client, ScaleReport.Options options, Consumer<String> progress) {
        this.system = system;
        this.client = client;
        this.options = options;
        this.progress = progress;
        this.log = new LogTable(system.decisions());
    }

    /** @throws IllegalStateException if the log does not show as many transactions as were begun or rolled back */
    MemoryPart measure(Watch watch, int processors) throws InterruptedException {
        List<TransactionId> first = Collections.synchronizedList(new ArrayList<>());
        begin(Math.min(WARM_UP, options.open()), first);
        rollBack(first);
        MemoryPart.State before = state("before", 0);
        List<TransactionId> begun = Collections.synchronizedList(new ArrayList<>());
        Duration beginning = begin(options.open(), begun);
        MemoryPart.State with = state("with them", options.open());
        Duration rollingBack = rollBack(begun);
        MemoryPart.State after = state("rolled back", 0);
        return new MemoryPart(
                watch.disturbance(processors),
                options.open(),
                perSecond(beginning),
                perSecond(rollingBack),
                (double) (with.heapBytes() - before.heapBytes()) / options.open(),
                (double) (with.logBytes() - before.logBytes()) / options.open(),
                List.of(before, with, after));
    }

    private Duration begin(int number, List<TransactionId> begun) throws InterruptedException {
        return Many.times(number, options.at(), "Transactions that are open", progress, each -> {
            TransactionId id = TransactionId.create(Instant.now(), ThreadLocalRandom.current());
            client.begin(id, OPEN_FOR);
            begun.add(id);
        });
    }

    private Duration rollBack(List<TransactionId> begun) throws InterruptedException {
        return Many.times(
                begun.size(),
                options.at(),
                "Transactions that are rolled back",
                progress,
                each -> client.rollback(begun.get(each)));
    }

    private MemoryPart.State state(String when, long open) throws InterruptedException {
        // Connections hold buffers; those of the last load are not what is looked for.
        client.startAfresh();
        MemoryPart.State state = new MemoryPart.State(
                when,
                log.undecided(),
                LiveHeap.bytes(system.coordinator().process().pid()),
                log.bytes());
        if (state.open() != open) {
            throw new IllegalStateException(
                    "The log shows " + state.open() + " open transactions " + when + ", where there should be " + open);
        }
        return state;
    }

    private double perSecond(Duration time) {
        return options.open() * 1e9 / time.toNanos();
    }
}
