package io.assent.coordinator.participant;

import io.assent.protocol.signature.RequestSigner;
import io.assent.protocol.signature.SignedRequest;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.pool.PoolConcurrencyPolicy;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;

/**
 * HTTP to participants, with everything off that would make a request go elsewhere, go twice or grow: redirects,
 * repeats, cookies, credentials, decompression. The client itself and not a template over it, because a call must be
 * cut off at its time limit whatever it is doing, and only the request object can do that.
 */
final class ParticipantHttp implements AutoCloseable {

    private static final byte[] NO_BODY = {};

    /**
     * How much longer than the caller's limit a socket waits. The caller's clock alone decides what is late: it knows
     * whose limit it was. The socket's is there for the case that a thread would else wait forever.
     */
    private static final Duration AFTER_THE_LIMIT = Duration.ofSeconds(10);

    private final PoolingHttpClientConnectionManager connections;
    private final CloseableHttpClient client;
    private final @Nullable RequestSigner signer;

    ParticipantHttp(ParticipantProperties properties, DnsResolver resolver, ParticipantTls tls) {
        signer = properties.signature() == null
                ? null
                : new RequestSigner(properties.signature().key(), InstantSource.system());
        int perRoute = properties.services().keySet().stream()
                .map(properties::limits)
                .mapToInt(limits -> limits.maxConcurrentPrepares() + limits.maxConcurrentOrders())
                .reduce(
                        properties.defaults().maxConcurrentPrepares()
                                + properties.defaults().maxConcurrentOrders(),
                        Math::max);
        connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setDnsResolver(resolver)
                .setTlsSocketStrategy(tls.strategy())
                // Lanes bound how many are used; a common bound would let one participant starve the others.
                .setMaxConnPerRoute(perRoute)
                .setMaxConnTotal(Integer.MAX_VALUE)
                .setPoolConcurrencyPolicy(PoolConcurrencyPolicy.LAX)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(properties.connectTimeout()))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(2))
                        .setTimeToLive(TimeValue.ofMinutes(5))
                        .build())
                .build();
        // Those in use end with their time to live.
        tls.onUpdate(() -> connections.closeIdle(TimeValue.ZERO_MILLISECONDS));
        client = HttpClients.custom()
                .setConnectionManager(connections)
                .evictIdleConnections(TimeValue.ofSeconds(30))
                .disableAutomaticRetries()
                .disableRedirectHandling()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .disableDefaultUserAgent()
                .build();
    }

    /** What came back: a status, and the body as text. */
    record Reply(int status, String body) {}

    /**
     * The request; {@code abort} ends it at any moment.
     *
     * @param limit the time after which the caller aborts it
     */
    static HttpPost post(URI uri, Object message, Duration limit) {
        HttpPost post = prepared(new HttpPost(uri), limit);
        post.setEntity(
                new ByteArrayEntity(WireJson.tolerant().writeValueAsBytes(message), ContentType.APPLICATION_JSON));
        return post;
    }

    /**
     * A question; {@code abort} ends it at any moment.
     *
     * @param limit the time after which the caller aborts it
     */
    static HttpGet get(URI uri, Duration limit) {
        return prepared(new HttpGet(uri), limit);
    }

    private static <T extends HttpUriRequestBase> T prepared(T request, Duration limit) {
        Timeout silence = Timeout.of(limit.plus(AFTER_THE_LIMIT));
        request.setConfig(RequestConfig.custom()
                .setResponseTimeout(silence)
                .setConnectionRequestTimeout(silence)
                .setRedirectsEnabled(false)
                .setAuthenticationEnabled(false)
                .build());
        request.setHeader("Accept", "application/json");
        return request;
    }

    /**
     * Sends the request, signed if there is a key.
     *
     * @throws IOException also if the answer is larger than {@code limit} or not UTF-8
     */
    Reply exchange(HttpUriRequestBase request, int limit) throws IOException {
        if (signer != null) {
            URI uri = URI.create(request.getRequestUri());
            signer.sign(new SignedRequest(request.getMethod(), uri.getRawPath(), uri.getRawQuery(), sent(request)))
                    .forEach(request::setHeader);
        }
        return client.execute(request, response -> new Reply(response.getCode(), body(request, response, limit)));
    }

    private static byte[] sent(HttpUriRequestBase request) throws IOException {
        return request.getEntity() == null ? NO_BODY : EntityUtils.toByteArray(request.getEntity());
    }

    private static String body(HttpUriRequestBase request, ClassicHttpResponse response, int limit) throws IOException {
        if (response.getEntity() == null) {
            return "";
        }
        // Not closed by try-with-resources: closing reads what is left, however much that is.
        InputStream content = response.getEntity().getContent();
        byte[] bytes = content.readNBytes(limit + 1);
        if (bytes.length > limit) {
            request.abort();
            throw new IOException("the answer is larger than " + limit + " bytes");
        }
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }
}
