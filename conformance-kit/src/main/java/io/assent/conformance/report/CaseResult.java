package io.assent.conformance.report;

import java.time.Duration;
import java.util.List;

/**
 * One row of the report.
 *
 * @param id the case's name, as in the documentation
 * @param rule the rule or invariant of the protocol that it checks
 * @param title what must hold
 * @param verdict whether it does
 * @param detail why not, or why it was skipped; empty when it passed
 * @param exchanges what was said, if it failed; oldest first
 * @param took how long it took
 */
public record CaseResult(
        String id, String rule, String title, Verdict verdict, String detail, List<String> exchanges, Duration took) {

    public CaseResult {
        exchanges = List.copyOf(exchanges);
    }
}
