package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Containers may do nothing that they need not, have limits, and are of a version that is written down. */
final class HardeningCheck implements Check {

    private static final String VERSION = System.getProperty("assent.version", "");

    private static final Map<String, String> POD = Map.of(
            "automountServiceAccountToken", "false",
            "securityContext.runAsNonRoot", "true",
            "securityContext.seccompProfile.type", "RuntimeDefault");

    private static final Map<String, String> CONTAINER = Map.of(
            "securityContext.allowPrivilegeEscalation", "false",
            "securityContext.readOnlyRootFilesystem", "true",
            "securityContext.capabilities.drop.0", "ALL");

    @Override
    public Stream<String> problems(Manifests manifests) {
        Stream<String> namespaces = manifests
                .each("Namespace")
                .filter(namespace -> !"restricted".equals(namespace.labels().get("pod-security.kubernetes.io/enforce")))
                .map(namespace -> namespace + " lets in pods that are not restricted");
        Stream<String> deployments = manifests
                .each("Deployment")
                .flatMap(deployment -> deployment(deployment).map(problem -> deployment + " " + problem));
        Stream<String> databases = manifests
                .each("Cluster")
                .filter(cluster -> !cluster.at("spec.imageName").asString("").matches(".*:[0-9]+\\.[0-9]+.*"))
                .map(cluster -> cluster + " runs an image without a version");
        return Stream.of(namespaces, deployments, databases).flatMap(problems -> problems);
    }

    private static Stream<String> deployment(Manifest deployment) {
        return Stream.concat(
                settings(deployment.podSpec(), POD),
                deployment.allContainers().stream().flatMap(HardeningCheck::container));
    }

    private static Stream<String> container(JsonNode container) {
        String image = container.path("image").asString("");
        Stream<String> version = image.endsWith(":" + VERSION)
                ? Stream.empty()
                : Stream.of("runs " + image + ", not this version: " + VERSION);
        Stream<String> resources = Stream.of("requests.cpu", "requests.memory", "limits.cpu", "limits.memory")
                .filter(resource ->
                        Manifest.at(container, "resources." + resource).isMissingNode())
                .map(resource -> "has no resources." + resource);
        Stream<String> temporary = elements(container.path("volumeMounts"))
                        .anyMatch(mount -> mount.path("mountPath").asString("").equals("/tmp"))
                ? Stream.empty()
                : Stream.of("has no /tmp to write to");
        return Stream.of(settings(container, CONTAINER), version, resources, temporary)
                .flatMap(problems -> problems);
    }

    private static Stream<String> settings(JsonNode node, Map<String, String> expected) {
        return expected.entrySet().stream()
                .filter(setting -> !value(node, setting.getKey()).equals(setting.getValue()))
                .map(setting -> "should have " + setting.getKey() + ": " + setting.getValue());
    }

    private static String value(JsonNode node, String path) {
        return path.endsWith(".0")
                ? Manifest.at(node, path.replaceFirst("\\.0$", "")).path(0).asString("")
                : Manifest.at(node, path).asString("");
    }
}
