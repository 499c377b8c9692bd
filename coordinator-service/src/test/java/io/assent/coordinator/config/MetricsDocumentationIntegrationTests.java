package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.web.Http;
import io.assent.embeddedpostgres.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/** Goal: every metric is documented as it is. Method: the table against what a running coordinator shows Prometheus. */
class MetricsDocumentationIntegrationTests {

    private static final Pattern TYPE = Pattern.compile("# TYPE (assent_[a-z_]+) ([a-z]+)");
    private static final Pattern SAMPLE = Pattern.compile("(assent_[a-z_]+)(?:\\{([^}]*)})? .*");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"[^\"]*\"");

    /** What the format adds to a metric. */
    private static final Set<String> OF_THE_FORMAT = Set.of("le", "quantile");

    @Test
    void the_table_and_a_running_coordinator_name_the_same_metrics_types_and_tags() throws IOException {
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("metrics");
        String shown;
        try (ConfigurableApplicationContext instance = new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--assent.coordinator.participants.allowed-hosts=loopback:*")) {
            shown = new Http(((WebServerApplicationContext) instance)
                            .getWebServer()
                            .getPort())
                    .get("/actuator/prometheus")
                    .body();
        }

        assertThat(documented()).isEqualTo(shown(shown));
    }

    /** By name: type and tags. */
    private static Map<String, String> shown(String scraped) {
        Map<String, String> types = new TreeMap<>();
        Map<String, Set<String>> tags = new TreeMap<>();
        scraped.lines().forEach(line -> {
            Matcher type = TYPE.matcher(line);
            Matcher sample = SAMPLE.matcher(line);
            if (type.matches() && !type.group(1).endsWith("_max")) {
                types.put(type.group(1), type.group(2));
            } else if (sample.matches()) {
                String name = types.keySet().stream()
                        .filter(known ->
                                sample.group(1).equals(known) || sample.group(1).startsWith(known + "_"))
                        .max(Comparator.comparingInt(String::length))
                        .orElse(sample.group(1));
                Set<String> here = tags.computeIfAbsent(name, any -> new TreeSet<>());
                if (sample.group(2) != null) {
                    LABEL.matcher(sample.group(2))
                            .results()
                            .map(label -> label.group(1))
                            .filter(label -> !OF_THE_FORMAT.contains(label))
                            .forEach(here::add);
                }
            }
        });
        Map<String, String> all = new TreeMap<>();
        types.forEach((name, type) -> all.put(name, type + " " + tags.getOrDefault(name, Set.of())));
        return all;
    }

    private static Map<String, String> documented() throws IOException {
        Map<String, String> all = new TreeMap<>();
        String section = "";
        for (String line : Files.readAllLines(Path.of("..", "docs", "metrics.md"))) {
            if (line.startsWith("## ")) {
                section = line;
            }
            if (section.equals("## Coordinator") && line.startsWith("| `assent_")) {
                String[] cells =
                        Arrays.stream(line.split("\\|")).map(String::strip).toArray(String[]::new);
                assertThat(cells).as(line).hasSize(6);
                Set<String> tags = new TreeSet<>();
                Pattern.compile("`([a-z_]+)`")
                        .matcher(cells[3].replaceAll("\\([^)]*\\)", ""))
                        .results()
                        .forEach(tag -> tags.add(tag.group(1)));
                assertThat(all.put(cells[1].replace("`", ""), cells[2] + " " + tags))
                        .as(line)
                        .isNull();
            }
        }
        return all;
    }
}
