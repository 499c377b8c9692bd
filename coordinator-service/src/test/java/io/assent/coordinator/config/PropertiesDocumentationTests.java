package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Goal: every property is documented as it is. Method: the table against the metadata that the compiler made. */
class PropertiesDocumentationTests {

    private static final List<String> PREFIXES = List.of("assent.coordinator.", "assent.security.");

    @Test
    void the_table_and_the_code_name_the_same_properties_and_defaults() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        for (String line : Files.readAllLines(Path.of("..", "docs", "coordinator.md"))) {
            if (PREFIXES.stream().anyMatch(prefix -> line.startsWith("| `" + prefix))) {
                String[] cells =
                        Arrays.stream(line.split("\\|")).map(String::strip).toArray(String[]::new);
                assertThat(cells).as(line).hasSize(6);
                assertThat(Arrays.copyOfRange(cells, 1, 6)).as(line).doesNotContain("");
                documented.put(cells[1].replace("`", ""), cells[3].replace("`", ""));
            }
        }

        Map<String, String> coded = new TreeMap<>();
        for (JsonNode property : metadata().path("properties")) {
            String name = property.path("name").asString();
            if (PREFIXES.stream().anyMatch(name::startsWith)) {
                assertThat(property.path("description").asString("")).as(name).isNotBlank();
                coded.put(
                        name,
                        property.has("defaultValue")
                                ? property.path("defaultValue").asString()
                                : "");
            }
        }

        assertThat(documented.keySet()).isEqualTo(coded.keySet());
        coded.forEach((name, value) -> {
            if (!value.isEmpty()) {
                assertThat(documented.get(name)).as(name).isEqualTo(value);
            }
        });
    }

    /** By path: on the class path there are others of this name. */
    private static JsonNode metadata() throws IOException {
        return new JsonMapper()
                .readTree(Files.readAllBytes(
                        Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json")));
    }
}
