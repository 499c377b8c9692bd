package io.assent.k8s;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Arrays;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Goal: docs/operations.md can be followed. Method: what it has to say, and what it points to, is looked for. */
class DocumentationTests {

    private static final Pattern PATH = Pattern.compile("k8s/[A-Za-z0-9./-]+[A-Za-z0-9]");
    private static final Pattern ALERT = Pattern.compile("(?m)^### (Assent[A-Za-z]+)$");

    private final String operations = AlertCheck.operations();

    @Test
    void every_secret_that_the_user_makes_has_its_command() {
        ReferenceCheck.SECRETS_OF_THE_USER.forEach((secret, keys) -> {
            assertThat(operations).contains("kubectl create secret generic " + secret);
            assertThat(keys)
                    .allSatisfy(key ->
                            assertThat(operations).containsAnyOf("--from-literal=" + key + "=", "--from-file=" + key));
        });
    }

    @Test
    void every_file_that_it_names_exists() {
        assertThat(PATH.matcher(operations).results().map(MatchResult::group).distinct())
                .isNotEmpty()
                .allSatisfy(path -> assertThat(Files.exists(Manifests.REPOSITORY.resolve(path)))
                        .as(path)
                        .isTrue());
    }

    @Test
    void every_alert_that_it_explains_exists() {
        assertThat(ALERT.matcher(operations).results().map(match -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(alerts().toList());
    }

    @Test
    void every_variable_in_it_is_a_property() {
        ApplicationJar coordinator = ApplicationJar.ofImage("assent/coordinator-service:any");
        assertThat(Arrays.stream(operations.split("[^A-Z_]+")).filter(word -> word.startsWith("ASSENT_")))
                .isNotEmpty()
                .allMatch(coordinator::binds);
    }

    private static Stream<String> alerts() {
        return AlertCheck.alerts(Manifests.of("production-with-shop"))
                .map(alert -> alert.path("alert").asString(""));
    }
}
