package io.assent.conformance.report;

/** What became of one case. */
public enum Verdict {
    PASSED,
    FAILED,
    /** Could not be tried with the options given: nothing is known. */
    SKIPPED
}
