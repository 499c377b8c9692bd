package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The applications have what the manifests ask of them: properties, ports, health groups, the metrics' page. */
final class ApplicationCheck implements Check {

    private static final String ACTUATOR = "/actuator/";
    private static final String HEALTH = ACTUATOR + "health/";
    private static final String METRICS = ACTUATOR + "prometheus";
    private static final String LIVENESS = "liveness";
    private static final String READINESS = "readiness";

    /** Where the two groups are beside the API, if they are. */
    private static final Map<String, String> ADDITIONAL = Map.of("/livez", LIVENESS, "/readyz", READINESS);

    @Override
    public Stream<String> problems(Manifests manifests) {
        return Stream.concat(
                manifests
                        .each("Deployment")
                        .flatMap(deployment -> Stream.concat(
                                        deployment.containers().stream()
                                                .flatMap(container -> container(manifests, deployment, container)),
                                        deployment.allContainers().stream()
                                                .flatMap(container -> any(manifests, deployment, container)))
                                .map(problem -> deployment + " " + problem)),
                Stream.concat(
                        manifests.each("ServiceMonitor").flatMap(monitor -> monitor(manifests, monitor)),
                        manifests.each("PodMonitor").flatMap(monitor -> podMonitor(manifests, monitor))));
    }

    private static Stream<String> container(Manifests manifests, Manifest deployment, JsonNode container) {
        Map<String, String> environment = manifests.environment(deployment);
        return Stream.concat(port(environment, container), probes(application(container), environment, container));
    }

    /** What holds of those, too, that run before the others and serve nothing. */
    private static Stream<String> any(Manifests manifests, Manifest deployment, JsonNode container) {
        Map<String, String> environment = manifests.environment(container);
        return Stream.concat(
                variables(application(container), environment, container),
                database(manifests, deployment, environment, container));
    }

    private static ApplicationJar application(JsonNode container) {
        return ApplicationJar.ofImage(container.path("image").asString(""));
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
        return Stream.of(apiPort(environment), actuatorPort(environment))
                .distinct()
                .filter(port -> elements(container.path("ports"))
                        .noneMatch(declared ->
                                declared.path("containerPort").asString("").equals(port)))
                .map(port -> "listens on " + port + ", which is not its container's port");
    }

    private static String apiPort(Map<String, String> environment) {
        return environment.getOrDefault("SERVER_PORT", "");
    }

    /** The API's, unless it has one of its own. */
    private static String actuatorPort(Map<String, String> environment) {
        return environment.getOrDefault("MANAGEMENT_SERVER_PORT", apiPort(environment));
    }

    /** The number of the port that a container calls by a name; empty if it has none of that name. */
    private static String number(JsonNode container, String name) {
        return elements(container.path("ports"))
                .filter(port -> port.path("name").asString("").equals(name))
                .map(port -> port.path("containerPort").asString(""))
                .findFirst()
                .orElse("");
    }

    private static Stream<String> probes(
            ApplicationJar application, Map<String, String> environment, JsonNode container) {
        Stream<String> unknown = Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                .filter(probe -> !hasGroup(application, path(container, probe)))
                .map(probe ->
                        probe + " asks for '" + path(container, probe) + "', which the application does not serve");
        Stream<String> elsewhere = Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                .filter(probe -> !number(
                                container,
                                Manifest.at(container, probe + ".httpGet.port").asString(""))
                        .equals(
                                path(container, probe).startsWith(ACTUATOR)
                                        ? actuatorPort(environment)
                                        : apiPort(environment)))
                .map(probe -> probe + " asks at another port than the one where '" + path(container, probe) + "' is");
        // A restart does not bring a database back.
        Stream<String> restarts = Stream.of("startupProbe", "livenessProbe")
                .filter(probe -> !group(path(container, probe)).equals(LIVENESS))
                .map(probe -> probe + " restarts the pod for something else than its own health");
        Stream<String> traffic = group(path(container, "readinessProbe")).equals(READINESS)
                ? Stream.empty()
                : Stream.of("readinessProbe does not ask whether the application can work now");
        return Stream.of(unknown, elsewhere, restarts, traffic).flatMap(problems -> problems);
    }

    /** The group of health that an address shows; empty if it shows none. */
    private static String group(String path) {
        return path.startsWith(HEALTH) ? path.substring(HEALTH.length()) : ADDITIONAL.getOrDefault(path, "");
    }

    private static String path(JsonNode container, String probe) {
        return Manifest.at(container, probe + ".httpGet.path").asString("");
    }

    private static boolean hasGroup(ApplicationJar application, String path) {
        String group = group(path);
        if (group.isEmpty()
                || ADDITIONAL.containsKey(path)
                        && !"true"
                                .equals(application
                                        .settings()
                                        .get("management.endpoint.health.probes.add-additional-paths"))) {
            return false;
        }
        boolean probe = Set.of(LIVENESS, READINESS).contains(group)
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
                                        .filter(secret -> elements(cluster.at("spec.managed.roles"))
                                                .noneMatch(role -> Manifest.at(role, "passwordSecret.name")
                                                        .asString("")
                                                        .equals(secret)))
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

    /** Of our own pods; those of a database are its operator's. */
    private static Stream<String> podMonitor(Manifests manifests, Manifest monitor) {
        return manifests
                .each("Deployment")
                .filter(deployment ->
                        LabelCheck.selects(monitor.at("spec.selector.matchLabels"), deployment.podLabels()))
                .flatMap(deployment -> {
                    JsonNode container = deployment.containers().get(0);
                    String actuator = actuatorPort(manifests.environment(deployment));
                    String job = deployment
                            .podLabels()
                            .getOrDefault(monitor.at("spec.jobLabel").asString(""), "");
                    Stream<String> endpoints = elements(monitor.at("spec.podMetricsEndpoints"))
                            .flatMap(endpoint -> {
                                String port = endpoint.path("port").asString("");
                                String path = endpoint.path("path").asString("");
                                Stream<String> ports = number(container, port).equals(actuator)
                                        ? Stream.empty()
                                        : Stream.of("scrapes the port '" + port + "', where " + deployment
                                                + " does not have its actuator");
                                Stream<String> pages = path.equals(METRICS)
                                                && servesMetrics(ApplicationJar.ofImage(
                                                        container.path("image").asString("")))
                                        ? Stream.empty()
                                        : Stream.of("scrapes " + path + ", which " + deployment + " does not serve");
                                return Stream.concat(ports, pages);
                            });
                    // By default it would be called after the monitor and its namespace.
                    Stream<String> jobs = job.equals(deployment.name())
                            ? Stream.empty()
                            : Stream.of("calls its job '" + job + "', which no rule asks for");
                    return Stream.concat(endpoints, jobs).map(problem -> monitor + " " + problem);
                });
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
