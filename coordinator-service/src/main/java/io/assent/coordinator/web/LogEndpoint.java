package io.assent.coordinator.web;

import io.assent.coordinator.operations.LogStatus;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** The decision logs: mode, primary, standbys, epoch, batches. */
@Endpoint(id = "assentLog")
class LogEndpoint {

    private final LogStatus status;

    LogEndpoint(LogStatus status) {
        this.status = status;
    }

    @ReadOperation
    LogStatus.Status log() {
        return status.look();
    }
}
