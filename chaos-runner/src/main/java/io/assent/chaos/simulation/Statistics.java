package io.assent.chaos.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Counts how often each situation was met: a run that missed one proves nothing about it. */
final class Statistics {

    private final Map<String, long[]> counts = new HashMap<>();
    private final Map<String, Long> most = new HashMap<>();
    private final long[] crashes = new long[CrashPoint.values().length * Shape.ALL.size()];

    void count(String situation) {
        counts.computeIfAbsent(situation, any -> new long[1])[0]++;
    }

    /** Keeps the largest. */
    void countMost(String situation, long value) {
        most.merge(situation, value, Math::max);
    }

    void crashed(CrashPoint point, Shape shape) {
        crashes[cell(point, shape)]++;
    }

    void add(Statistics other) {
        other.counts.forEach(
                (situation, count) -> counts.computeIfAbsent(situation, any -> new long[1])[0] += count[0]);
        other.most.forEach(this::countMost);
        for (int i = 0; i < crashes.length; i++) {
            crashes[i] += other.crashes[i];
        }
    }

    long of(String situation) {
        long[] count = counts.get(situation);
        return count == null ? 0 : count[0];
    }

    long of(CrashPoint point, Shape shape) {
        return crashes[cell(point, shape)];
    }

    SortedMap<String, Long> situations() {
        SortedMap<String, Long> sorted = new TreeMap<>();
        counts.forEach((situation, count) -> sorted.put(situation, count[0]));
        most.forEach((situation, value) -> sorted.put("most " + situation, value));
        return sorted;
    }

    private static int cell(CrashPoint point, Shape shape) {
        return point.ordinal() * Shape.ALL.size() + Shape.ALL.indexOf(shape);
    }
}
