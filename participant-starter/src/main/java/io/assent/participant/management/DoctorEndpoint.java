package io.assent.participant.management;

import io.assent.participant.doctor.Doctor;
import io.assent.protocol.doctor.Finding;
import io.assent.protocol.doctor.Report;
import java.util.List;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** What is wrong with this participant, and what to do about it; the same form as a coordinator's doctor. Thread-safe. */
@Endpoint(id = "assentDoctor")
public final class DoctorEndpoint {

    private final Doctor doctor;

    /**
     * As the actuator writes it, whatever the application's own way of writing JSON is.
     *
     * @param status the worst of them
     * @param items one for each check, always in the same order
     */
    public record Answer(Finding.Status status, List<Finding> items) implements OperationResponseBody {}

    public DoctorEndpoint(Doctor doctor) {
        this.doctor = doctor;
    }

    @ReadOperation
    public Answer doctor() {
        Report report = doctor.examine();
        return new Answer(report.status(), report.items());
    }
}
