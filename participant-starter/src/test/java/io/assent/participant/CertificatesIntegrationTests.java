package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.assent.embeddedpostgres.TestAuthority;
import io.assent.embeddedpostgres.TestAuthority.Identity;
import io.assent.participant.client.CoordinatorTls;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.CoordinatorClient.Told;
import io.assent.participant.support.MapLog;
import io.assent.participant.support.OwnLogApplication;
import io.assent.protocol.CertificateName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.signature.RequestSigner;
import io.assent.protocol.signature.SignedRequest;
import io.assent.protocol.signature.SigningKey;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.support.GenericApplicationContext;

/**
 * Goal: a participant obeys whoever has a coordinator's certificate and no other, and shows its own to a coordinator whose name is
 * right. Method: a whole application with TLS and signatures, clients with certificates, and a coordinator that asks for one.
 */
@ExtendWith(OutputCaptureExtension.class)
class CertificatesIntegrationTests {

    private static final SigningKey KEY = SigningKey.of("first", "the first secret of thirty-two characters");
    private static final String DECISIONS = "/assent/v1/decisions";
    private static final MeterRegistry METERS = new SimpleMeterRegistry();

    /** Of the certificates that clients of the coordinator have shown. */
    private static final List<Set<CertificateName>> SHOWN = new CopyOnWriteArrayList<>();

    @TempDir
    static Path directory;

    private static TestAuthority authority;
    private static Identity next;
    private static Path files;
    private static HttpsServer coordinator;
    private static ServletWebServerApplicationContext service;
    private static HttpClient known;
    private static HttpClient stranger;
    private static HttpClient nobody;

    @BeforeAll
    static void start() throws Exception {
        authority = new TestAuthority(directory.resolve("authority"));
        next = authority.identity("next", "dns:localhost", "dns:guarded-2.shop.svc");
        files = Files.createDirectories(directory.resolve("files"));
        Files.copy(authority.certificate(), files.resolve("ca.crt"));
        install(authority.identity("guarded", "dns:localhost", "dns:guarded.shop.svc"));
        coordinator = coordinator(TestAuthority.context(authority.identity("localhost"), authority.certificate()));
        service = run(
                "--assent.coordinator.urls=https://127.0.0.1:"
                        + coordinator.getAddress().getPort() + ",https://localhost:"
                        + coordinator.getAddress().getPort(),
                "--assent.coordinator.ssl-bundle=own",
                "--server.ssl.bundle=own",
                "--server.ssl.client-auth=want",
                "--spring.ssl.bundle.pem.own.reload-on-update=true",
                "--spring.ssl.bundle.pem.own.keystore.certificate=" + files.resolve("tls.crt"),
                "--spring.ssl.bundle.pem.own.keystore.private-key=" + files.resolve("tls.key"),
                "--spring.ssl.bundle.pem.own.truststore.certificate=" + files.resolve("ca.crt"),
                "--spring.ssl.bundle.watch.file.quiet-period=100ms",
                "--assent.participant.coordinator-certificates=dns:coordinator.assent.svc,uri:spiffe://assent/coordinator",
                "--assent.participant.signature.keys.first=the first secret of thirty-two characters");
        service.getBean("assentMessageMetrics", MeterBinder.class).bindTo(METERS);
        known = client(TestAuthority.context(
                authority.identity("coordinator", "uri:spiffe://assent/coordinator"), authority.certificate()));
        stranger = client(TestAuthority.context(
                authority.identity("stranger", "dns:stranger.shop.svc"), authority.certificate()));
        nobody = client(TestAuthority.context(null, authority.certificate()));
    }

    @AfterAll
    static void stop() {
        service.close();
        coordinator.stop(0);
    }

    private static void install(Identity identity) throws IOException {
        for (String name : new String[] {"tls.key", "tls.crt"}) {
            Path written = directory.resolve(name);
            Files.copy(name.endsWith("key") ? identity.key() : identity.certificate(), written);
            Files.move(written, files.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static ServletWebServerApplicationContext run(String... more) {
        String[] arguments = Stream.concat(
                        Stream.of(
                                "--server.port=0",
                                "--assent.participant.name=guarded",
                                "--assent.participant.url=https://localhost:{port}/assent/v1",
                                "--assent.participant.resources=own"),
                        Stream.of(more))
                .toArray(String[]::new);
        return (ServletWebServerApplicationContext) new SpringApplicationBuilder(OwnLogApplication.class)
                .initializers((GenericApplicationContext context) ->
                        context.registerBean(MapLog.class, () -> new MapLog(InstantSource.system())))
                .run(arguments);
    }

    /** Answers every rollback, and nothing else. */
    private static HttpsServer coordinator(SSLContext tls) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters needed = tls.getDefaultSSLParameters();
                needed.setNeedClientAuth(true);
                parameters.setSSLParameters(needed);
            }
        });
        server.createContext("/v1", CertificatesIntegrationTests::rolledBack);
        server.start();
        return server;
    }

    private static void rolledBack(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        SHOWN.add(CertificateName.of(new X509Certificate[] {
            (X509Certificate) ((HttpsExchange) exchange).getSSLSession().getPeerCertificates()[0]
        }));
        byte[] answer = "{\"decision\":\"ROLLBACK\",\"completion\":\"COMPLETE\",\"outcome\":\"ROLLED_BACK\"}"
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private static HttpClient client(SSLContext tls) {
        return HttpClient.newBuilder()
                .connectTimeout(Duration.ofSeconds(20))
                .sslContext(tls)
                .build();
    }

    private static HttpResponse<String> order(HttpClient client, boolean signed) throws Exception {
        String body =
                "{\"participant\":\"guarded\",\"decisions\":[{\"transaction\":\"%s\",\"branch\":\"1\",\"decision\":\"ROLLBACK\"}]}"
                        .formatted(TransactionId.create(Instant.now(), new Random()));
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("https://localhost:" + service.getWebServer().getPort() + DECISIONS))
                .timeout(Duration.ofMinutes(1))
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        Map<String, String> signature = new RequestSigner(KEY, InstantSource.system())
                .sign(new SignedRequest("POST", DECISIONS, null, body.getBytes(StandardCharsets.UTF_8)));
        if (signed) {
            signature.forEach(request::header);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private static double refused(String reason) {
        return METERS.get("assent.participant.messages.refused")
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    @Test
    void an_order_over_a_coordinators_connection_is_obeyed_if_it_is_signed_as_well() throws Exception {
        double unsigned = refused("missing");

        HttpResponse<String> both = order(known, true);
        HttpResponse<String> withoutSignature = order(known, false);

        assertThat(both.statusCode()).as(both.body()).isEqualTo(200);
        assertThat(both.body()).contains("\"state\":\"NEVER_SEEN\"");
        assertThat(withoutSignature.statusCode()).isEqualTo(401);
        assertThat(refused("missing")).isEqualTo(unsigned + 1);
    }

    @Test
    void one_of_anybody_else_is_refused_and_counted_whoever_has_signed_it(CapturedOutput output) throws Exception {
        double before = refused("certificate");

        assertThat(List.of(order(stranger, true), order(nobody, true))).allSatisfy(answer -> {
            assertThat(answer.statusCode()).isEqualTo(401);
            assertThat(answer.body()).contains("urn:assent:problem:unauthorized", "a client certificate of its own");
        });

        assertThat(refused("certificate")).isEqualTo(before + 2);
        assertThat(output.getOut().lines().filter(line -> line.contains("was refused (certificate)")))
                .as("more are only counted")
                .hasSize(1);
    }

    @Test
    void the_coordinator_is_shown_who_asks_and_that_is_replaced_without_a_restart() throws Exception {
        assertThat(rollBack()).isEqualTo(Told.ROLLED_BACK);
        assertThat(SHOWN)
                .as("only by the name that its certificate has: the first address was not asked")
                .hasSize(1)
                .allSatisfy(names -> assertThat(names).contains(CertificateName.parse("dns:guarded.shop.svc")));

        install(next);

        await().atMost(Duration.ofMinutes(1)).until(() -> {
            assertThat(rollBack()).isEqualTo(Told.ROLLED_BACK);
            return SHOWN.get(SHOWN.size() - 1).contains(CertificateName.parse("dns:guarded-2.shop.svc"));
        });
        assertThat(order(known, true).statusCode()).isEqualTo(200);
    }

    @Test
    void a_bundle_that_cannot_be_used_replaces_nothing(CapturedOutput output) throws Exception {
        SslBundle good = service.getBean(SslBundles.class).getBundle("own");
        var bundles = new DefaultSslBundleRegistry("tried", good);
        CoordinatorTls tls = CoordinatorTls.of("tried", bundles);
        AtomicInteger updates = new AtomicInteger();
        tls.onUpdate(updates::incrementAndGet);

        bundles.updateBundle(
                "tried",
                SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate(
                                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
                        null)));

        int port = coordinator.getAddress().getPort();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                SSLSocket encrypted =
                        tls.strategy().upgrade(socket, "localhost", port, null, HttpClientContext.create())) {
            assertThat(encrypted.getSession().getLocalCertificates())
                    .as("it shows what it has shown before")
                    .isNotEmpty();
        }
        assertThat(updates).hasValue(0);
        assertThat(output).contains("SSL bundle tried was changed and cannot be used now");

        bundles.updateBundle("tried", good);
        assertThat(updates).hasValue(1);
    }

    private static Told rollBack() {
        return service.getBean(CoordinatorClient.class)
                .rollback(TransactionId.create(Instant.now(), new Random()), "a test", List.of())
                .told();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "assent.coordinator.ssl-bundle=unknown; there is no SSL bundle of that name",
                "assent.participant.coordinator-certificates=coordinator; is no name of a certificate",
                "assent.participant.coordinator-certificates=dns:coordinator; asks nobody for a certificate",
            })
    void what_cannot_work_ends_the_start(String setting, String message) {
        assertThatExceptionOfType(Exception.class)
                .isThrownBy(() -> run("--assent.coordinator.urls=http://127.0.0.1:1", "--" + setting))
                .havingRootCause()
                .withMessageContaining(setting.substring(0, setting.indexOf('=')))
                .withMessageContaining(message);
    }
}
