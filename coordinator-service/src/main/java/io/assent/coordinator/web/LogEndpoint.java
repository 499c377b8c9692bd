package io.assent.coordinator.web;

import io.assent.coordinator.operations.LogStatus;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code GET /v1/log-status} for those who look at the actuator. */
@Endpoint(id = "assentLog")
class LogEndpoint {

    private final LogController api;

    LogEndpoint(LogController api) {
        this.api = api;
    }

    @ReadOperation
    LogStatus.Status log() {
        return api.status();
    }
}
