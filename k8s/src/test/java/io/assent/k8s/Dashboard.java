package io.assent.k8s;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One dashboard of Grafana. */
record Dashboard(String name, JsonNode content) {

    /** Those that the manifests bring along. */
    static List<Dashboard> all() {
        try (Stream<Path> files = Files.list(Manifests.REPOSITORY.resolve("k8s/base/monitoring/dashboards"))) {
            return files.sorted()
                    .map(file -> new Dashboard(
                            file.getFileName().toString(), JsonMapper.shared().readTree(file)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Stream<JsonNode> panels() {
        return Manifest.elements(content.path("panels"));
    }

    /** Every query, as Grafana would send it with all of everything selected. */
    Stream<String> queries() {
        return panels().flatMap(panel -> Manifest.elements(panel.path("targets")))
                .map(target -> target.path("expr").asString("").replace("$__rate_interval", "1m"))
                .map(query -> query.replaceAll("=~\"\\$[a-z]+\"", "=~\".*\""));
    }

    /** What the lists of choices are made from. */
    Stream<String> choices() {
        return Manifest.elements(content.at("/templating/list"))
                .map(variable -> variable.at("/query/query").asString(""))
                .filter(query -> !query.isEmpty());
    }
}
