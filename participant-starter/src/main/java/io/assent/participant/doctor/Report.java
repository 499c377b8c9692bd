package io.assent.participant.doctor;

import io.assent.participant.doctor.Finding.Status;
import java.util.Comparator;
import java.util.List;

/**
 * What all checks have found; the same form as a coordinator's.
 *
 * @param status the worst of them
 * @param items one for each check, always in the same order
 */
public record Report(Status status, List<Finding> items) {

    static Report of(List<Finding> items) {
        return new Report(
                items.stream()
                        .map(Finding::status)
                        .max(Comparator.naturalOrder())
                        .orElse(Status.OK),
                List.copyOf(items));
    }
}
