package io.assent.coordinator.participant;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.EncryptedParticipant;
import io.assent.coordinator.EncryptedParticipant.Call;
import io.assent.coordinator.engine.ParticipantClient.OrderReply;
import io.assent.coordinator.engine.ParticipantClient.VoteReply;
import io.assent.coordinator.protocol.Branch;
import io.assent.embeddedpostgres.TestAuthority;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.CertificateName;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.hc.client5.http.SystemDefaultDnsResolver;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.ssl.DefaultSslBundleRegistry;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.pem.PemSslStoreBundle;
import org.springframework.boot.ssl.pem.PemSslStoreDetails;

/**
 * Goal: messages go to the participant that the certificate names or nowhere, and it learns who sends them. Method: a real
 * server that asks for certificates, under names that lead to it and that it has, or has not.
 */
class ParticipantTlsTests {

    private static final ParticipantName PAYMENT = new ParticipantName("payment-service");
    private static final ParticipantName OTHER = new ParticipantName("other-service");
    private static final TransactionId TX = TransactionId.create(Instant.parse("2026-01-31T12:00:00Z"), new Random(2));
    private static final String HOST = "payment.shop.example";

    @TempDir
    static Path directory;

    private static TestAuthority authority;
    private static SslBundle first;
    private static SslBundle second;
    private static EncryptedParticipant participant;

    private final DefaultSslBundleRegistry bundles = new DefaultSslBundleRegistry();
    private HttpParticipantClient client;
    private int before;

    @BeforeAll
    static void start() throws Exception {
        authority = new TestAuthority(directory.resolve("authority"));
        first = bundle(authority.identity("first.assent.example"));
        second = bundle(authority.identity("second.assent.example"));
        participant =
                new EncryptedParticipant(TestAuthority.context(authority.identity(HOST), authority.certificate()));
    }

    @AfterAll
    static void stop() {
        participant.close();
    }

    @BeforeEach
    void open() {
        bundles.registerBundle("own", first);
        client = client(ParticipantTls.of("own", bundles));
        before = participant.calls().size();
    }

    @AfterEach
    void close() {
        client.close();
    }

    @Test
    void the_participant_is_asked_for_by_name_and_is_shown_who_calls() {
        assertThat(prepare(client, PAYMENT).vote()).isEqualTo(Vote.PREPARED);
        assertThat(order(client, PAYMENT).state()).isEqualTo(BranchState.COMMITTED);

        assertThat(calls()).hasSize(2).allSatisfy(call -> {
            assertThat(call.names()).containsExactly(CertificateName.parse("dns:first.assent.example"));
            assertThat(call.hosts()).containsExactly(HOST);
        });
    }

    @Test
    void nothing_is_sent_to_one_whose_certificate_names_another_host() {
        VoteReply vote = prepare(client, OTHER);
        OrderReply order = order(client, OTHER);

        assertThat(vote.vote()).isNull();
        assertThat(vote.reason()).contains("other.shop.example");
        assertThat(order.state()).isNull();
        assertThat(calls()).isEmpty();
    }

    @Test
    void nothing_is_sent_to_one_whose_authority_is_not_known() {
        try (HttpParticipantClient unconfigured = client(ParticipantTls.ofTheRuntime())) {
            assertThat(prepare(unconfigured, PAYMENT).vote()).isNull();
        }
        assertThat(calls()).isEmpty();
    }

    @Test
    void a_bundle_that_was_updated_is_used_from_then_on_and_one_that_is_broken_is_not() {
        assertThat(prepare(client, PAYMENT).vote()).isEqualTo(Vote.PREPARED);
        bundles.updateBundle("own", second);
        assertThat(prepare(client, PAYMENT).vote()).isEqualTo(Vote.PREPARED);
        bundles.updateBundle(
                "own",
                SslBundle.of(new PemSslStoreBundle(
                        PemSslStoreDetails.forCertificate(
                                "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
                        null)));
        assertThat(prepare(client, PAYMENT).vote()).isEqualTo(Vote.PREPARED);

        assertThat(calls())
                .extracting(call -> call.names().iterator().next().value())
                .containsExactly("first.assent.example", "second.assent.example", "second.assent.example");
    }

    private List<Call> calls() {
        return participant.calls().subList(before, participant.calls().size());
    }

    /** Both names lead to the one participant. */
    private static HttpParticipantClient client(ParticipantTls tls) {
        var resolver = new SystemDefaultDnsResolver() {
            @Override
            public InetAddress[] resolve(String host) {
                return new InetAddress[] {InetAddress.getLoopbackAddress()};
            }
        };
        return new HttpParticipantClient(
                Properties.of(
                        List.of(),
                        Map.of(
                                PAYMENT.value(), Properties.service(url(HOST), null),
                                OTHER.value(), Properties.service(url("other.shop.example"), null))),
                resolver,
                tls,
                new SimpleMeterRegistry(),
                MessageSpans.NONE);
    }

    private static String url(String host) {
        return "https://" + host + ":" + participant.port() + "/assent/v1";
    }

    private static VoteReply prepare(HttpParticipantClient client, ParticipantName name) {
        return join(client.prepare(TX, branch(name), Instant.now().plusSeconds(60), Duration.ofSeconds(20)));
    }

    private static OrderReply order(HttpParticipantClient client, ParticipantName name) {
        return join(client.order(TX, branch(name), Decision.COMMIT));
    }

    private static Branch branch(ParticipantName name) {
        return Branch.named(new BranchId("1"), name, null, new BranchRef("assent:p:1"), Vote.PREPARED);
    }

    private static SslBundle bundle(TestAuthority.Identity identity) throws IOException {
        return SslBundle.of(new PemSslStoreBundle(
                PemSslStoreDetails.forCertificate(Files.readString(identity.certificate()))
                        .withPrivateKey(Files.readString(identity.key())),
                PemSslStoreDetails.forCertificate(Files.readString(authority.certificate()))));
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(60, TimeUnit.SECONDS).join();
    }
}
