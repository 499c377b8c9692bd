package io.assent.coordinator;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import io.assent.protocol.CertificateName;
import io.assent.protocol.wire.DecisionResult;
import io.assent.protocol.wire.DecisionsRequest;
import io.assent.protocol.wire.DecisionsResponse;
import io.assent.protocol.wire.PrepareResponse;
import io.assent.protocol.wire.WireJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;

/** A participant over TLS that asks for a client certificate, votes and obeys, and remembers who has called it. */
public final class EncryptedParticipant implements AutoCloseable {

    /**
     * A request that was answered.
     *
     * @param names in the client's certificate
     * @param hosts that the client asked for in its greeting (SNI)
     * @param certificate the client's
     */
    public record Call(String path, Set<CertificateName> names, List<String> hosts, X509Certificate certificate) {}

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(4);
    private final List<Call> calls = new CopyOnWriteArrayList<>();

    public EncryptedParticipant(SSLContext tls) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters needed = tls.getDefaultSSLParameters();
                needed.setNeedClientAuth(true);
                parameters.setSSLParameters(needed);
            }
        });
        server.setExecutor(threads);
        server.createContext("/assent/v1", this::answer);
        server.start();
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public List<Call> calls() {
        return List.copyOf(calls);
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readAllBytes();
        String path = exchange.getRequestURI().getPath();
        ExtendedSSLSession session = (ExtendedSSLSession) ((HttpsExchange) exchange).getSSLSession();
        X509Certificate certificate = (X509Certificate) session.getPeerCertificates()[0];
        calls.add(new Call(
                path,
                CertificateName.of(new X509Certificate[] {certificate}),
                session.getRequestedServerNames().stream()
                        .map(name -> new String(name.getEncoded(), java.nio.charset.StandardCharsets.US_ASCII))
                        .toList(),
                certificate));
        byte[] answer = WireJson.tolerant()
                .writeValueAsBytes(path.endsWith("/prepare") ? new PrepareResponse("PREPARED", null) : obeyed(body));
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }

    private static DecisionsResponse obeyed(byte[] body) {
        return new DecisionsResponse(WireJson.tolerant().readValue(body, DecisionsRequest.class).decisions().stream()
                .map(order -> new DecisionResult(
                        order.transaction(),
                        order.branch(),
                        order.ref(),
                        order.decision().equals("COMMIT") ? "COMMITTED" : "ROLLED_BACK"))
                .toList());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
