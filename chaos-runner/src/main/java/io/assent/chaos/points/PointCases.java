package io.assent.chaos.points;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The cases of the crash points: the whole matrix, or each point once. */
final class PointCases {

    /** Outlives the deadline of a paused case: its process comes back into a transaction that is over. */
    static final Duration PAUSE = Duration.ofSeconds(3);

    private static final long TIMEOUT_OF_A_PAUSED_ONE = 2_500;
    private static final long TIMEOUT = 6_000;

    private PointCases() {}

    /** Point × votes × branches × kind, without what does not exist. */
    static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (CrashPoint point : CrashPoint.all()) {
            for (Shape shape : point.shapes()) {
                for (Crash.Kind kind : Crash.Kind.values()) {
                    cases.add(of(point, shape, kind));
                }
            }
        }
        return cases;
    }

    /** Every point once; over all of them every vote, number of branches and kind occurs. */
    static List<Case> eachPointOnce() {
        List<Case> cases = new ArrayList<>();
        List<CrashPoint> points = CrashPoint.all();
        for (int i = 0; i < points.size(); i++) {
            List<Shape> shapes = points.get(i).shapes();
            Crash.Kind kind = Crash.Kind.values()[i % 2];
            cases.add(of(points.get(i), shapes.get(i / 2 % shapes.size()), kind));
        }
        return cases;
    }

    private static Case of(CrashPoint point, Shape shape, Crash.Kind kind) {
        String repeat = "points --point " + point.name() + " --votes " + shape.votes() + " --branches "
                + shape.branches() + " --kind " + kind;
        return new Case(
                point.name() + " " + shape.votes() + " " + shape.branches() + " " + kind,
                repeat,
                shape,
                kind == Crash.Kind.PAUSE ? TIMEOUT_OF_A_PAUSED_ONE : TIMEOUT,
                () -> new Crash(point, kind, PAUSE));
    }
}
