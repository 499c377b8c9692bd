package io.assent.coordinator.web;

import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.operations.Rotation;
import io.assent.protocol.wire.InstanceView;
import io.assent.protocol.wire.InstancesResponse;
import io.assent.protocol.wire.ResolutionRequest;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows who works on the decision log, and takes the instance that is asked out of rotation and back. */
@RestController
@RequestMapping(path = Paths.BASE, produces = MediaType.APPLICATION_JSON_VALUE)
class InstanceController {

    private final InstanceList instances;
    private final Rotation rotation;
    private final Audited audited;

    InstanceController(InstanceList instances, Rotation rotation, Audited audited) {
        this.instances = instances;
        this.rotation = rotation;
        this.audited = audited;
    }

    @GetMapping("/instance")
    Rotation.View instance() {
        return rotation.view();
    }

    @PostMapping("/instance/drain")
    Rotation.View drain(@Body ResolutionRequest body, HttpServletRequest request) {
        String reason = Values.requiredReason(body.reason(), "/reason");
        return audited.now(request, new Audited.Act("drain", "this instance", reason), () -> rotation.drain(reason));
    }

    @PostMapping("/instance/resume")
    Rotation.View resume(@Body ResolutionRequest body, HttpServletRequest request) {
        String reason = Values.requiredReason(body.reason(), "/reason");
        return audited.now(request, new Audited.Act("resume", "this instance", reason), rotation::resume);
    }

    @GetMapping("/instances")
    InstancesResponse instances() {
        InstanceList.Snapshot known = instances.instances();
        return new InstancesResponse(
                text(known.asOf()),
                known.instances().stream().map(InstanceController::view).toList());
    }

    private static InstanceView view(InstanceList.Instance instance) {
        return new InstanceView(
                instance.id().toString(),
                instance.host(),
                instance.address(),
                instance.port(),
                instance.version(),
                instance.startedAt().toString(),
                instance.lastSeen().toString(),
                instance.alive(),
                instance.self());
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
