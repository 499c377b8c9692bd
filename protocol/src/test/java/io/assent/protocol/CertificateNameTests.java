package io.assent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.security.cert.X509Certificate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: names are compared exactly, and what is written in settings is one. Method: forms that are right and wrong. */
class CertificateNameTests {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "dns:order-service",
                "dns:order-service.shop.svc.cluster.local",
                "uri:spiffe://example.org/ns/shop/sa/order-service",
                "uri:urn:example:order-service"
            })
    void a_name_is_written_as_it_is_read(String text) {
        assertThat(CertificateName.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "order-service",
                "dns:",
                "dns:*.shop.svc",
                "dns:order service",
                "dns:order-service.",
                "dns:-order",
                "DNS:order-service",
                "cn:order-service",
                "ip:10.0.0.1",
                "uri:",
                "uri:order-service",
                "uri:spiffe://example.org/a b",
                "uri:spiffe://example.org/ä"
            })
    void what_is_no_name_is_refused_with_the_form(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> CertificateName.parse(text))
                .withMessageContaining("\"" + text + "\"")
                .withMessageContaining("dns:order-service.shop.svc");
    }

    @Test
    void hosts_are_the_same_in_capitals_and_uris_are_not() {
        assertThat(CertificateName.parse("dns:Order-Service.Shop"))
                .isEqualTo(CertificateName.parse("dns:order-service.shop"));
        assertThat(CertificateName.parse("uri:spiffe://example.org/A"))
                .isNotEqualTo(CertificateName.parse("uri:spiffe://example.org/a"));
    }

    @Test
    void what_a_log_should_not_have_is_not_shown() {
        assertThat(new CertificateName(CertificateName.Kind.DNS, "a\nb\u0000c")).hasToString("dns:a?b?c");
    }

    @Test
    void a_connection_without_a_certificate_has_no_names() {
        assertThat(CertificateName.of(null)).isEmpty();
        assertThat(CertificateName.of(new X509Certificate[0])).isEmpty();
    }
}
