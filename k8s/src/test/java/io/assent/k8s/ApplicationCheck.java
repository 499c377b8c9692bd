package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The applications have what the manifests ask of them: properties, ports, health groups, the metrics' page. */
final class ApplicationCheck implements Check {

    private static final String HEALTH = "/actuator/health/";
    private static final String METRICS = "/actuator/prometheus";

    @Override
    public Stream<String> problems(Manifests manifests) {
        return Stream.concat(
                manifests
                        .each("Deployment")
                        .flatMap(deployment -> deployment.containers().stream()
                                .flatMap(container -> container(manifests, deployment, container))
                                .map(problem -> deployment + " " + problem)),
                manifests.each("ServiceMonitor").flatMap(monitor -> monitor(manifests, monitor)));
    }

    private static Stream<String> container(Manifests manifests, Manifest deployment, JsonNode container) {
        ApplicationJar application =
                ApplicationJar.ofImage(container.path("image").asString(""));
        Map<String, String> environment = manifests.environment(deployment);
        return Stream.of(
                        variables(application, environment, container),
                        port(environment, container),
                        probes(application, container),
                        database(manifests, deployment, environment, container))
                .flatMap(problems -> problems);
    }

    private static Stream<String> variables(
            ApplicationJar application, Map<String, String> environment, JsonNode container) {
        Set<String> names = new HashSet<>(environment.keySet());
        elements(container.path("env"))
                .forEach(variable -> names.add(variable.path("name").asString("")));
        return names.stream()
                .sorted()
                .filter(name -> !application.binds(name))
                .map(name -> "sets " + name + ", which is no property of the application");
    }

    private static Stream<String> port(Map<String, String> environment, JsonNode container) {
        String port = environment.getOrDefault("SERVER_PORT", "");
        return elements(container.path("ports"))
                        .anyMatch(declared ->
                                declared.path("containerPort").asString("").equals(port))
                ? Stream.empty()
                : Stream.of("listens on " + port + ", which is not its container's port");
    }

    private static Stream<String> probes(ApplicationJar application, JsonNode container) {
        Stream<String> unknown = Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                .filter(probe -> !hasGroup(application, path(container, probe)))
                .map(probe ->
                        probe + " asks for '" + path(container, probe) + "', which the application does not serve");
        // A restart does not bring a database back.
        Stream<String> restarts = Stream.of("startupProbe", "livenessProbe")
                .filter(probe -> !path(container, probe).equals(HEALTH + "liveness"))
                .map(probe -> probe + " restarts the pod for something else than its own health");
        Stream<String> traffic = path(container, "readinessProbe").equals(HEALTH + "readiness")
                ? Stream.empty()
                : Stream.of("readinessProbe does not ask whether the application can work now");
        return Stream.of(unknown, restarts, traffic).flatMap(problems -> problems);
    }

    private static String path(JsonNode container, String probe) {
        return Manifest.at(container, probe + ".httpGet.path").asString("");
    }

    private static boolean hasGroup(ApplicationJar application, String path) {
        if (!path.startsWith(HEALTH)) {
            return false;
        }
        String group = path.substring(HEALTH.length());
        boolean probe = Set.of("liveness", "readiness").contains(group)
                && "true".equals(application.settings().get("management.endpoint.health.probes.enabled"));
        return probe || application.settings().containsKey("management.endpoint.health.group." + group + ".include");
    }

    /** The database is one of the clusters that are here, its user is that cluster's, and its authority is mounted. */
    private static Stream<String> database(
            Manifests manifests, Manifest deployment, Map<String, String> environment, JsonNode container) {
        String url = environment.getOrDefault("SPRING_DATASOURCE_URL", "");
        return manifests
                .database(url)
                .map(cluster -> Stream.of(
                                url.contains("/"
                                                + cluster.at("spec.bootstrap.initdb.database")
                                                        .asString("") + "?")
                                        ? Stream.<String>empty()
                                        : Stream.of("names a database that " + cluster + " does not have: " + url),
                                elements(container.path("env"))
                                        .filter(variable -> variable.path("name")
                                                .asString("")
                                                .startsWith("SPRING_DATASOURCE_"))
                                        .map(variable -> Manifest.at(variable, "valueFrom.secretKeyRef.name")
                                                .asString(cluster.name() + "-app"))
                                        .filter(secret -> !secret.equals(cluster.name() + "-app"))
                                        .map(secret -> "signs on to " + cluster + " with the Secret " + secret),
                                authority(deployment, container, url))
                        .flatMap(problems -> problems))
                .orElseGet(() -> Stream.of("keeps its data in no database that is here: " + url));
    }

    private static Stream<String> authority(Manifest deployment, JsonNode container, String url) {
        if (!url.contains("sslmode=verify-full")) {
            return Stream.of("does not verify its database: " + url);
        }
        String file = url.replaceFirst("^.*sslrootcert=([^&]*).*$", "$1");
        boolean mounted = elements(container.path("volumeMounts"))
                .anyMatch(mount -> elements(deployment.podSpec().path("volumes"))
                        .filter(volume -> volume.path("name").equals(mount.path("name")))
                        .flatMap(volume -> elements(Manifest.at(volume, "secret.items")))
                        .map(item -> mount.path("mountPath").asString("") + "/"
                                + item.path("path").asString(""))
                        .anyMatch(file::equals));
        return mounted ? Stream.empty() : Stream.of("expects the file " + file + ", which is not mounted");
    }

    private static Stream<String> monitor(Manifests manifests, Manifest monitor) {
        return manifests
                .each("Service")
                .filter(service -> LabelCheck.selects(monitor.at("spec.selector.matchLabels"), service.labels()))
                .flatMap(service -> elements(monitor.at("spec.endpoints"))
                        .flatMap(endpoint -> endpoint(manifests, monitor, service, endpoint)));
    }

    private static Stream<String> endpoint(Manifests manifests, Manifest monitor, Manifest service, JsonNode endpoint) {
        String port = endpoint.path("port").asString("");
        Stream<String> ports = elements(service.at("spec.ports"))
                        .anyMatch(
                                candidate -> candidate.path("name").asString("").equals(port))
                ? Stream.empty()
                : Stream.of(monitor + " scrapes the port '" + port + "', which " + service + " does not have");
        Stream<String> pages = manifests
                .each("Deployment")
                .filter(deployment -> LabelCheck.selects(service.at("spec.selector"), deployment.podLabels()))
                .flatMap(deployment -> deployment.containers().stream())
                .map(container -> container.path("image").asString(""))
                .filter(image -> !endpoint.path("path").asString("").equals(METRICS)
                        || !servesMetrics(ApplicationJar.ofImage(image)))
                .map(image -> monitor + " scrapes " + endpoint.path("path").asString("") + ", which " + image
                        + " does not serve");
        return Stream.concat(ports, pages);
    }

    private static boolean servesMetrics(ApplicationJar application) {
        return application
                        .settings()
                        .getOrDefault("management.endpoints.web.exposure.include", "")
                        .contains("prometheus")
                && application.libraries().stream()
                        .anyMatch(name -> name.startsWith("micrometer-registry-prometheus-"));
    }
}
