package io.assent.chaos.bank;

import io.assent.chaos.checker.Resources;
import io.assent.chaos.system.ServiceNode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Asks the services' metrics what they hold. */
final class ResourceProbe implements AutoCloseable {

    private static final String IN_FLIGHT = "assent.in.flight";

    private final List<ServiceNode> services;
    private final JsonLines lines;
    private final Requests requests = new Requests();
    /** Threads by service, before the load. */
    private final Map<String, Integer> before = new HashMap<>();

    ResourceProbe(List<ServiceNode> services, Path directory) {
        this.services = List.copyOf(services);
        this.lines = new JsonLines(directory.resolve("resources.jsonl"));
    }

    /** Writes down what every service holds now. */
    void record(Resources.When when) {
        for (ServiceNode service : services) {
            int threads = threads(service);
            lines.write(new Resources(
                    service.name(), when, metric(service, service.metrics().connections()), threads));
            if (when == Resources.When.BEFORE) {
                before.put(service.name(), threads);
            }
        }
    }

    /** Whether no service has more threads than before, but for so many. */
    boolean threadsAreBack(int allowance) {
        return services.stream()
                .allMatch(service -> threads(service) <= before.getOrDefault(service.name(), 0) + allowance);
    }

    /** Whether no service uses a connection now, and none of these coordinators has a transaction in memory. */
    boolean isNothingAtWork(List<? extends ServiceNode> coordinators) {
        return coordinators.stream().allMatch(coordinator -> metric(coordinator, IN_FLIGHT) == 0)
                && services.stream()
                        .allMatch(service -> metric(service, service.metrics().connections()) == 0);
    }

    private int threads(ServiceNode service) {
        return metric(service, service.metrics().threads());
    }

    private int metric(ServiceNode service, String name) {
        Requests.Answer answer =
                requests.send("GET", service.endpoint().httpUrl() + "/actuator/metrics/" + name, null, Map.of());
        if (!answer.successful()) {
            throw new IllegalStateException(service.name() + " does not tell its " + name + ": " + answer);
        }
        return answer.body().path("measurements").path(0).path("value").asInt();
    }

    @Override
    public void close() {
        lines.close();
    }
}
