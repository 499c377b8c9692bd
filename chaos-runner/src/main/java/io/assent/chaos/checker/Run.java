package io.assent.chaos.checker;

import java.util.List;
import java.util.Map;

/**
 * What a run was.
 *
 * @param seed of schedule and workload
 * @param started milliseconds since 1970
 * @param ended when the evidence was taken
 * @param money the sum of all balances with which each bank was opened
 * @param allowedHosts every host and port that anybody may send requests to
 * @param threadAllowance how many threads more than before a process may have afterwards
 */
public record Run(
        long seed, long started, long ended, Map<String, Long> money, List<String> allowedHosts, int threadAllowance) {

    public Run {
        money = Map.copyOf(money);
        allowedHosts = List.copyOf(allowedHosts);
    }
}
