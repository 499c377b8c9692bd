package io.assent.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Renders a kustomization, so that the tests need no program that a build machine may not have. It knows what the manifests
 * here use and refuses everything else; {@link KustomizationTests} holds it against what kustomize itself made of a
 * directory that uses all of it. One difference is meant: generated ConfigMaps keep their names, without a hash.
 */
final class Kustomization {

    private static final Set<String> KNOWN = Set.of(
            "apiVersion",
            "kind",
            "namespace",
            "resources",
            "labels",
            "replicas",
            "images",
            "configMapGenerator",
            "patches");
    private static final Set<String> WITHOUT_NAMESPACE = Set.of("Namespace");

    private final Path directory;
    private final ObjectNode file;
    private final List<ObjectNode> objects = new ArrayList<>();

    private Kustomization(Path directory) {
        this.directory = directory;
        this.file = Yaml.documents(directory.resolve("kustomization.yaml")).get(0);
        file.propertyNames().forEach(name -> {
            if (!KNOWN.contains(name)) {
                throw new IllegalArgumentException(directory + ": this reader does not know the field " + name);
            }
        });
    }

    /** The objects of a directory with a {@code kustomization.yaml}, in the order in which they are named. */
    static List<ObjectNode> render(Path directory) {
        return new Kustomization(directory).render();
    }

    private List<ObjectNode> render() {
        resources();
        configMaps();
        patches();
        namespace();
        labels();
        replicas();
        images();
        return objects;
    }

    private void resources() {
        for (JsonNode resource : file.path("resources")) {
            Path path = directory.resolve(resource.asString()).normalize();
            objects.addAll(Files.isDirectory(path) ? render(path) : Yaml.documents(path));
        }
    }

    private void configMaps() {
        for (JsonNode generator : file.path("configMapGenerator")) {
            String name = generator.path("name").asString();
            boolean merge = generator.path("behavior").asString("create").equals("merge");
            ObjectNode map;
            if (merge) {
                map = find("ConfigMap", name);
            } else {
                map = file.objectNode();
                map.put("apiVersion", "v1").put("kind", "ConfigMap");
                map.putObject("metadata").put("name", name);
                map.putObject("data");
                objects.add(map);
            }
            ObjectNode data = (ObjectNode) map.path("data");
            for (JsonNode literal : generator.path("literals")) {
                String[] pair = literal.asString().split("=", 2);
                data.put(pair[0], pair[1]);
            }
            for (JsonNode file : generator.path("files")) {
                Path path = directory.resolve(file.asString());
                data.put(path.getFileName().toString(), read(path));
            }
            if (generator.at("/options/labels") instanceof ObjectNode labels) {
                ((ObjectNode) map.path("metadata")).set("labels", labels.deepCopy());
            }
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void patches() {
        for (JsonNode entry : file.path("patches")) {
            if (entry.size() != 1 || !entry.has("path")) {
                throw new IllegalArgumentException(directory + ": this reader knows patches by path alone: " + entry);
            }
            for (ObjectNode patch :
                    Yaml.documents(directory.resolve(entry.path("path").asString()))) {
                StrategicMerge.into(
                        find(
                                patch.path("kind").asString(),
                                patch.path("metadata").path("name").asString()),
                        patch);
            }
        }
    }

    private void namespace() {
        if (!file.has("namespace")) {
            return;
        }
        String namespace = file.path("namespace").asString();
        for (ObjectNode object : objects) {
            boolean cluster = WITHOUT_NAMESPACE.contains(object.path("kind").asString());
            ((ObjectNode) object.path("metadata")).put(cluster ? "name" : "namespace", namespace);
        }
    }

    private void labels() {
        for (JsonNode entry : file.path("labels")) {
            for (ObjectNode object : objects) {
                add(object, entry.path("pairs"));
                if (entry.path("includeTemplates").asBoolean(false)
                        && object.path("spec").path("template").isObject()) {
                    add((ObjectNode) object.path("spec").path("template"), entry.path("pairs"));
                }
            }
        }
    }

    private static void add(ObjectNode object, JsonNode pairs) {
        object.withObjectProperty("metadata").withObjectProperty("labels").setAll((ObjectNode) pairs);
    }

    private void replicas() {
        for (JsonNode entry : file.path("replicas")) {
            find("Deployment", entry.path("name").asString())
                    .withObjectProperty("spec")
                    .put("replicas", entry.path("count").asInt());
        }
    }

    private void images() {
        for (JsonNode entry : file.path("images")) {
            for (ObjectNode object : objects) {
                for (JsonNode container : new Manifest(object).allContainers()) {
                    if (container
                            .path("image")
                            .asString("")
                            .equals(entry.path("name").asString())) {
                        String name = entry.path("newName")
                                .asString(entry.path("name").asString());
                        ((ObjectNode) container)
                                .put("image", name + ":" + entry.path("newTag").asString());
                    }
                }
            }
        }
    }

    private ObjectNode find(String kind, String name) {
        return objects.stream()
                .filter(object -> new Manifest(object).is(kind, name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        directory + " changes a " + kind + " " + name + ", which none of its resources holds"));
    }

    /** Lists are merged by the key that the Kubernetes API names for them; what the patch names comes first. */
    private static final class StrategicMerge {

        private static final Map<String, String> KEYS =
                Map.of("containers", "name", "env", "name", "volumes", "name", "volumeMounts", "mountPath");

        static void into(ObjectNode target, ObjectNode patch) {
            patch.properties().forEach(entry -> merge(target, entry.getKey(), entry.getValue()));
        }

        private static void merge(ObjectNode target, String name, JsonNode value) {
            if (name.startsWith("$")) {
                throw new IllegalArgumentException("This reader does not know the directive " + name);
            }
            JsonNode present = target.path(name);
            if (value.isNull()) {
                target.remove(name);
            } else if (value.isObject() && present.isObject()) {
                into((ObjectNode) present, (ObjectNode) value);
            } else if (value.isArray() && !value.isEmpty() && value.get(0).isObject() && present.isArray()) {
                list(name, (ArrayNode) present, value);
            } else {
                target.set(name, value);
            }
        }

        private static void list(String name, ArrayNode target, JsonNode patches) {
            String key = KEYS.get(name);
            if (key == null) {
                throw new IllegalArgumentException("This reader does not know how the list " + name + " is merged");
            }
            List<JsonNode> merged = new ArrayList<>();
            for (JsonNode patch : patches) {
                merged.add(Manifest.elements(target)
                        .filter(element -> element.path(key).equals(patch.path(key)))
                        .findFirst()
                        .map(element -> {
                            into((ObjectNode) element, (ObjectNode) patch);
                            return element;
                        })
                        .orElse(patch));
            }
            Manifest.elements(target)
                    .filter(element -> !merged.contains(element))
                    .forEach(merged::add);
            target.removeAll();
            target.addAll(merged);
        }
    }
}
