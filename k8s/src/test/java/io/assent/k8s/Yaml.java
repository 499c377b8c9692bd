package io.assent.k8s;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Reads YAML into JSON trees. By SnakeYAML, since Jackson's trees leave aliases unresolved. */
final class Yaml {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Yaml() {}

    /** The documents of a file that are not empty, each an object of its own. */
    static List<ObjectNode> documents(Path file) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        try (Reader reader = Files.newBufferedReader(file)) {
            return objects(new org.yaml.snakeyaml.Yaml(new SafeConstructor(options)).loadAll(reader), file.toString());
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read", e);
        }
    }

    static List<ObjectNode> documents(String text) {
        return objects(new org.yaml.snakeyaml.Yaml(new SafeConstructor(new LoaderOptions())).loadAll(text), "the text");
    }

    private static List<ObjectNode> objects(Iterable<Object> documents, String source) {
        List<ObjectNode> objects = new ArrayList<>();
        for (Object document : documents) {
            if (document == null) {
                continue;
            }
            // By way of the text: nodes that an alias shares become copies.
            JsonNode tree = JSON.readTree(JSON.writeValueAsString(document));
            if (!tree.isObject()) {
                throw new IllegalArgumentException(source + " holds a document that is no object: " + tree);
            }
            objects.add((ObjectNode) tree);
        }
        return objects;
    }
}
