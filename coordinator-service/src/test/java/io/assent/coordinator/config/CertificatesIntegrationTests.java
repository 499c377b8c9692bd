package io.assent.coordinator.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.assent.coordinator.EncryptedParticipant;
import io.assent.embeddedpostgres.TestAuthority;
import io.assent.embeddedpostgres.TestAuthority.Identity;
import io.assent.embeddedpostgres.TestPostgres;
import io.assent.protocol.CertificateName;
import io.assent.protocol.ServiceKey;
import io.assent.protocol.TransactionId;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Goal: who has the certificate of a service is that service, nobody else is, and participants learn that a coordinator calls;
 * certificates are replaced while everything runs. Method: a real coordinator with TLS, clients and a participant with
 * certificates that are listed, are not, or are of an authority that is not believed.
 */
@ExtendWith(OutputCaptureExtension.class)
class CertificatesIntegrationTests {

    private static final String BILLING_KEY = "assent_key-of-billing-service";
    private static final Random RANDOM = new Random();

    @TempDir
    static Path directory;

    /** Where the coordinator reads its own. */
    private static Path files;

    private static TestAuthority authority;
    private static TestAuthority later;
    private static ConfigurableApplicationContext instance;
    private static int port;
    private static int actuator;
    private static EncryptedParticipant participant;

    private static HttpClient orders;
    private static HttpClient billing;
    private static HttpClient operator;
    private static HttpClient nobody;

    @BeforeAll
    static void start() throws Exception {
        authority = new TestAuthority(directory.resolve("authority"));
        later = new TestAuthority(directory.resolve("later"));
        files = Files.createDirectories(directory.resolve("files"));
        install(
                authority.identity("coordinator", "dns:localhost", "dns:coordinator.assent.svc"),
                Files.readString(authority.certificate()));
        participant = new EncryptedParticipant(
                TestAuthority.context(authority.identity("localhost"), authority.certificate(), later.certificate()));
        TestPostgres.Database database = TestPostgres.shared().freshDatabase("certificates");
        instance = new SpringApplicationBuilder(CoordinatorApplication.class)
                .run(
                        "--server.port=0",
                        "--management.server.port=0",
                        "--spring.datasource.url=" + database.jdbcUrl(),
                        "--spring.datasource.username=" + database.username(),
                        "--spring.datasource.password=" + database.password(),
                        "--server.ssl.bundle=own",
                        "--server.ssl.client-auth=want",
                        "--spring.ssl.bundle.pem.own.reload-on-update=true",
                        "--spring.ssl.bundle.pem.own.keystore.certificate=" + files.resolve("tls.crt"),
                        "--spring.ssl.bundle.pem.own.keystore.private-key=" + files.resolve("tls.key"),
                        "--spring.ssl.bundle.pem.own.truststore.certificate=" + files.resolve("ca.crt"),
                        "--spring.ssl.bundle.watch.file.quiet-period=100ms",
                        "--assent.coordinator.participants.allowed-hosts=loopback:*",
                        "--assent.coordinator.participants.ssl-bundle=own",
                        "--assent.security.mode=certificates",
                        "--assent.security.services.order-service.certificates=dns:order-service.shop.svc,uri:spiffe://shop/order-service",
                        "--assent.security.services.billing-service.certificates=dns:billing-service.shop.svc",
                        "--assent.security.services.billing-service.keys=" + ServiceKey.digest(BILLING_KEY),
                        "--assent.security.services.ada.certificates=uri:spiffe://people/ada",
                        "--assent.security.services.ada.scopes=tx:read,tx:operate");
        port = ((WebServerApplicationContext) instance).getWebServer().getPort();
        actuator = instance.getEnvironment().getRequiredProperty("local.management.port", Integer.class);
        orders = client(authority.identity("orders", "uri:spiffe://shop/order-service", "dns:pod-1.shop.svc"));
        billing = client(authority.identity("billing", "dns:billing-service.shop.svc"));
        operator = client(authority.identity("ada", "uri:spiffe://people/ada"));
        nobody = client(null);
    }

    @AfterAll
    static void stop() {
        instance.close();
        participant.close();
    }

    /** As the kubelet does it with a Secret: the files are links through one that is replaced at once, and what it led to is gone. */
    private static void install(Identity identity, String authorities) throws IOException {
        Path data = files.resolve("..data");
        Path old = Files.exists(data) ? data.toRealPath() : null;
        Path written = Files.createTempDirectory(files, "..");
        Files.copy(identity.key(), written.resolve("tls.key"));
        Files.copy(identity.certificate(), written.resolve("tls.crt"));
        Files.writeString(written.resolve("ca.crt"), authorities);
        Path link = Files.createSymbolicLink(files.resolve("..data_tmp"), written.getFileName());
        Files.move(link, data, StandardCopyOption.ATOMIC_MOVE);
        for (String name : new String[] {"tls.key", "tls.crt", "ca.crt"}) {
            if (old == null) {
                Files.createSymbolicLink(files.resolve(name), Path.of("..data", name));
            } else {
                Files.delete(old.resolve(name));
            }
        }
        if (old != null) {
            Files.delete(old);
        }
    }

    private static HttpClient client(@Nullable Identity identity) throws Exception {
        return HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(20))
                .sslContext(TestAuthority.context(identity, authority.certificate(), later.certificate()))
                .build();
    }

    @Test
    void a_certificate_that_is_listed_makes_the_caller_the_service_that_owns_what_it_begins(CapturedOutput output)
            throws Exception {
        TransactionId id = id();

        assertThat(begin(orders, id).statusCode()).isEqualTo(201);
        assertThat(get(orders, "/v1/transactions/" + id).statusCode()).isEqualTo(200);
        assertThat(get(billing, "/v1/transactions/" + id).statusCode())
                .as("it is another's")
                .isEqualTo(404);
        assertThat(get(operator, "/v1/transactions/" + id).statusCode()).isEqualTo(200);
        assertThat(begin(operator, id()).statusCode())
                .as("not among its scopes")
                .isEqualTo(403);
        assertThat(post(orders, "/v1/instance/drain", "{\"reason\":\"a test\"}").statusCode())
                .isEqualTo(403);
        assertThat(output).contains("who=\"order-service@127.0.0.1\" what=\"POST\" target=\"/v1/instance/drain\"");
    }

    @Test
    void without_one_or_with_one_that_is_not_listed_nobody_is_let_in() throws Exception {
        HttpResponse<String> without = get(nobody, "/v1/transactions");
        HttpResponse<String> unlisted =
                get(client(authority.identity("mallory", "dns:mallory.shop.svc")), "/v1/transactions");
        HttpResponse<String> both = get(
                client(authority.identity("both", "dns:order-service.shop.svc", "dns:billing-service.shop.svc")),
                "/v1/transactions");

        assertThat(List.of(without, unlisted, both)).allSatisfy(response -> {
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.headers().firstValue("Content-Type"))
                    .hasValue("application/problem+json;charset=UTF-8");
            assertThat(response.body()).contains("urn:assent:problem:unauthorized");
        });
        assertThat(without.body()).contains("Connect with a client certificate");
        assertThat(unlisted.body()).contains("dns:mallory.shop.svc");
        assertThat(both.body()).contains("as two services");
        assertThat(get(nobody, "/livez").statusCode()).isEqualTo(200);
    }

    @Test
    void one_of_an_authority_that_is_not_believed_gets_no_connection() throws Exception {
        TestAuthority stranger = new TestAuthority(directory.resolve("stranger"));
        HttpClient forged = client(stranger.identity("orders", "uri:spiffe://shop/order-service"));

        assertThatThrownBy(() -> get(forged, "/v1/transactions")).isInstanceOf(IOException.class);
    }

    @Test
    void a_key_says_more_than_the_connection_and_a_wrong_one_is_not_made_good_by_it() throws Exception {
        TransactionId id = id();
        assertThat(begin(billing, id).statusCode()).isEqualTo(201);
        String path = "/v1/transactions/" + id;

        assertThat(send(orders, port, path, BILLING_KEY).statusCode()).isEqualTo(200);
        assertThat(send(nobody, port, path, BILLING_KEY).statusCode()).isEqualTo(200);
        assertThat(send(billing, port, path, "assent_made-up-and-long-enough").statusCode())
                .isEqualTo(401);
        assertThat(send(billing, port, path, null).statusCode()).isEqualTo(200);
    }

    @Test
    void the_actuators_own_port_knows_them_as_well_and_tells_when_they_expire() throws Exception {
        assertThat(send(nobody, actuator, "/actuator/assent-doctor", null).statusCode())
                .isEqualTo(401);
        assertThat(send(orders, actuator, "/actuator/assent-doctor", null).statusCode())
                .isEqualTo(403);
        HttpResponse<String> doctor = send(operator, actuator, "/actuator/assent-doctor", null);
        assertThat(doctor.statusCode()).isEqualTo(200);
        assertThat(doctor.body()).contains("mode is certificates; 3 are listed");

        assertThat(send(operator, actuator, "/actuator/health", null).body())
                .contains("\"ssl\":{")
                .contains("CN=coordinator");
        assertThat(send(nobody, actuator, "/actuator/prometheus", null).body())
                .containsPattern("ssl_chain_expiry_seconds\\{[^}]*bundle=\"own\"");
    }

    @Test
    void a_participant_learns_that_a_coordinator_calls_and_is_called_by_the_name_that_its_certificate_has()
            throws Exception {
        TransactionId good = id();
        TransactionId wrong = id();

        HttpResponse<String> committed = commit(good, "localhost");
        HttpResponse<String> refused = commit(wrong, "127.0.0.1");

        assertThat(committed.statusCode()).as(committed.body()).isEqualTo(200);
        assertThat(committed.body()).contains("\"decision\":\"COMMIT\"");
        assertThat(participant.calls())
                .isNotEmpty()
                .allSatisfy(call -> assertThat(call.names()).contains(CertificateName.parse("dns:localhost")));
        int calls = participant.calls().size();
        assertThat(refused.statusCode()).as("no vote was heard").isEqualTo(409);
        assertThat(refused.body()).contains("transaction-rolled-back");
        assertThat(participant.calls()).as("nothing was sent").hasSize(calls);
    }

    @Test
    void what_is_replaced_in_its_files_is_used_without_a_restart() throws Exception {
        Identity newcomer = later.identity("orders", "dns:order-service.shop.svc");
        HttpClient early = client(newcomer);
        assertThatThrownBy(() -> get(early, "/v1/transactions")).isInstanceOf(IOException.class);

        // Twice: whoever waits for the first change has to wait for the second one, too.
        for (String name : List.of("coordinator-2", "coordinator-3")) {
            CertificateName replaced = CertificateName.parse("dns:" + name + ".assent.svc");
            install(
                    later.identity(name, "dns:localhost", replaced.toString()),
                    Files.readString(authority.certificate()) + Files.readString(later.certificate()));

            await().atMost(Duration.ofMinutes(1)).until(() -> shown().contains(replaced));
            await().atMost(Duration.ofMinutes(1)).until(() -> {
                commit(id(), "localhost");
                return participant.calls().stream()
                        .anyMatch(call -> call.names().contains(replaced));
            });
        }

        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .until(() -> get(client(newcomer), "/v1/transactions").statusCode() == 200);
        assertThat(get(orders, "/v1/transactions").statusCode())
                .as("the old authority is believed as well")
                .isEqualTo(200);
    }

    /** By a client of its own: one that is connected stays so. */
    private static Set<CertificateName> shown() throws Exception {
        HttpResponse<String> answer = get(client(null), "/livez");
        return CertificateName.of(new X509Certificate[] {
            (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0]
        });
    }

    /** Of a branch that has not voted, so that the participant is asked for its vote and then given the order. */
    private static HttpResponse<String> commit(TransactionId id, String host) throws Exception {
        return post(orders, "/v1/transactions/" + id + "/commit", """
                {"name": "checkout", "deadline": "%s", "branches": [{"branch": "1", "participant": "payment-service",
                 "ref": "assent:payment-service:1", "vote": "PENDING", "url": "https://%s:%d/assent/v1"}]}
                """.formatted(
                        Instant.now().plusSeconds(20), host, participant.port()));
    }

    private static HttpResponse<String> begin(HttpClient client, TransactionId id) throws Exception {
        return post(
                client,
                "/v1/transactions",
                "{\"id\": \"%s\", \"name\": \"checkout\", \"timeout\": \"PT1M\"}".formatted(id));
    }

    private static HttpResponse<String> post(HttpClient client, String path, String body) throws Exception {
        return client.send(
                request(port, path)
                        .POST(BodyPublishers.ofString(body))
                        .header("Content-Type", "application/json")
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(HttpClient client, String path) throws Exception {
        return send(client, port, path, null);
    }

    private static HttpResponse<String> send(HttpClient client, int port, String path, @Nullable String key)
            throws Exception {
        HttpRequest.Builder request = request(port, path);
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(int port, String path) {
        return HttpRequest.newBuilder(URI.create("https://localhost:" + port + path))
                .timeout(Duration.ofMinutes(1));
    }

    private static TransactionId id() {
        return TransactionId.create(Instant.now(), RANDOM);
    }
}
