package io.assent.coordinator.web;

import io.assent.protocol.doctor.Report;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code GET /v1/doctor} for those who look at the actuator. */
@Endpoint(id = "assentDoctor")
class DoctorEndpoint {

    private final DoctorController api;

    DoctorEndpoint(DoctorController api) {
        this.api = api;
    }

    @ReadOperation
    Report doctor() {
        return api.doctor();
    }
}
