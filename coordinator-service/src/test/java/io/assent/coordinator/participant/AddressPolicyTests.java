package io.assent.coordinator.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.coordinator.participant.ParticipantProperties.PlainHttp;
import io.assent.protocol.ParticipantName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: a transaction cannot make the coordinator call anywhere but where its configuration says (I14). Method: the
 * spellings and tricks with which that is tried elsewhere.
 */
class AddressPolicyTests {

    private static final ParticipantName PAYMENT = new ParticipantName("payment-service");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8082/assent/v1",
                "http://LOCALHOST:8082",
                "http://127.0.0.1:1/",
                "http://127.9.9.9:65535",
                "https://[::1]:8443/assent/v1",
                "http://[0:0:0:0:0:0:0:1]:80",
                "http://[::ffff:127.0.0.1]:80"
            })
    void loopback_means_this_machine_in_every_proper_spelling(String url) {
        assertThat(policy("loopback:*").address(PAYMENT, url)).isPresent();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "localhost",
                "localhost:8082",
                "//localhost:8082",
                "ftp://localhost",
                "file:///etc/passwd",
                "gopher://localhost:70",
                "HTTP://localhost:8082",
                "jar:http://localhost!/",
                "http:/localhost",
                "http:localhost",
                "http://",
                "http:///path",
                "http://localhost:0",
                "http://localhost:65536",
                "http://localhost:99999999999",
                "http://localhost:-1",
                "http://localhost:080",
                "http://localhost:",
                "http://localhost:8082?x=1",
                "http://localhost:8082/?x",
                "http://localhost:8082#x",
                "http://localhost:8082/a#x",
                "http://user@localhost:8082",
                "http://user:secret@localhost:8082",
                "http://evil.example@localhost",
                "http://localhost@evil.example",
                "http://localhost:80@evil.example",
                "http://localhost\\@evil.example",
                "http://localhost%2eevil.example",
                "http://localhost/%2e%2e/admin",
                "http://localhost/../admin",
                "http://localhost/a/./b",
                "http://localhost//evil.example",
                "http://localhost/\\evil.example",
                "http://localhost;evil.example",
                "http://localhost.",
                "http://localhost.evil.example",
                "http://evil.example",
                "http://127.0.0.1.",
                "http://127.1",
                "http://127.0.1",
                "http://0x7f.0.0.1",
                "http://0x7f000001",
                "http://2130706433",
                "http://0177.0.0.1",
                "http://017700000001",
                "http://127.0.0.01",
                "http://127.0.0.256",
                "http://127.0.0.1.5",
                "http://0.0.0.0",
                "http://0",
                "http://169.254.169.254/latest/meta-data",
                "http://[::]",
                "http://[::1",
                "http://::1",
                "http://[::1%25eth0]",
                "http://[::1%lo]",
                "http://[fe80::1]",
                "http://[::127.0.0.1]",
                "http://[::ffff:10.0.0.1]",
                "http://[2001:db8::1]",
                "http://[127.0.0.1]",
                "http://１２７.0.0.1",
                "http://localhost\u0000",
                "http://local\thost",
                "http://localhost\r\nHost: evil",
                "http://loc alhost"
            })
    void everything_else_is_refused(String url) {
        assertThat(policy("loopback:*").address(PAYMENT, url)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "payment:8080, http://payment:8080/assent/v1, true",
        "payment:8080, http://payment:8081, false",
        "payment:8080, http://payments:8080, false",
        "payment, http://payment, true",
        "payment, https://payment, true",
        "payment, https://payment:80, false",
        "payment, http://payment:8080, false",
        "payment:*, http://payment:8080, true",
        "payment:8000-8099, http://payment:8099, true",
        "payment:8000-8099, http://payment:8100, false",
        "*.shop.svc:8080, http://payment.shop.svc:8080, true",
        "*.shop.svc:8080, http://a.b.shop.svc:8080, true",
        "*.shop.svc:8080, http://shop.svc:8080, false",
        "*.shop.svc:8080, http://evilshop.svc:8080, false",
        "*.shop.svc:8080, http://payment.shop.svc.evil:8080, false",
        "10.0.0.7:80, http://10.0.0.7, true",
        "10.0.0.7:80, http://[::ffff:10.0.0.7]:80, true",
        "10.0.0.7:80, http://10.0.0.8, false",
        "[2001:db8::7]:80, http://[2001:0DB8:0:0::7], true",
        "[2001:db8::7]:80, http://[2001:db8::8], false"
    })
    void an_entry_allows_its_hosts_and_ports(String entry, String url, boolean allowed) {
        assertThat(policy(entry).address(PAYMENT, url).isPresent()).isEqualTo(allowed);
    }

    @ParameterizedTest
    @CsvSource({
        "payment:*, https://payment:8443/assent/v1, true",
        "payment:*, http://payment:8080/assent/v1, false",
        "payment, http://payment, false",
        "*.shop.svc:*, http://payment.shop.svc:8080, false",
        "10.0.0.7:*, http://10.0.0.7, false",
        "10.0.0.7:*, http://[::ffff:10.0.0.7]:80, false",
        "[2001:db8::7]:*, http://[2001:db8::7], false",
        "loopback:*, http://localhost:8082, true",
        "loopback:*, http://127.9.9.9:8082, true",
        "loopback:*, http://[::1]:8082, true",
        "localhost:*, http://localhost:8082, true"
    })
    void on_other_machines_only_https_is_spoken_unless_it_is_allowed(String entry, String url, boolean allowed) {
        ParticipantProperties.Service own = Properties.service(null, List.of(entry));
        Map<String, ParticipantProperties.Service> ownEntry = Map.of("payment-service", own);

        for (ParticipantProperties properties : List.of(
                Properties.of(List.of(entry), PlainHttp.LOOPBACK, Map.of()),
                Properties.of(List.of(), PlainHttp.LOOPBACK, ownEntry))) {
            assertThat(new AddressPolicy(properties).address(PAYMENT, url).isPresent())
                    .isEqualTo(allowed);
        }
        assertThat(policy(entry).address(PAYMENT, url)).isPresent();
    }

    @Test
    void an_address_that_is_configured_is_called_as_it_is_written() {
        var policy = new AddressPolicy(Properties.of(
                List.of(),
                PlainHttp.LOOPBACK,
                Map.of("payment-service", Properties.service("http://payment:8080/assent/v1", null))));

        assertThat(policy.address(PAYMENT, null)).map(Address::scheme).contains("http");
        assertThat(policy.address(PAYMENT, "http://payment:8080/assent/v1")).isPresent();
        assertThat(policy.httpsOnlyElsewhere()).isFalse();
        assertThat(new AddressPolicy(Properties.of(List.of("*.shop"), PlainHttp.LOOPBACK, Map.of()))
                        .httpsOnlyElsewhere())
                .isTrue();
        assertThat(new AddressPolicy(Properties.of(List.of("loopback:*"), PlainHttp.LOOPBACK, Map.of()))
                        .httpsOnlyElsewhere())
                .isFalse();
        assertThat(policy("*.shop").httpsOnlyElsewhere()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*",
                "http://payment",
                "payment:",
                "payment:0",
                "payment:9-8",
                "a*b",
                "127.1",
                "payment.",
                "[::1",
                "pay ment"
            })
    void a_list_that_cannot_be_read_ends_the_start(String entry) {
        assertThatThrownBy(() -> policy(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("assent.coordinator.participants.allowed-hosts");
    }

    @Test
    void a_configured_participant_is_called_where_its_configuration_says_and_nowhere_else() {
        var policy = new AddressPolicy(Properties.of(
                List.of("loopback:*"),
                Map.of("payment-service", Properties.service("http://payment:8080/assent/v1/", null))));

        assertThat(policy.address(PAYMENT, null)).map(Address::toString).contains("http://payment:8080/assent/v1");
        assertThat(policy.address(PAYMENT, "http://payment:8080/assent/v1")).isPresent();
        assertThat(policy.address(PAYMENT, "http://payment:8080/admin")).isEmpty();
        assertThat(policy.address(PAYMENT, "http://localhost:8080")).isEmpty();
        assertThat(policy.address(new ParticipantName("stock"), null)).isEmpty();
        assertThat(policy.address(new ParticipantName("stock"), "http://localhost:8080"))
                .isPresent();
    }

    @Test
    void a_name_must_not_lead_to_this_machine_or_to_a_neighbour_on_the_link() throws UnknownHostException {
        AddressPolicy policy = policy("payment:80");

        assertThat(policy.checked("payment", addresses("10.0.0.1", "10.0.0.2"))).hasSize(2);
        for (String address : List.of(
                "127.0.0.1",
                "::1",
                "::ffff:127.0.0.1",
                "169.254.169.254",
                "fe80::1",
                "fd00:ec2::254",
                "100.100.100.200",
                "192.0.0.192",
                "0.0.0.0",
                "::",
                "224.0.0.1",
                "ff02::1")) {
            assertThatThrownBy(() -> policy.checked("payment", addresses("10.0.0.1", address)))
                    .as(address)
                    .isInstanceOf(UnknownHostException.class);
        }
    }

    @Test
    void localhost_leads_to_this_machine_only_and_only_if_it_is_allowed() throws UnknownHostException {
        assertThat(policy("loopback:*").checked("localhost", addresses("127.0.0.1", "::1")))
                .hasSize(2);
        assertThat(policy("loopback:*").checked("127.0.0.1", addresses("127.0.0.1")))
                .hasSize(1);
        assertThatThrownBy(() -> policy("loopback:*").checked("localhost", addresses("10.0.0.1")))
                .isInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> policy("payment:80").checked("localhost", addresses("127.0.0.1")))
                .isInstanceOf(UnknownHostException.class);
    }

    private static InetAddress[] addresses(String... literals) throws UnknownHostException {
        InetAddress[] addresses = new InetAddress[literals.length];
        for (int i = 0; i < literals.length; i++) {
            addresses[i] = InetAddress.getByName(literals[i]);
        }
        return addresses;
    }

    private static AddressPolicy policy(String... allowed) {
        return new AddressPolicy(Properties.of(List.of(allowed), Map.of()));
    }
}
