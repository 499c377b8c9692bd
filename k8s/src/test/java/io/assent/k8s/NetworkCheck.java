package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * Everything is denied but what is needed, and all that is needed is allowed on both sides: what the environment names, what
 * the coordinator calls, what operators and Prometheus do.
 */
final class NetworkCheck implements Check {

    /**
     * Pods as a policy sees them.
     *
     * @param namespace its name; empty for the one that all this is in
     */
    private record Pods(String name, String namespace, Map<String, String> labels) {

        static Pods of(Manifest workload) {
            return new Pods(workload.toString(), "", workload.podLabels());
        }
    }

    private record Connection(Pods from, Pods to, int port) {

        @Override
        public String toString() {
            return from.name() + " to " + to.name() + ":" + port;
        }
    }

    private static final Pods DNS = new Pods("DNS", "kube-system", Map.of("k8s-app", "kube-dns"));
    private static final Pods OPERATOR =
            new Pods("the database operator", "cnpg-system", Map.of("app.kubernetes.io/name", "cloudnative-pg"));
    private static final Pods PROMETHEUS =
            new Pods("Prometheus", "monitoring", Map.of("app.kubernetes.io/name", "prometheus"));
    private static final String MANAGEMENT_PORT = "MANAGEMENT_SERVER_PORT";
    private static final int POSTGRES = 5432;
    private static final int INSTANCE_MANAGER = 8000;
    private static final int DATABASE_METRICS = 9187;

    @Override
    public Stream<String> problems(Manifests manifests) {
        Stream<String> open = manifests.each("NetworkPolicy").anyMatch(NetworkCheck::deniesAll)
                ? Stream.empty()
                : Stream.of("no NetworkPolicy denies what no other allows");
        Stream<String> closed = needed(manifests)
                .flatMap(connection -> Stream.of("egress", "ingress")
                        .filter(direction -> !allowed(manifests, connection, direction))
                        .map(direction -> "no policy allows the " + direction + " of " + connection));
        return Stream.of(open, unreachable(manifests), closed, actuators(manifests))
                .flatMap(problems -> problems);
    }

    /** Where an actuator has a port of its own, nobody gets there but Prometheus. */
    private static Stream<String> actuators(Manifests manifests) {
        return manifests
                .each("Deployment")
                .filter(deployment -> manifests.environment(deployment).containsKey(MANAGEMENT_PORT))
                .flatMap(deployment -> {
                    int port =
                            Integer.parseInt(manifests.environment(deployment).get(MANAGEMENT_PORT));
                    Stream<String> services = manifests
                            .each("Service")
                            .filter(service -> LabelCheck.selects(service.at("spec.selector"), deployment.podLabels()))
                            .filter(service -> elements(service.at("spec.ports"))
                                    .map(candidate ->
                                            candidate.path("targetPort").asString(""))
                                    .anyMatch(target -> target.equals(Integer.toString(port))
                                            || containerPort(deployment, target).anyMatch(number -> number == port)))
                            .map(service -> service + " leads to the actuator of " + deployment);
                    Stream<String> strangers = manifests
                            .each("NetworkPolicy")
                            .filter(policy -> matches(policy.at("spec.podSelector"), deployment.podLabels()))
                            .flatMap(policy -> elements(policy.at("spec.ingress"))
                                    .filter(rule -> !rule.has("ports")
                                            || elements(rule.path("ports"))
                                                    .anyMatch(candidate -> candidate
                                                            .path("port")
                                                            .asString("")
                                                            .equals(Integer.toString(port))))
                                    .filter(rule -> !rule.has("from")
                                            || elements(rule.path("from")).anyMatch(peer -> !isPeer(peer, PROMETHEUS)))
                                    .map(rule -> policy + " lets others than Prometheus reach the actuator of "
                                            + deployment));
                    return Stream.concat(services, strangers);
                });
    }

    private static Stream<Integer> containerPort(Manifest workload, String name) {
        return workload.containers().stream()
                .flatMap(container -> elements(container.path("ports")))
                .filter(port -> port.path("name").asString("").equals(name))
                .map(port -> port.path("containerPort").asInt());
    }

    private static boolean deniesAll(Manifest policy) {
        return policy.at("spec.podSelector").isEmpty()
                && !policy.spec().has("ingress")
                && !policy.spec().has("egress")
                && elements(policy.at("spec.policyTypes"))
                        .map(JsonNode::asString)
                        .toList()
                        .containsAll(List.of("Ingress", "Egress"));
    }

    private static Stream<Connection> needed(Manifests manifests) {
        Stream<Connection> settings = manifests
                .each("Deployment")
                .flatMap(deployment -> endpoints(manifests, deployment)
                        .flatMap(endpoint -> pods(manifests, endpoint)
                                .filter(target -> !target.name().equals(deployment.toString()))
                                .map(target ->
                                        new Connection(Pods.of(deployment), target, port(manifests, endpoint)))));
        Stream<Connection> orders = manifests
                .each("Deployment")
                .filter(Manifests::isParticipant)
                .flatMap(participant -> participantEndpoints(manifests, participant)
                        .flatMap(endpoint -> coordinators(manifests)
                                .map(coordinator -> new Connection(
                                        Pods.of(coordinator), Pods.of(participant), port(manifests, endpoint)))));
        Stream<Connection> names = manifests.workloads().map(workload -> new Connection(Pods.of(workload), DNS, 53));
        Stream<Connection> databases = manifests
                .each("Cluster")
                .map(Pods::of)
                .flatMap(database -> Stream.of(
                        new Connection(database, database, POSTGRES),
                        new Connection(OPERATOR, database, POSTGRES),
                        new Connection(OPERATOR, database, INSTANCE_MANAGER)));
        return Stream.of(settings, orders, names, databases, scrapes(manifests)).flatMap(connections -> connections);
    }

    private static Stream<Connection> scrapes(Manifests manifests) {
        Stream<Connection> services = manifests
                .each("ServiceMonitor")
                .flatMap(monitor -> manifests
                        .each("Service")
                        .filter(service ->
                                LabelCheck.selects(monitor.at("spec.selector.matchLabels"), service.labels()))
                        .map(service -> new Endpoint(
                                service.name(),
                                service.at("spec.ports").get(0).path("port").asInt()))
                        .flatMap(endpoint -> pods(manifests, endpoint)
                                .map(target -> new Connection(PROMETHEUS, target, port(manifests, endpoint)))));
        Stream<Connection> databases = manifests
                .each("PodMonitor")
                .flatMap(monitor -> manifests
                        .each("Cluster")
                        .filter(cluster ->
                                LabelCheck.selects(monitor.at("spec.selector.matchLabels"), cluster.podLabels()))
                        .map(cluster -> new Connection(PROMETHEUS, Pods.of(cluster), DATABASE_METRICS)));
        Stream<Connection> pods = manifests
                .each("PodMonitor")
                .flatMap(monitor -> manifests
                        .each("Deployment")
                        .filter(deployment ->
                                LabelCheck.selects(monitor.at("spec.selector.matchLabels"), deployment.podLabels()))
                        .flatMap(deployment -> elements(monitor.at("spec.podMetricsEndpoints"))
                                .flatMap(endpoint -> containerPort(
                                        deployment, endpoint.path("port").asString("")))
                                .map(port -> new Connection(PROMETHEUS, Pods.of(deployment), port))));
        return Stream.of(services, databases, pods).flatMap(connections -> connections);
    }

    /** Settings that name a host that nothing here answers to, and participants that the coordinator would not call. */
    private static Stream<String> unreachable(Manifests manifests) {
        Stream<String> missing = manifests
                .each("Deployment")
                .flatMap(deployment -> endpoints(manifests, deployment)
                        .filter(endpoint -> pods(manifests, endpoint).findAny().isEmpty())
                        .map(endpoint -> deployment + " calls " + endpoint + ", which no Service answers"));
        Stream<String> strangers = manifests
                .each("Deployment")
                .filter(Manifests::isParticipant)
                .flatMap(participant -> participantEndpoints(manifests, participant)
                        .flatMap(endpoint -> coordinators(manifests)
                                .map(manifests::environment)
                                .map(environment ->
                                        environment.getOrDefault("ASSENT_COORDINATOR_PARTICIPANTS_ALLOWEDHOSTS", ""))
                                .filter(hosts ->
                                        !List.of(hosts.split(",")).contains(endpoint.host() + ":" + endpoint.port()))
                                .map(hosts -> "the coordinator may not call " + participant + ": " + endpoint
                                        + " is not in " + hosts)));
        return Stream.concat(missing, strangers);
    }

    private static Stream<Endpoint> endpoints(Manifests manifests, Manifest deployment) {
        return manifests.environment(deployment).values().stream().flatMap(value -> Endpoint.in(value).stream());
    }

    private static Stream<Endpoint> participantEndpoints(Manifests manifests, Manifest participant) {
        return Endpoint.in(manifests.environment(participant).getOrDefault("ASSENT_PARTICIPANT_URL", "")).stream();
    }

    private static Stream<Manifest> coordinators(Manifests manifests) {
        return manifests
                .each("Deployment")
                .filter(deployment -> "coordinator".equals(deployment.labels().get("app.kubernetes.io/component")));
    }

    /** The pods behind a Service; the one of a database's primary is made by its operator. */
    private static Stream<Pods> pods(Manifests manifests, Endpoint endpoint) {
        Stream<Pods> services = manifests
                .find("Service", endpoint.host())
                .filter(service -> servicePort(service, endpoint).findAny().isPresent())
                .stream()
                .flatMap(service -> manifests
                        .workloads()
                        .filter(workload -> LabelCheck.selects(service.at("spec.selector"), workload.podLabels())))
                .map(Pods::of);
        Stream<Pods> databases = manifests
                .each("Cluster")
                .filter(cluster -> endpoint.equals(new Endpoint(cluster.name() + "-rw", POSTGRES)))
                .map(Pods::of);
        return Stream.concat(services, databases);
    }

    /** Policies look at the pod's port, not at the Service's. */
    private static int port(Manifests manifests, Endpoint endpoint) {
        return manifests
                .find("Service", endpoint.host())
                .flatMap(service -> servicePort(service, endpoint)
                        .map(port -> port.path("targetPort").asString(""))
                        .flatMap(name -> manifests
                                .workloads()
                                .filter(workload ->
                                        LabelCheck.selects(service.at("spec.selector"), workload.podLabels()))
                                .flatMap(workload -> containerPort(workload, name)))
                        .findFirst())
                .orElse(endpoint.port());
    }

    private static Stream<JsonNode> servicePort(Manifest service, Endpoint endpoint) {
        return elements(service.at("spec.ports"))
                .filter(port -> port.path("port").asInt() == endpoint.port());
    }

    private static boolean allowed(Manifests manifests, Connection connection, String direction) {
        boolean egress = direction.equals("egress");
        Pods here = egress ? connection.from() : connection.to();
        Pods there = egress ? connection.to() : connection.from();
        if (!here.namespace().isEmpty()) {
            // Somebody else's namespace, somebody else's policies.
            return true;
        }
        return manifests
                .each("NetworkPolicy")
                .filter(policy -> matches(policy.at("spec.podSelector"), here.labels()))
                .flatMap(policy -> elements(policy.spec().path(direction)))
                .filter(rule -> elements(rule.path("ports"))
                        .anyMatch(port -> port.path("port").asInt() == connection.port()))
                .flatMap(rule -> elements(rule.path(egress ? "to" : "from")))
                .anyMatch(peer -> isPeer(peer, there));
    }

    private static boolean isPeer(JsonNode peer, Pods pods) {
        Map<String, String> namespace = Map.of("kubernetes.io/metadata.name", pods.namespace());
        boolean inNamespace = peer.has("namespaceSelector")
                ? matches(peer.path("namespaceSelector"), namespace)
                : pods.namespace().isEmpty();
        return inNamespace && (!peer.has("podSelector") || matches(peer.path("podSelector"), pods.labels()));
    }

    /** Here an empty selector does select everything. */
    private static boolean matches(JsonNode selector, Map<String, String> labels) {
        return selector.isEmpty() || LabelCheck.selects(selector.path("matchLabels"), labels);
    }
}
