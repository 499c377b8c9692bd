package io.assent.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Goal: the images that the build makes are those that the manifests run. Method: both are read. */
class ImageTests {

    private final Manifests manifests = Manifests.of("production-with-shop");

    @Test
    void every_image_is_one_that_the_build_makes() {
        assertThat(manifests
                        .each("Deployment")
                        .flatMap(deployment -> deployment.allContainers().stream())
                        .map(container -> container.path("image").asString(""))
                        .distinct())
                .hasSize(3)
                .allSatisfy(image -> {
                    String module = image.replaceFirst(":[^:/]*$", "").replaceFirst("^.*/", "");
                    assertThat(pom(module + "/pom.xml")).contains("<jib.skip>false</jib.skip>");
                });
    }

    @Test
    void they_run_as_the_user_of_the_image() {
        assertThat(manifests.each("Deployment").map(Manifest::podSpec).map(pod -> pod.path("securityContext")))
                .allSatisfy(context -> assertThat(pom("pom.xml")).contains("<user>" + user(context) + "</user>"));
    }

    @Test
    void their_base_has_an_exact_version() {
        assertThat(pom("pom.xml")).containsPattern("<image>eclipse-temurin:[0-9]+\\.[0-9.]+_[0-9]+-jre-[a-z]+</image>");
    }

    /** Exploded classes have no manifest, and every instance would say that its version is "development". */
    @Test
    void they_know_their_version() {
        assertThat(pom("pom.xml")).contains("<containerizingMode>packaged</containerizingMode>");
    }

    private static String user(JsonNode context) {
        return context.path("runAsUser").asString("") + ":"
                + context.path("runAsGroup").asString("");
    }

    private static String pom(String path) {
        try {
            return Files.readString(Manifests.REPOSITORY.resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
