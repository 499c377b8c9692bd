package io.assent.coordinator.web;

import io.assent.coordinator.engine.InstanceList;
import io.assent.protocol.wire.InstanceView;
import io.assent.protocol.wire.InstancesResponse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** Shows who works on the decision log. */
@RestController
@RequestMapping(path = Paths.BASE, produces = MediaType.APPLICATION_JSON_VALUE)
class InstanceController {

    private final InstanceList instances;

    InstanceController(InstanceList instances) {
        this.instances = instances;
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
