package io.assent.benchmarks.scale;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** Does one thing many times, by several threads at once, and tells how far it is. */
final class Many {

    private static final int TELL_SECONDS = 5;

    private Many() {}

    /** Thread-safe. */
    @FunctionalInterface
    interface Task {

        /** @param number 0, 1, 2 and so on, each once */
        void run(int number) throws Exception;
    }

    /**
     * Returns when all of it is done.
     *
     * @param what is done, for people
     * @param progress is told now and then
     * @return how long it took
     * @throws IllegalStateException if one of them failed; then some of the others are not done
     */
    static Duration times(int times, int threads, String what, Consumer<String> progress, Task task)
            throws InterruptedException {
        AtomicInteger next = new AtomicInteger();
        AtomicInteger done = new AtomicInteger();
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        long begun = System.nanoTime();
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int worker = 0; worker < threads; worker++) {
                all.add(workers.submit(() -> {
                    for (int number = next.getAndIncrement(); number < times; number = next.getAndIncrement()) {
                        task.run(number);
                        done.incrementAndGet();
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                while (!ended(each)) {
                    progress.accept(what + ": " + done + " of " + times);
                }
            }
            return Duration.ofNanos(System.nanoTime() - begun);
        } catch (ExecutionException e) {
            throw new IllegalStateException(what + ": " + done + " of " + times + ", then " + e.getCause(), e);
        } finally {
            workers.shutdownNow();
        }
    }

    private static boolean ended(Future<?> worker) throws InterruptedException, ExecutionException {
        try {
            worker.get(TELL_SECONDS, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }
}
