package io.assent.chaos.checker;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Collects violations, each once. */
final class Findings {

    private final Set<Violation> violations = new LinkedHashSet<>();

    void add(Invariant invariant, String subject, String evidence) {
        violations.add(new Violation(invariant, subject, evidence));
    }

    List<Violation> violations() {
        return new ArrayList<>(violations);
    }
}
