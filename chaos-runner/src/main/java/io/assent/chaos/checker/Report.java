package io.assent.chaos.checker;

import java.util.List;
import java.util.Map;

/**
 * What the checker found.
 *
 * @param violations none, if all is well
 * @param answers how many replies claimed what, of requests that ask for a transfer
 * @param transactions transactions in the decision log by their verdict
 * @param faults how many faults of each kind; a fault of two processes counts twice
 */
public record Report(
        List<Violation> violations,
        int transfers,
        int booked,
        Map<Told, Long> answers,
        Map<String, Long> transactions,
        Map<String, Long> faults,
        DoubtTimes doubt) {

    public Report {
        violations = List.copyOf(violations);
        answers = Map.copyOf(answers);
        transactions = Map.copyOf(transactions);
        faults = Map.copyOf(faults);
    }
}
