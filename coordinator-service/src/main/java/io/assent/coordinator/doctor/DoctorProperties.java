package io.assent.coordinator.doctor;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings of the doctor. A value out of range ends the start with a message that names the property.
 *
 * @param timeout How long all checks together may take; what has not answered by then is UNKNOWN (100ms to 1m).
 */
@ConfigurationProperties("assent.coordinator.doctor")
public record DoctorProperties(@DefaultValue("5s") Duration timeout) {

    public DoctorProperties {
        if (timeout.compareTo(Duration.ofMillis(100)) < 0 || timeout.compareTo(Duration.ofMinutes(1)) > 0) {
            throw new IllegalArgumentException(
                    "assent.coordinator.doctor.timeout is " + timeout + "; allowed is 100ms to 1m");
        }
    }
}
