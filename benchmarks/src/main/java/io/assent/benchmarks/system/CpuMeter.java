package io.assent.benchmarks.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Tells how much CPU time processes have used, from Linux's {@code /proc}; elsewhere it knows nothing. Thread-safe. */
public final class CpuMeter {

    /** The kernel counts in hundredths of a second for programs, whatever it does inside. */
    private static final double MILLIS_PER_TICK = 10;

    private static final int USER = 11;
    private static final int SYSTEM = 12;
    private static final int ENDED_CHILDREN_USER = 13;
    private static final int ENDED_CHILDREN_SYSTEM = 14;

    private final List<Long> alone;
    private final List<Long> trees;

    private CpuMeter(List<Long> alone, List<Long> trees) {
        this.alone = alone;
        this.trees = trees;
    }

    /** Of one process without its children. */
    public static CpuMeter of(long pid) {
        return new CpuMeter(List.of(pid), List.of());
    }

    /** Of a process and its children, those included that have ended. */
    public static CpuMeter ofTree(long pid) {
        return new CpuMeter(List.of(), List.of(pid));
    }

    /** Of nothing. */
    public static CpuMeter none() {
        return new CpuMeter(List.of(), List.of());
    }

    /** Of both. */
    public CpuMeter and(CpuMeter other) {
        return new CpuMeter(
                Stream.concat(alone.stream(), other.alone.stream()).toList(),
                Stream.concat(trees.stream(), other.trees.stream()).toList());
    }

    /** In milliseconds, to the nearest ten for each process; NaN where there is no {@code /proc}. */
    public double millis() {
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            return Double.NaN;
        }
        double ticks = 0;
        for (long pid : alone) {
            ticks += ticks(pid, USER, SYSTEM);
        }
        for (long pid : trees) {
            // What has ended is in the sums of its parent, so that nothing is lost when a child goes.
            ticks += ticks(pid, USER, SYSTEM, ENDED_CHILDREN_USER, ENDED_CHILDREN_SYSTEM);
            ticks += ProcessHandle.of(pid).stream()
                    .flatMap(ProcessHandle::descendants)
                    .mapToLong(child -> ticks(child.pid(), USER, SYSTEM))
                    .sum();
        }
        return ticks * MILLIS_PER_TICK;
    }

    /**
     * Of this, what the compilers of the JVMs have used, in milliseconds: while a JVM is young, more than the program itself.
     * Of processes, not of their children; NaN where there is no {@code /proc}.
     */
    public double compilerMillis() {
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            return Double.NaN;
        }
        return Stream.concat(alone.stream(), trees.stream())
                        .mapToLong(CpuMeter::compilerTicks)
                        .sum()
                * MILLIS_PER_TICK;
    }

    private static long compilerTicks(long pid) {
        try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
            return threads.mapToLong(thread -> {
                        try {
                            String stat = Files.readString(thread.resolve("stat"));
                            return isCompiler(stat) ? ticks(stat, USER, SYSTEM) : 0;
                        } catch (IOException e) {
                            // It has ended in this moment.
                            return 0;
                        }
                    })
                    .sum();
        } catch (IOException e) {
            return 0;
        }
    }

    /** HotSpot's names are longer than the 15 characters that the kernel keeps: {@code C2 CompilerThread0}. */
    static boolean isCompiler(String stat) {
        return stat.contains(" (C1 CompilerThre) ") || stat.contains(" (C2 CompilerThre) ");
    }

    private static long ticks(long pid, int... fields) {
        try {
            return ticks(Files.readString(Path.of("/proc/" + pid + "/stat")), fields);
        } catch (IOException e) {
            // It has ended in this moment.
            return 0;
        }
    }

    /** The sum of fields of {@code /proc/PID/stat}, counted from the state, which is number 0; before it is the name, which may hold anything. */
    static long ticks(String stat, int... fields) {
        String[] values = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Arrays.stream(fields)
                .mapToLong(field -> Long.parseLong(values[field]))
                .sum();
    }
}
