package io.assent.chaos.simulation;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code chaos simulate}: runs many seeds, or one with a trace. Shows progress, ends with what was covered; the last line
 * is {@code violations: N}.
 */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        description = "Runs the real code of both sides on one virtual clock, one run per seed.")
public final class SimulateCommand implements Callable<Integer> {

    private static final int MAX_SHOWN = 20;
    private static final long DEMANDED_FROM = 1_000_000;

    /** Smaller runs are not meant to meet everything. */
    private static final long MEANT_TO_COVER = 20_000;

    private static final long DEMANDED = 100;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli.
    private CommandSpec spec;

    @Option(names = "--seeds", paramLabel = "N", description = "How many seeds to run, from --seed on.")
    private @Nullable Long seeds;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description =
                    "The first seed (default: 0); alone, without --seeds: runs this one and prints what happened.")
    private @Nullable Long seed;

    @Option(
            names = "--threads",
            paramLabel = "K",
            defaultValue = "1",
            description = "How many runs at once, each on its own thread (default: ${DEFAULT-VALUE}).")
    private int threads;

    /** A run that went wrong. */
    private record Found(long seed, String what) {}

    @Override
    public Integer call() throws InterruptedException {
        if (seeds == null && seed == null) {
            throw new ParameterException(spec.commandLine(), "Give --seeds N for many runs, or --seed S for one.");
        }
        if (seeds != null && seeds < 1) {
            throw new ParameterException(spec.commandLine(), "--seeds is " + seeds + ": expected at least 1.");
        }
        if (threads < 1 || threads > 256) {
            throw new ParameterException(spec.commandLine(), "--threads is " + threads + ": expected 1 to 256.");
        }
        return seeds == null ? one(seed == null ? 0 : seed) : many(seed == null ? 0 : seed, seeds);
    }

    private static int one(long seed) {
        PrintStream out = System.out;
        try {
            Simulation.Run run = Simulation.run(seed, Twin.RIGHT, true);
            run.trace().forEach(out::println);
            out.println("violations: 0");
            return 0;
        } catch (RuntimeException e) {
            // The trace has been printed on the way.
            out.println("seed " + seed + ": " + what(e));
            out.println("violations: 1");
            return 1;
        }
    }

    private int many(long first, long count) throws InterruptedException {
        long started = System.nanoTime();
        AtomicLong next = new AtomicLong(first);
        AtomicLong done = new AtomicLong();
        Statistics statistics = new Statistics();
        List<Found> found = new ArrayList<>();
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(() -> work(next, first + count, done, statistics, found), "simulation-" + i);
            worker.start();
            workers.add(worker);
        }
        for (Thread worker : workers) {
            while (worker.isAlive()) {
                worker.join(2_000);
                progress(done.get(), count, System.nanoTime() - started);
            }
        }
        if (System.console() != null) {
            System.err.println();
        }
        boolean valid;
        synchronized (found) {
            found.sort((a, b) -> Long.compare(a.seed(), b.seed()));
            valid = report(statistics, found, count, System.nanoTime() - started);
        }
        return valid ? 0 : 1;
    }

    private static void work(AtomicLong next, long end, AtomicLong done, Statistics statistics, List<Found> found) {
        Statistics mine = new Statistics();
        for (long seed = next.getAndIncrement(); seed < end; seed = next.getAndIncrement()) {
            try {
                mine.add(Simulation.run(seed, Twin.RIGHT, false).statistics());
            } catch (RuntimeException | Error e) {
                // Whatever ends a run, an endless recursion as well, is something to look at.
                synchronized (found) {
                    found.add(new Found(seed, what(e)));
                }
            }
            done.incrementAndGet();
        }
        synchronized (statistics) {
            statistics.add(mine);
        }
    }

    private static void progress(long done, long count, long nanos) {
        double perSecond = done / (nanos / 1e9);
        Duration left = perSecond == 0 ? Duration.ZERO : Duration.ofSeconds((long) ((count - done) / perSecond));
        String line = String.format(
                Locale.ROOT,
                "%,d of %,d seeds, %,.0f/s, %d min %d s left",
                done,
                count,
                perSecond,
                left.toMinutes(),
                left.toSecondsPart());
        if (System.console() != null) {
            System.err.print("\r" + line + "      ");
        } else {
            System.err.println(line);
        }
    }

    /** Whether nothing was violated and nothing was missed: a run that missed a crash point proves nothing about it. */
    private static boolean report(Statistics statistics, List<Found> found, long count, long nanos) {
        PrintStream out = System.out;
        Coverage.situations(statistics, out);
        Coverage.crashPoints(statistics, out);
        boolean demanded = count >= DEMANDED_FROM;
        List<String> missed = Coverage.below(statistics, demanded ? DEMANDED : 1);
        boolean invalid = count >= MEANT_TO_COVER && !missed.isEmpty();
        if (invalid) {
            out.printf("invalid: crash points hit fewer than %d times: %s%n", demanded ? DEMANDED : 1, missed);
        }
        double seconds = nanos / 1e9;
        out.printf(Locale.ROOT, "%n%,d seeds in %,.1f s, %,.0f a minute%n", count, seconds, count / seconds * 60);
        if (!found.isEmpty()) {
            out.println("commit: " + commit());
        }
        for (Found one : found.subList(0, Math.min(MAX_SHOWN, found.size()))) {
            out.printf(
                    "seed %d: %s%n    repeat with: ./chaos simulate --seed %d%n", one.seed(), one.what(), one.seed());
        }
        if (found.size() > MAX_SHOWN) {
            out.printf("and %,d more%n", found.size() - MAX_SHOWN);
        }
        out.println("violations: " + found.size());
        return found.isEmpty() && !invalid;
    }

    private static String what(Throwable e) {
        return e instanceof Violation ? String.valueOf(e.getMessage()) : e.toString();
    }

    /** What this was built from, as far as git can tell. */
    private static String commit() {
        try {
            java.lang.Process git = new ProcessBuilder("git", "describe", "--always", "--dirty")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return git.waitFor(5, TimeUnit.SECONDS) && git.exitValue() == 0 ? said : "unknown";
        } catch (IOException e) {
            return "unknown";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
