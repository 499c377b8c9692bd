package io.assent.benchmarks.system;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * What the processors of this machine have done since it was started, in hundredths of a second.
 *
 * @param busy for programs and the kernel
 * @param stolen by other virtual machines on the same host
 * @param total all of it, idle time included; 0: not known
 */
public record MachineClock(long busy, long stolen, long total) {

    private static final int IDLE = 3;
    private static final int IO_WAIT = 4;
    private static final int STEAL = 7;
    /** What follows is contained in what precedes it. */
    private static final int LAST = 7;

    /** Now; nothing is known where there is no {@code /proc/stat}. */
    public static MachineClock now() {
        try {
            return parse(Files.readAllLines(Path.of("/proc/stat")).get(0));
        } catch (IOException e) {
            return new MachineClock(0, 0, 0);
        }
    }

    static MachineClock parse(String line) {
        long[] values = Arrays.stream(line.strip().split("\\s+"))
                .skip(1)
                .limit(LAST + 1L)
                .mapToLong(Long::parseLong)
                .toArray();
        if (values.length <= STEAL) {
            return new MachineClock(0, 0, 0);
        }
        long total = Arrays.stream(values).sum();
        return new MachineClock(total - values[IDLE] - values[IO_WAIT] - values[STEAL], values[STEAL], total);
    }

    public MachineClock minus(MachineClock earlier) {
        return new MachineClock(busy - earlier.busy, stolen - earlier.stolen, total - earlier.total);
    }

    /** In percent of the processors' time; NaN: not known. */
    public double stealPercent() {
        return total <= 0 ? Double.NaN : 100.0 * stolen / total;
    }

    /** How many processors were busy on average, of {@code processors}; NaN: not known. */
    public double busyProcessors(int processors) {
        return total <= 0 ? Double.NaN : (double) busy * processors / total;
    }

    /** The number of runnable processes, averaged over the last minute; NaN: not known. */
    public static double loadAverage() {
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return load < 0 ? Double.NaN : load;
    }
}
