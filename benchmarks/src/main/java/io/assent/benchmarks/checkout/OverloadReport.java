package io.assent.benchmarks.checkout;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import java.time.Instant;
import java.util.List;

/**
 * The report of {@code --overload} as it is written with {@code --json}.
 *
 * @param report which one it is: {@code overload}
 * @param started when the first round began
 * @param options what was measured
 * @param callers how many calls of an open loop were under way at once, at most
 * @param machine where
 * @param disturbance by what
 * @param unusable why the figures are of no use; empty: they are
 * @param results by system
 */
record OverloadReport(
        String report,
        Instant started,
        CheckoutReport.Options options,
        int callers,
        Machine machine,
        Disturbance disturbance,
        List<String> unusable,
        List<OverloadResult> results) {

    OverloadReport {
        unusable = List.copyOf(unusable);
        results = List.copyOf(results);
    }
}
