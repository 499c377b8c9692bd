package io.assent.coordinator.web;

import io.assent.coordinator.operations.ParticipantsView;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/** {@code GET /v1/participants} for those who look at the actuator. */
@Endpoint(id = "assentParticipants")
class ParticipantsEndpoint {

    private final ParticipantController api;

    ParticipantsEndpoint(ParticipantController api) {
        this.api = api;
    }

    @ReadOperation
    ParticipantsView participants() {
        return api.participants();
    }
}
