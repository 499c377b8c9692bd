package io.assent.chaos.points;

import java.time.Duration;
import java.util.List;

/**
 * What one case showed.
 *
 * @param answer what the client was told
 * @param inDoubt from the disturbance to the end of the last branch
 * @param total all of it
 * @param violations in a sentence each; a case that never met its disturbance is one
 */
record CaseResult(Case ran, Answer answer, Duration inDoubt, Duration total, List<String> violations) {

    CaseResult {
        violations = List.copyOf(violations);
    }
}
