package io.assent.coordinator.web;

import io.assent.coordinator.operations.Rotation;
import io.assent.protocol.wire.ResolutionRequest;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** {@code /v1/instance} for those who work at the actuator, where an instance can be told from the others by its address. */
@Endpoint(id = "assentInstance")
class InstanceEndpoint {

    private final InstanceController api;

    InstanceEndpoint(InstanceController api) {
        this.api = api;
    }

    @ReadOperation
    Rotation.View instance() {
        return api.instance();
    }

    /**
     * Takes the instance out of rotation, or back.
     *
     * @param action {@code drain} or {@code resume}
     * @param reason for the audit log
     */
    @WriteOperation
    WebEndpointResponse<Object> act(@Selector String action, @Nullable String reason) {
        ResolutionRequest body = new ResolutionRequest(reason);
        return ActuatorAnswers.now(() -> switch (action) {
            case "drain" -> api.drain(body, ActuatorAnswers.request());
            case "resume" -> api.resume(body, ActuatorAnswers.request());
            default -> throw ActuatorAnswers.unknownAction(action, "drain or resume");
        });
    }
}
