package io.assent.participant.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Goal: every property is documented with its default, and no other. Method: the table against the generated metadata. */
class DocumentedPropertiesTests {

    private static final Pattern ROW = Pattern.compile("\\| `(assent\\.[a-z.-]+)` \\| ([^|]+) \\| ([^|]+) \\|");

    @Test
    void the_table_in_the_documentation_and_the_metadata_agree() throws IOException {
        Map<String, String> documented = new TreeMap<>();
        Matcher rows = ROW.matcher(Files.readString(Path.of("..", "docs", "starter.md")));
        while (rows.find()) {
            String defaultValue = rows.group(2).trim();
            documented.put(rows.group(1), defaultValue.startsWith("none") ? "none" : defaultValue.replace("`", ""));
            assertThat(rows.group(3)).as("unit and range of %s", rows.group(1)).isNotBlank();
        }
        Map<String, String> generated = new TreeMap<>();
        try (InputStream in =
                Files.newInputStream(Path.of("target", "classes", "META-INF", "spring-configuration-metadata.json"))) {
            for (JsonNode property : JsonMapper.shared().readTree(in).get("properties")) {
                // Spring Boot adds its own for every endpoint, and documents them.
                if (property.get("name").stringValue().startsWith("management.endpoint.assent-")) {
                    continue;
                }
                JsonNode value = property.get("defaultValue");
                generated.put(
                        property.get("name").stringValue(),
                        value == null ? "none" : value.isArray() ? value.get(0).asString() : value.asString());
                assertThat(property.get("description").stringValue()).isNotBlank();
            }
        }
        assertThat(documented).isEqualTo(generated);
    }
}
