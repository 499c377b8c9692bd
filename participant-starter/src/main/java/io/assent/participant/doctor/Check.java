package io.assent.participant.doctor;

import io.assent.protocol.doctor.Finding;
import java.util.List;
import java.util.function.Supplier;

/**
 * Something that is looked at as a whole, and may have several findings.
 *
 * @param names of the findings, 1 or more; the first one tells whether it answers at all
 * @param remedy what to do if it does not
 * @param look blocks; gives a finding for each name; throws if it does not answer
 */
record Check(List<String> names, String remedy, Supplier<List<Finding>> look) {

    Check {
        names = List.copyOf(names);
    }
}
