package io.assent.protocol.doctor;

import io.assent.protocol.doctor.Finding.Status;
import java.util.Comparator;
import java.util.List;

/**
 * What all checks have found.
 *
 * @param status the worst of them
 * @param items one for each check, always in the same order
 */
public record Report(Status status, List<Finding> items) {

    public static Report of(List<Finding> items) {
        return new Report(
                items.stream()
                        .map(Finding::status)
                        .max(Comparator.naturalOrder())
                        .orElse(Status.OK),
                List.copyOf(items));
    }
}
