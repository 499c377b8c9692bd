package io.assent.k8s;

import static io.assent.k8s.Manifest.elements;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** Every alert is of some severity, says what it means, and is explained where its runbook says. */
final class AlertCheck implements Check {

    private static final Pattern METRIC = Pattern.compile("\\b(?:assent|cnpg|kube)_[a-z0-9_]+|\\bup(?=\\{)");

    /** What others export: Prometheus itself, kube-state-metrics, CloudNativePG by default. */
    private static final Set<String> OF_OTHERS = Set.of(
            "up",
            "kube_deployment_status_replicas_available",
            "cnpg_pg_replication_streaming_replicas",
            "cnpg_pg_stat_archiver_last_failed_time",
            "cnpg_pg_stat_archiver_last_archived_time");

    @Override
    public Stream<String> problems(Manifests manifests) {
        return alerts(manifests).flatMap(AlertCheck::problems);
    }

    static Stream<JsonNode> alerts(Manifests manifests) {
        return manifests
                .each("PrometheusRule")
                .flatMap(rule -> elements(rule.at("spec.groups")))
                .flatMap(group -> elements(group.path("rules")));
    }

    /** The metrics of our own applications that an expression names. */
    static Set<String> ownMetrics(JsonNode alert) {
        return ownMetrics(alert.path("expr").asString(""));
    }

    /** The same of any query. */
    static Set<String> ownMetrics(String query) {
        return METRIC.matcher(query)
                .results()
                .map(MatchResult::group)
                .filter(name -> name.startsWith("assent_"))
                .collect(Collectors.toSet());
    }

    private static Stream<String> problems(JsonNode alert) {
        String name = alert.path("alert").asString("");
        String runbook = Manifest.at(alert, "annotations.runbook").asString("");
        Stream<String> words = Stream.of("expr", "labels.severity", "annotations.summary", "annotations.description")
                .filter(field -> Manifest.at(alert, field).asString("").isBlank())
                .map(field -> name + " has no " + field);
        Stream<String> explained = runbook.equals("docs/operations.md#" + name.toLowerCase(java.util.Locale.ROOT))
                        && operations().contains("### " + name + "\n")
                ? Stream.empty()
                : Stream.of(name + " is not explained at " + runbook);
        Stream<String> unknown = metrics(alert)
                .filter(metric -> !metric.startsWith("assent_") && !OF_OTHERS.contains(metric))
                .map(metric -> name + " uses the unknown metric " + metric);
        Stream<String> none = metrics(alert).findAny().isEmpty()
                ? Stream.of(name + " uses no metric that is known here")
                : Stream.empty();
        return Stream.of(words, explained, unknown, none).flatMap(problems -> problems);
    }

    private static Stream<String> metrics(JsonNode alert) {
        return METRIC.matcher(alert.path("expr").asString("")).results().map(MatchResult::group);
    }

    static String operations() {
        try {
            return Files.readString(Manifests.REPOSITORY.resolve("docs/operations.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
