package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * In production a coordinator runs with a role that owns nothing of the log, and does not know the owner's password. Its
 * owner migrates the log before, in a container of its own.
 */
final class RolesCheck implements Check {

    private static final String USERNAME = "SPRING_DATASOURCE_USERNAME";
    private static final String PASSWORD = "SPRING_DATASOURCE_PASSWORD";
    private static final String OWNER = "SPRING_FLYWAY_USER";
    private static final String OWNERS_PASSWORD = "SPRING_FLYWAY_PASSWORD";

    @Override
    public Stream<String> problems(Manifests manifests) {
        return manifests.overlay().startsWith("production")
                ? manifests
                        .each("Deployment")
                        .filter(deployment -> !Manifests.isParticipant(deployment))
                        .flatMap(deployment ->
                                coordinator(manifests, deployment).map(problem -> deployment + " " + problem))
                : Stream.empty();
    }

    private static Stream<String> coordinator(Manifests manifests, Manifest deployment) {
        JsonNode container = deployment.containers().get(0);
        Map<String, String> environment = manifests.environment(container);
        Manifest cluster = manifests
                .database(environment.getOrDefault("SPRING_DATASOURCE_URL", ""))
                .orElseThrow();
        String owner = cluster.name() + "-app";
        String runtime = secret(container, USERNAME);
        Stream<String> knows = elements(container.path("env"))
                .filter(variable -> Manifest.at(variable, "valueFrom.secretKeyRef.name")
                        .asString("")
                        .equals(owner))
                .map(variable -> "is given " + variable.path("name").asString("") + " of the owner of " + cluster);
        Stream<String> migrates = "false".equals(environment.get("SPRING_FLYWAY_ENABLED"))
                ? Stream.empty()
                : Stream.of("migrates itself, with a role that may not");
        Stream<String> role =
                elements(cluster.at("spec.managed.roles")).anyMatch(candidate -> isRuntime(candidate, runtime))
                                && secret(container, PASSWORD).equals(runtime)
                        ? Stream.empty()
                        : Stream.of("signs on with the Secret '" + runtime + "', which is of no role of " + cluster
                                + " that may sign on and owns nothing");
        return Stream.of(knows, migrates, role, migration(manifests, deployment, owner, runtime))
                .flatMap(problems -> problems);
    }

    private static boolean isRuntime(JsonNode role, String secret) {
        return Manifest.at(role, "passwordSecret.name").asString("").equals(secret)
                && role.path("login").asBoolean(false)
                && elements(role.path("inRoles"))
                        .map(JsonNode::asString)
                        .toList()
                        .equals(List.of("pg_read_all_stats"))
                && Stream.of("superuser", "createdb", "createrole", "replication")
                        .noneMatch(right -> role.path(right).asBoolean(false));
    }

    private static Stream<String> migration(Manifests manifests, Manifest deployment, String owner, String runtime) {
        Optional<JsonNode> found = deployment.initContainers().stream()
                .filter(container -> elements(container.path("args"))
                        .map(JsonNode::asString)
                        .toList()
                        .equals(List.of("migrate")))
                .findFirst();
        if (found.isEmpty()) {
            return Stream.of("has no container before it that migrates the log");
        }
        JsonNode container = found.get();
        JsonNode coordinator = deployment.containers().get(0);
        Stream<String> secrets = Map.of(OWNER, owner, OWNERS_PASSWORD, owner, USERNAME, runtime).entrySet().stream()
                .filter(expected -> !secret(container, expected.getKey()).equals(expected.getValue()))
                .map(expected ->
                        "migrates with " + expected.getKey() + " of another Secret than " + expected.getValue());
        Stream<String> version = container.path("image").equals(coordinator.path("image"))
                ? Stream.empty()
                : Stream.of("migrates with another version than its own");
        Stream<String> settings = manifests.environment(container).equals(manifests.environment(coordinator))
                ? Stream.empty()
                : Stream.of("migrates with other settings than its own");
        return Stream.of(secrets, version, settings).flatMap(problems -> problems);
    }

    private static String secret(JsonNode container, String variable) {
        return elements(container.path("env"))
                .filter(candidate -> candidate.path("name").asString("").equals(variable))
                .map(candidate ->
                        Manifest.at(candidate, "valueFrom.secretKeyRef.name").asString(""))
                .findFirst()
                .orElse("");
    }
}
