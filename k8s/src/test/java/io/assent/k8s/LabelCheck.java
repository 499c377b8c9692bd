package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Everything carries the recommended labels, and every selector finds what it is meant to find. */
final class LabelCheck implements Check {

    private static final List<String> RECOMMENDED =
            List.of("app.kubernetes.io/name", "app.kubernetes.io/component", "app.kubernetes.io/part-of");

    /** Participants are the user's: a policy may be there before the first of them is. */
    private static final Map<String, String> PARTICIPANTS = Map.of("assent.io/participant", "true");

    @Override
    public Stream<String> problems(Manifests manifests) {
        return Stream.of(recommended(manifests), selectors(manifests), targets(manifests))
                .flatMap(problems -> problems);
    }

    private static Stream<String> recommended(Manifests manifests) {
        return manifests.all().stream()
                // A generated ConfigMap has no labels of its own.
                .flatMap(manifest -> (manifest.is("ConfigMap") ? RECOMMENDED.subList(2, 3) : RECOMMENDED)
                        .stream()
                                .filter(label -> !manifest.labels().containsKey(label))
                                .map(label -> manifest + " lacks the label " + label));
    }

    private static Stream<String> selectors(Manifests manifests) {
        return manifests.all().stream().flatMap(manifest -> switch (manifest.kind()) {
            case "Deployment" ->
                Stream.concat(
                        own(manifest, manifest.at("spec.selector.matchLabels")),
                        elements(manifest.podSpec().path("topologySpreadConstraints"))
                                .flatMap(constraint ->
                                        own(manifest, Manifest.at(constraint, "labelSelector.matchLabels"))));
            case "Service" -> pods(manifests, manifest, manifest.at("spec.selector"));
            case "PodDisruptionBudget", "PodMonitor" ->
                pods(manifests, manifest, manifest.at("spec.selector.matchLabels"));
            case "ServiceMonitor" -> services(manifests, manifest);
            case "NetworkPolicy" ->
                Stream.concat(
                                Stream.of(manifest.at("spec.podSelector")),
                                Stream.concat(peers(manifest, "ingress", "from"), peers(manifest, "egress", "to"))
                                        .filter(peer -> !peer.has("namespaceSelector"))
                                        .map(peer -> peer.path("podSelector")))
                        .map(selector -> selector.path("matchLabels"))
                        .filter(labels -> !labels.isMissingNode())
                        .filter(labels -> !Manifest.strings(labels).equals(PARTICIPANTS))
                        .flatMap(labels -> pods(manifests, manifest, labels));
            default -> Stream.empty();
        });
    }

    private static Stream<String> targets(Manifests manifests) {
        return manifests
                .each("HorizontalPodAutoscaler")
                .filter(scaler -> manifests
                        .find(
                                scaler.at("spec.scaleTargetRef.kind").asString(""),
                                scaler.at("spec.scaleTargetRef.name").asString(""))
                        .isEmpty())
                .map(scaler -> scaler + " scales nothing that is here");
    }

    private static Stream<JsonNode> peers(Manifest policy, String direction, String side) {
        return elements(policy.spec().path(direction)).flatMap(rule -> elements(rule.path(side)));
    }

    private static Stream<String> own(Manifest manifest, JsonNode selector) {
        return selects(selector, manifest.podLabels())
                ? Stream.empty()
                : Stream.of(manifest + " does not select its own pods by " + selector);
    }

    private static Stream<String> pods(Manifests manifests, Manifest manifest, JsonNode selector) {
        return manifests.workloads().anyMatch(workload -> selects(selector, workload.podLabels()))
                ? Stream.empty()
                : Stream.of(manifest + " selects no pod by " + selector);
    }

    private static Stream<String> services(Manifests manifests, Manifest monitor) {
        JsonNode selector = monitor.at("spec.selector.matchLabels");
        return manifests.each("Service").anyMatch(service -> selects(selector, service.labels()))
                ? Stream.empty()
                : Stream.of(monitor + " selects no Service by " + selector);
    }

    /** An empty set of labels would select everything, which no selector here is meant to do. */
    static boolean selects(JsonNode selector, Map<String, String> labels) {
        return !selector.isEmpty()
                && labels.entrySet().containsAll(Manifest.strings(selector).entrySet());
    }
}
