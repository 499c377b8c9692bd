package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** All that one overlay brings to a cluster. */
record Manifests(String overlay, List<Manifest> all) {

    static final Path REPOSITORY = Path.of(System.getProperty("assent.repository", ".."));
    static final List<String> OVERLAYS = List.of("dev", "production", "production-with-shop");

    static Manifests of(String overlay) {
        return new Manifests(
                overlay,
                Kustomization.render(REPOSITORY.resolve("k8s/overlays").resolve(overlay)).stream()
                        .map(Manifest::new)
                        .toList());
    }

    Manifests copy() {
        return new Manifests(overlay, all.stream().map(Manifest::copy).toList());
    }

    Stream<Manifest> each(String kind) {
        return all.stream().filter(manifest -> manifest.is(kind));
    }

    Optional<Manifest> find(String kind, String name) {
        return each(kind).filter(manifest -> manifest.name().equals(name)).findFirst();
    }

    Manifest get(String kind, String name) {
        return find(kind, name)
                .orElseThrow(() -> new IllegalArgumentException("no " + kind + " " + name + " in " + overlay));
    }

    /** What runs pods: our Deployments, and the database clusters by way of their operator. */
    Stream<Manifest> workloads() {
        return all.stream().filter(manifest -> manifest.is("Deployment") || manifest.is("Cluster"));
    }

    /** The environment of a Deployment's container as far as it is written down here; without what Secrets hold. */
    Map<String, String> environment(Manifest deployment) {
        Map<String, String> environment = new LinkedHashMap<>();
        deployment.containers().forEach(container -> environment.putAll(environment(container)));
        return environment;
    }

    /** The same of one container. */
    Map<String, String> environment(JsonNode container) {
        Map<String, String> environment = new LinkedHashMap<>();
        elements(container.path("envFrom"))
                .map(from -> Manifest.at(from, "configMapRef.name").asString(""))
                .flatMap(name -> find("ConfigMap", name).stream())
                .forEach(map -> environment.putAll(Manifest.strings(map.at("data"))));
        elements(container.path("env"))
                .filter(variable -> variable.has("value"))
                .forEach(variable -> environment.put(
                        variable.path("name").asString(""),
                        variable.path("value").asString("")));
        return environment;
    }

    /** The database cluster whose primary a JDBC URL names. */
    Optional<Manifest> database(String jdbcUrl) {
        return Endpoint.in(jdbcUrl).stream()
                .filter(endpoint -> endpoint.host().endsWith("-rw"))
                .flatMap(endpoint -> find("Cluster", endpoint.host().replaceFirst("-rw$", "")).stream())
                .findFirst();
    }

    static boolean isParticipant(Manifest manifest) {
        return "true".equals(manifest.labels().get("assent.io/participant"));
    }
}
