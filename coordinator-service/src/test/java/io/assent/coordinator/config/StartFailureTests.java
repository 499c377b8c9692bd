package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Goal: who starts it wrongly is told what to do. Method: start the whole application wrongly and read. */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

    @Test
    void without_a_reachable_database_it_says_which_settings_to_check(CapturedOutput output) {
        assertThatThrownBy(() -> start(
                        "--spring.datasource.url=jdbc:postgresql://127.0.0.1:1/assent",
                        "--assent.coordinator.log.connect-timeout=1s",
                        "--assent.coordinator.participants.allowed-hosts=loopback:*"))
                .isNotNull();

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("The decision log cannot be used: ")
                .contains("Check spring.datasource.url");
    }

    @Test
    void a_migration_without_a_log_says_which_setting_is_missing(CapturedOutput output) {
        assertThatThrownBy(MigrationApplication::run).isNotNull();

        assertThat(output).contains("APPLICATION FAILED TO START").contains("spring.datasource.url");
    }

    @Test
    void an_ssl_bundle_that_is_not_there_is_named(CapturedOutput output) {
        assertThatThrownBy(() -> new SpringApplicationBuilder(ParticipantConfiguration.class)
                        .web(WebApplicationType.NONE)
                        .run(
                                "--assent.coordinator.participants.allowed-hosts=loopback:*",
                                "--assent.coordinator.participants.ssl-bundle=shop"))
                .isNotNull();

        assertThat(output)
                .contains("APPLICATION FAILED TO START")
                .contains("assent.coordinator.participants.ssl-bundle=shop")
                .contains("spring.ssl.bundle.pem.shop.keystore");
    }

    private static void start(String... arguments) {
        new SpringApplicationBuilder(CoordinatorApplication.class)
                .properties("server.port=0")
                .run(arguments)
                .close();
    }
}
