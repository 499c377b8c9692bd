package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Every name that one object uses for another, or for a part of itself, exists. */
final class ReferenceCheck implements Check {

    /** What CloudNativePG puts into the Secret of a cluster's application user. */
    private static final Set<String> APPLICATION_SECRET =
            Set.of("username", "password", "dbname", "host", "port", "uri", "jdbc-uri", "pgpass");

    private static final Set<String> AUTHORITY_SECRET = Set.of("ca.crt", "ca.key");

    /** What the user creates, as docs/operations.md tells; {@link DocumentationTests} holds the two together. */
    static final Map<String, Set<String>> SECRETS_OF_THE_USER = Map.of(
            "decision-log-backup", Set.of("ACCESS_KEY_ID", "ACCESS_SECRET_KEY"),
            "coordinator-callers", Set.of("callers.yaml"),
            "decision-log-runtime", Set.of("username", "password"),
            "order-service-key", Set.of("key"),
            "payment-service-key", Set.of("key"));

    @Override
    public Stream<String> problems(Manifests manifests) {
        return Stream.of(
                        manifests.each("Deployment").flatMap(deployment -> deployment(manifests, deployment)),
                        manifests.each("Service").flatMap(service -> service(manifests, service)),
                        backups(manifests))
                .flatMap(problems -> problems);
    }

    private static Stream<String> deployment(Manifests manifests, Manifest deployment) {
        String account = deployment.podSpec().path("serviceAccountName").asString("");
        return Stream.of(
                        manifests.find("ServiceAccount", account).isPresent()
                                ? Stream.<String>empty()
                                : Stream.of("uses the missing ServiceAccount '" + account + "'"),
                        deployment.allContainers().stream().flatMap(container -> settings(manifests, container)),
                        deployment.containers().stream().flatMap(ReferenceCheck::probes),
                        volumes(manifests, deployment))
                .flatMap(problems -> problems)
                .map(problem -> deployment + " " + problem);
    }

    private static Stream<String> settings(Manifests manifests, JsonNode container) {
        Stream<String> maps = elements(container.path("envFrom"))
                .map(from -> Manifest.at(from, "configMapRef.name").asString(""))
                .filter(name -> manifests.find("ConfigMap", name).isEmpty())
                .map(name -> "takes its environment from the missing ConfigMap '" + name + "'");
        Stream<String> secrets = elements(container.path("env"))
                .map(variable -> Manifest.at(variable, "valueFrom.secretKeyRef"))
                .filter(reference -> !reference.isMissingNode())
                .flatMap(reference -> secret(manifests, reference.path("name"), reference.path("key")));
        return Stream.concat(maps, secrets);
    }

    private static Stream<String> probes(JsonNode container) {
        Set<String> ports = ports(container);
        return Stream.of("startupProbe", "readinessProbe", "livenessProbe")
                .filter(probe -> !ports.contains(
                        Manifest.at(container, probe + ".httpGet.port").asString("")))
                .map(probe -> probe + " names a port that the container does not have");
    }

    private static Stream<String> volumes(Manifests manifests, Manifest deployment) {
        Set<String> names = elements(deployment.podSpec().path("volumes"))
                .map(volume -> volume.path("name").asString(""))
                .collect(Collectors.toSet());
        Set<String> mounted = deployment.allContainers().stream()
                .flatMap(container -> elements(container.path("volumeMounts")))
                .map(mount -> mount.path("name").asString(""))
                .collect(Collectors.toSet());
        Stream<String> differences = Stream.concat(names.stream(), mounted.stream())
                .distinct()
                .filter(name -> !names.contains(name) || !mounted.contains(name))
                .map(name -> "has the volume '" + name + "' in one of volumes and volumeMounts only");
        Stream<String> secrets = elements(deployment.podSpec().path("volumes"))
                .map(volume -> volume.path("secret"))
                .filter(secret -> !secret.isMissingNode())
                .flatMap(secret -> elements(secret.path("items"))
                        .flatMap(item -> secret(manifests, secret.path("secretName"), item.path("key"))));
        return Stream.concat(differences, secrets);
    }

    private static Stream<String> service(Manifests manifests, Manifest service) {
        return manifests
                .workloads()
                .filter(workload -> LabelCheck.selects(service.at("spec.selector"), workload.podLabels()))
                .flatMap(workload -> workload.containers().stream())
                .flatMap(container -> elements(service.at("spec.ports"))
                        .map(port -> port.path("targetPort").asString(""))
                        .filter(port -> !ports(container).contains(port))
                        .map(port -> service + " leads to the port '" + port + "', which its pods do not have"));
    }

    private static Stream<String> backups(Manifests manifests) {
        Function<JsonNode, Stream<String>> key = node -> secret(manifests, node.path("name"), node.path("key"));
        Stream<String> stores = manifests
                .each("ObjectStore")
                .flatMap(store -> elements(store.at("spec.configuration.s3Credentials"))
                        .flatMap(key)
                        .map(problem -> store + " " + problem));
        Stream<String> archives = manifests
                .each("Cluster")
                .flatMap(cluster -> elements(cluster.at("spec.plugins"))
                        .map(plugin -> Manifest.at(plugin, "parameters.barmanObjectName")
                                .asString(""))
                        .filter(name -> manifests.find("ObjectStore", name).isEmpty())
                        .map(name -> cluster + " archives to the missing ObjectStore '" + name + "'"));
        Stream<String> roles = manifests
                .each("Cluster")
                .flatMap(cluster -> elements(cluster.at("spec.managed.roles"))
                        .map(role -> Manifest.at(role, "passwordSecret.name").asString(""))
                        .filter(name -> !SECRETS_OF_THE_USER
                                .getOrDefault(name, Set.of())
                                .containsAll(Set.of("username", "password")))
                        .map(name -> cluster + " takes a password from the Secret '" + name + "', which nobody makes"));
        Stream<String> schedules = manifests
                .each("ScheduledBackup")
                .filter(backup -> manifests
                        .find("Cluster", backup.at("spec.cluster.name").asString(""))
                        .isEmpty())
                .map(backup -> backup + " backs up a Cluster that is not here");
        return Stream.of(stores, archives, roles, schedules).flatMap(problems -> problems);
    }

    private static Stream<String> secret(Manifests manifests, JsonNode name, JsonNode key) {
        String secret = name.asString("");
        Set<String> keys = manifests
                .each("Cluster")
                .flatMap(cluster -> Stream.of(
                        Map.entry(cluster.name() + "-app", APPLICATION_SECRET),
                        Map.entry(cluster.name() + "-ca", AUTHORITY_SECRET)))
                .filter(entry -> entry.getKey().equals(secret))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(SECRETS_OF_THE_USER.getOrDefault(secret, Set.of()));
        return keys.contains(key.asString(""))
                ? Stream.empty()
                : Stream.of(
                        "uses the key '" + key.asString("") + "' of the Secret '" + secret + "', which nobody makes");
    }

    private static Set<String> ports(JsonNode container) {
        return elements(container.path("ports"))
                .map(port -> port.path("name").asString(""))
                .collect(Collectors.toSet());
    }
}
