package io.assent.coordinator.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.operations.Audit;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.security.autoconfigure.web.servlet.ServletWebSecurityAutoConfiguration;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

/** Goal: the service does not start half open. Method: start with one setting wrong or missing at a time. */
class SecuritySettingsTests {

    private static final String DIGEST = "sha256:" + "0123456789abcdef".repeat(4);
    private static final String ISSUER =
            "spring.security.oauth2.resourceserver.jwt.issuer-uri=https://login.example.org";

    private static final String KEY = "assent.security.services.order-service.keys=" + DIGEST;
    private static final String CERTIFICATE =
            "assent.security.services.order-service.certificates=dns:order-service.shop.svc";

    private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
            // As SpringApplication does: without it there are no durations in settings.
            .withInitializer(
                    context -> context.getBeanFactory().setConversionService(new ApplicationConversionService()))
            .withConfiguration(AutoConfigurations.of(
                    ServletWebSecurityAutoConfiguration.class, OAuth2ResourceServerAutoConfiguration.class))
            .withBean(Audit.class)
            .withBean(InstantSource.class, InstantSource::system)
            .withUserConfiguration(SecurityConfiguration.class);

    @Test
    void it_has_to_be_written_down_who_may_call() {
        runner.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(SecurityNotChosenException.class)
                .hasMessageContaining("assent.security.mode"));
        runner.withPropertyValues("assent.security.mode=none")
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(OpenDoorHealthIndicator.class));
    }

    @Test
    void keys_need_somebody_who_has_one() {
        var keys = runner.withPropertyValues("assent.security.mode=keys");

        keys.run(context -> assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(SecurityNotChosenException.class)
                .hasMessageContaining("there are none"));
        keys.withPropertyValues("assent.security.services.order-service.keys=" + DIGEST)
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean(OpenDoorHealthIndicator.class));
    }

    @Test
    void tokens_need_an_issuer_and_an_audience() {
        var tokens = runner.withPropertyValues("assent.security.mode=jwt");

        tokens.run(
                context -> assertThat(context).getFailure().rootCause().isInstanceOf(SecurityNotChosenException.class));
        tokens.withPropertyValues(ISSUER)
                .run(context ->
                        assertThat(context).getFailure().rootCause().isInstanceOf(SecurityNotChosenException.class));
        tokens.withPropertyValues(ISSUER, "spring.security.oauth2.resourceserver.jwt.audiences=assent")
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "assent.security.mode; open",
                "assent.security.max-refused-acts; -1",
                "assent.security.max-refused-acts; 10001",
                "assent.security.services.order-service.scopes; tx:begin",
                "assent.security.services.order-service.keys; assent_0123456789abcdef",
                "assent.security.services.order-service.keys; sha256:0123",
                "assent.security.services.order-service.keys; sha256:A,sha256:B",
                "assent.security.services.order-service.keys; a,b,c",
                "assent.security.services.order-service.certificates; order-service.shop.svc",
                "assent.security.services.order-service.certificates; dns:*.shop.svc",
                "assent.security.services.order-service.certificates; cn:order-service"
            })
    void a_wrong_value_is_refused_by_name_and_not_repeated(String property, String value) {
        runner.withPropertyValues("assent.security.mode=keys", property + "=" + value)
                .run(context -> assertThat(context)
                        .getFailure()
                        .hasStackTraceContaining(property.replaceAll("scopes$", "keys"))
                        .satisfies(failure ->
                                assertThat(failure.getCause()).asString().doesNotContain("assent_0123")));
    }

    @Test
    void an_unknown_scope_is_refused_with_those_that_there_are() {
        runner.withPropertyValues(
                        "assent.security.mode=keys",
                        "assent.security.services.order-service.keys=" + DIGEST,
                        "assent.security.services.order-service.scopes=tx:begin,tx:everything")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("assent.security.services.order-service.scopes")
                        .hasMessageContaining("tx:everything")
                        .hasMessageContaining("tx:inquire"));
    }

    @Test
    void a_key_belongs_to_one_service() {
        runner.withPropertyValues(
                        "assent.security.mode=keys",
                        "assent.security.services.order-service.keys=" + DIGEST,
                        "assent.security.services.payment-service.keys=" + DIGEST)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("order-service")
                        .hasMessageContaining("payment-service"));
    }

    @Test
    void certificates_need_somebody_who_has_one() {
        runner.withPropertyValues("assent.security.mode=certificates", KEY)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(SecurityNotChosenException.class)
                        .hasMessageContaining("there are none"));
    }

    @Test
    void certificates_need_a_server_that_asks_for_them_and_says_whose_it_believes() {
        for (String mode : new String[] {"certificates", "keys"}) {
            var certificates = runner.withPropertyValues("assent.security.mode=" + mode, KEY, CERTIFICATE);

            certificates.run(context -> assertThat(context)
                    .getFailure()
                    .rootCause()
                    .isInstanceOf(SecurityNotChosenException.class)
                    .hasMessageContaining("asks nobody")
                    .extracting(failure -> ((SecurityNotChosenException) failure).remedy())
                    .asString()
                    .contains("server.ssl.client-auth=want"));
            certificates
                    .withPropertyValues("server.ssl.enabled=false", "server.ssl.client-auth=want")
                    .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining("asks nobody"));
            certificates
                    .withPropertyValues("server.ssl.client-auth=need", "server.ssl.certificate=tls.crt")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .hasMessageContaining("which authority may issue them"));
            certificates
                    .withPropertyValues("server.ssl.client-auth=want", "server.ssl.trust-certificate=ca.crt")
                    .run(context -> assertThat(context).hasNotFailed());
            certificates
                    .withPropertyValues(
                            "server.ssl.client-auth=want",
                            "server.ssl.trust-certificate=ca.crt",
                            "management.server.ssl.client-auth=want")
                    .run(context -> assertThat(context)
                            .getFailure()
                            .rootCause()
                            .hasMessageContaining("which authority may issue them"));
            certificates
                    .withPropertyValues(
                            "server.ssl.client-auth=want",
                            "server.ssl.trust-certificate=ca.crt",
                            "management.server.ssl.enabled=false")
                    .run(context -> assertThat(context).hasNotFailed());
        }
        runner.withPropertyValues("assent.security.mode=none", CERTIFICATE)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void what_a_certificate_names_stands_for_one_service() {
        runner.withPropertyValues(
                        "assent.security.mode=certificates",
                        CERTIFICATE,
                        "assent.security.services.payment-service.certificates=dns:Order-Service.shop.svc")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("dns:order-service.shop.svc")
                        .hasMessageContaining("payment-service"));
    }

    @Test
    void settings_do_not_tell_their_digests() {
        runner.withPropertyValues("assent.security.mode=keys", "assent.security.services.order-service.keys=" + DIGEST)
                .run(context -> assertThat(context.getBean(SecuritySettings.class))
                        .asString()
                        .contains("order-service")
                        .doesNotContain(DIGEST));
    }
}
