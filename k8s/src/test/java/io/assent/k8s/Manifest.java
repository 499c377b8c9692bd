package io.assent.k8s;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** One object for Kubernetes. */
record Manifest(ObjectNode json) {

    String kind() {
        return json.path("kind").asString("");
    }

    String apiVersion() {
        return json.path("apiVersion").asString("");
    }

    String name() {
        return json.path("metadata").path("name").asString("");
    }

    boolean is(String kind) {
        return kind().equals(kind);
    }

    boolean is(String kind, String name) {
        return is(kind) && name().equals(name);
    }

    JsonNode spec() {
        return json.path("spec");
    }

    /** The node at a path such as {@code spec.template.spec}; missing when it is not there. */
    JsonNode at(String path) {
        return at(json, path);
    }

    static JsonNode at(JsonNode from, String path) {
        JsonNode node = from;
        for (String step : path.split("\\.")) {
            node = node.path(step);
        }
        return node;
    }

    Map<String, String> labels() {
        return strings(at("metadata.labels"));
    }

    /** The pods that a Deployment or a database cluster runs; the labels of the latter are given by its operator. */
    Map<String, String> podLabels() {
        return is("Cluster")
                ? Map.of("cnpg.io/cluster", name(), "cnpg.io/podRole", "instance")
                : strings(at("spec.template.metadata.labels"));
    }

    JsonNode podSpec() {
        return at("spec.template.spec");
    }

    List<JsonNode> containers() {
        return elements(podSpec().path("containers")).toList();
    }

    /** Those that run, one after another, before the others. */
    List<JsonNode> initContainers() {
        return elements(podSpec().path("initContainers")).toList();
    }

    List<JsonNode> allContainers() {
        return Stream.concat(initContainers().stream(), containers().stream()).toList();
    }

    static Stream<JsonNode> elements(JsonNode list) {
        return StreamSupport.stream(list.spliterator(), false);
    }

    static Map<String, String> strings(JsonNode object) {
        Map<String, String> map = new LinkedHashMap<>();
        object.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asString("")));
        return map;
    }

    Manifest copy() {
        return new Manifest(json.deepCopy());
    }

    @Override
    public String toString() {
        return kind() + " " + name();
    }
}
