package io.assent.coordinator.doctor;

import io.assent.protocol.doctor.Finding;
import java.util.function.Supplier;

/**
 * Something that is looked at.
 *
 * @param name as it is shown
 * @param look blocks; what it throws makes the finding UNKNOWN
 */
record Check(String name, Supplier<Finding> look) {}
