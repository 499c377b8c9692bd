package io.assent.chaos.simulation;

import java.util.Map;
import java.util.TreeMap;

/** Counts how often each situation was met: a run that missed one proves nothing about it. */
final class Statistics {

    private final Map<String, Integer> counts = new TreeMap<>();

    void count(String situation) {
        counts.merge(situation, 1, Integer::sum);
    }

    void add(Statistics other) {
        other.counts.forEach((situation, count) -> counts.merge(situation, count, Integer::sum));
    }

    int of(String situation) {
        return counts.getOrDefault(situation, 0);
    }

    @Override
    public String toString() {
        return counts.toString();
    }
}
