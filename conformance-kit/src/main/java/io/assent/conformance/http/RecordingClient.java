package io.assent.conformance.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** HTTP with every exchange written down. Thread-safe. */
public final class RecordingClient {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);

    private final Transcript transcript;
    private final Map<String, String> headers;
    private final Duration timeout;
    private volatile HttpClient http = client();

    /**
     * @param headers sent with every request, such as credentials
     * @param timeout the longest wait for one answer
     */
    public RecordingClient(Transcript transcript, Map<String, String> headers, Duration timeout) {
        this.transcript = transcript;
        this.headers = Map.copyOf(headers);
        this.timeout = timeout;
    }

    /** Forgets all connections: the other side was restarted, which must not look like one that hangs up. */
    public void reconnect() {
        http = client();
    }

    private static HttpClient client() {
        return HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }

    /**
     * A request to be sent.
     *
     * @param method such as POST
     * @param uri where to
     * @param headers in addition to those of every request
     * @param body JSON, or null for none
     */
    public record Request(
            String method,
            URI uri,
            Map<String, String> headers,
            @Nullable String body) {

        public static Request get(URI uri) {
            return new Request("GET", uri, Map.of(), null);
        }

        public static Request post(URI uri, String body) {
            return new Request("POST", uri, Map.of(), body);
        }

        /** The same with one more header. */
        public Request with(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(headers);
            more.put(name, value);
            return new Request(method, uri, more, body);
        }

        String describe() {
            String context = headers.isEmpty() ? "" : " " + headers;
            return method + " " + uri + context + (body == null ? "" : " " + body);
        }
    }

    /**
     * Sends and waits for the whole answer.
     *
     * @throws CaseFailedException if there is none
     */
    public Answer send(Request request) {
        try {
            return exchange(request);
        } catch (IOException e) {
            throw new CaseFailedException("no answer to " + request.method() + " " + request.uri() + ": " + e, e);
        }
    }

    /** Sends and waits for the whole answer. */
    public Answer exchange(Request request) throws IOException {
        transcript.add("→ " + request.describe());
        HttpRequest.Builder message = HttpRequest.newBuilder(request.uri()).timeout(timeout);
        all(request).forEach(message::setHeader);
        message.method(
                request.method(),
                request.body() == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofString(request.body()));
        try {
            HttpResponse<String> response =
                    http.send(message.build(), HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
            Answer answer = new Answer(response.statusCode(), response.headers(), response.body());
            transcript.add("← " + answer.status()
                    + answer.headers()
                            .firstValue("Assent-Branches")
                            .map(value -> " Assent-Branches: " + value)
                            .orElse("")
                    + " " + answer.body());
            return answer;
        } catch (IOException e) {
            transcript.add("← no answer: " + e);
            throw e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    /** Sends the whole request and hangs up before the answer: it is carried out, and its reply is lost. */
    public void sendAndHangUp(Request request) {
        if (!"http".equals(request.uri().getScheme())) {
            throw new CaseSkippedException("replies are lost over http only, not over https");
        }
        transcript.add("→ " + request.describe() + " and hang up before the answer");
        String body = request.body() == null ? "" : request.body();
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder(request.method() + " " + path(request.uri()) + " HTTP/1.1\r\n");
        head.append("Host: ").append(request.uri().getRawAuthority()).append("\r\n");
        all(request)
                .forEach((name, value) ->
                        head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(bytes.length).append("\r\nConnection: close\r\n\r\n");
        int port = request.uri().getPort() < 0 ? 80 : request.uri().getPort();
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(request.uri().getHost(), port), (int) CONNECT_TIMEOUT.toMillis());
            OutputStream out = socket.getOutputStream();
            out.write(head.toString().getBytes(StandardCharsets.US_ASCII));
            out.write(bytes);
            out.flush();
        } catch (IOException e) {
            throw new CaseFailedException("could not send " + request.uri() + ": " + e, e);
        }
    }

    private Map<String, String> all(Request request) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        if (request.body() != null) {
            all.put("Content-Type", "application/json");
        }
        all.putAll(request.headers());
        return all;
    }

    private static String path(URI uri) {
        String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }
}
