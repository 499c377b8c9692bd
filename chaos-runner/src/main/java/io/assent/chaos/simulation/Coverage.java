package io.assent.chaos.simulation;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the runs of a whole command met: a run that missed a crash point proves nothing about it. */
final class Coverage {

    private Coverage() {}

    static void situations(Statistics statistics, PrintStream out) {
        out.printf("%n%-62s %12s%n", "situation", "times");
        statistics.situations().forEach((what, times) -> out.printf(Locale.ROOT, "%-62s %,12d%n", what, times));
    }

    static void crashPoints(Statistics statistics, PrintStream out) {
        out.printf("%n%-58s", "killed at");
        Shape.ALL.forEach(shape -> out.printf(" %22s", shape));
        out.println();
        for (CrashPoint point : CrashPoint.values()) {
            out.printf("%-58s", point);
            for (Shape shape : Shape.ALL) {
                out.printf(
                        Locale.ROOT,
                        " %22s",
                        point.reachable(shape) ? String.format(Locale.ROOT, "%,d", statistics.of(point, shape)) : "-");
            }
            out.println();
        }
    }

    /** Which crash points were hit fewer times than wanted in some shape of transaction that can get there. */
    static List<String> below(Statistics statistics, long wanted) {
        List<String> missed = new ArrayList<>();
        for (CrashPoint point : CrashPoint.values()) {
            for (Shape shape : Shape.ALL) {
                if (point.reachable(shape) && statistics.of(point, shape) < wanted) {
                    missed.add(point + " (" + shape + ")");
                }
            }
        }
        return missed;
    }
}
