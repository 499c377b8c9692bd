package io.assent.benchmarks.scale;

import io.assent.benchmarks.figures.Disturbance;
import java.util.List;

/**
 * A part in which commits are counted.
 *
 * @param part its name
 * @param disturbance by what
 * @param results of each baseline, and after it of those that are compared with it
 */
record ThroughputPart(String part, Disturbance disturbance, List<ThroughputResult> results) {

    ThroughputPart {
        results = List.copyOf(results);
    }
}
