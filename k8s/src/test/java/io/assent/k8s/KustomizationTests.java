package io.assent.k8s;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.node.ObjectNode;

/**
 * Goal: what the other tests look at is what kustomize would send to a cluster. Method: a directory that uses every feature,
 * rendered by kustomize itself once; what is not known is refused.
 */
class KustomizationTests {

    private static final Path DIRECTORY = Manifests.REPOSITORY.resolve("k8s/src/test/resources/kustomize");

    @Test
    void it_renders_what_kustomize_renders() throws IOException {
        String rendered = Files.readString(DIRECTORY.resolve("rendered.yaml"))
                // A generated ConfigMap's name ends in a hash of its content.
                .replaceAll("name: settings-[a-z0-9]{10}\n", "name: settings\n");
        List<ObjectNode> expected = Yaml.documents(rendered);

        assertThat(Kustomization.render(DIRECTORY.resolve("overlay"))).containsExactlyInAnyOrderElementsOf(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "namePrefix: x-",
                "patches: [{patch: 'kind: Namespace', target: {kind: Namespace}}]",
                "replicas: [{name: nobody, count: 2}]"
            })
    void what_it_does_not_know_is_refused(String line, @TempDir Path directory) throws IOException {
        Files.writeString(directory.resolve("kustomization.yaml"), "resources: []\n" + line + "\n");

        assertThatIllegalArgumentException().isThrownBy(() -> Kustomization.render(directory));
    }

    @ParameterizedTest
    @ValueSource(strings = {"spec: {$patch: delete}", "spec: {list: [{name: b}]}"})
    void a_patch_that_it_does_not_know_is_refused(String line, @TempDir Path directory) throws IOException {
        Files.writeString(
                directory.resolve("thing.yaml"), "kind: Thing\nmetadata: {name: a}\nspec: {list: [{name: a}]}\n");
        Files.writeString(directory.resolve("patch.yaml"), "kind: Thing\nmetadata: {name: a}\n" + line + "\n");
        Files.writeString(
                directory.resolve("kustomization.yaml"), "resources: [thing.yaml]\npatches: [{path: patch.yaml}]\n");

        assertThatIllegalArgumentException().isThrownBy(() -> Kustomization.render(directory));
    }
}
