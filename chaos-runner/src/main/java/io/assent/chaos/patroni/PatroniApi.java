package io.assent.chaos.patroni;

import io.assent.chaos.system.Endpoint;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Patroni's REST API of one server. Thread-safe. */
final class PatroniApi {

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    /** Patroni answers when the switchover is done. */
    private static final Duration SWITCHOVER_TIMEOUT = Duration.ofSeconds(60);

    private final JsonMapper json = new JsonMapper();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final Endpoint endpoint;

    PatroniApi(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** @param role {@code leader}, {@code sync_standby} or {@code replica} */
    record Member(String name, String role, String state) {

        boolean isLeader() {
            return role.equals("leader");
        }

        boolean isSynchronousStandby() {
            return role.equals("sync_standby");
        }
    }

    /** The servers as Patroni sees them; none when it does not say. */
    List<Member> members() throws InterruptedException {
        List<Member> members = new ArrayList<>();
        try {
            HttpResponse<String> answer =
                    send(HttpRequest.newBuilder(uri("/cluster")).timeout(TIMEOUT));
            for (JsonNode member : json.readTree(answer.body()).path("members").values()) {
                members.add(new Member(
                        member.path("name").asString(),
                        member.path("role").asString(),
                        member.path("state").asString()));
            }
        } catch (IOException | JacksonException e) {
            return List.of();
        }
        return members;
    }

    /**
     * Makes a standby the primary, in good order.
     *
     * @throws IllegalStateException if Patroni does not
     */
    void switchover(String leader, String candidate) throws InterruptedException {
        try {
            HttpResponse<String> answer = send(HttpRequest.newBuilder(uri("/switchover"))
                    .timeout(SWITCHOVER_TIMEOUT)
                    .POST(HttpRequest.BodyPublishers.ofString(
                            json.writeValueAsString(Map.of("leader", leader, "candidate", candidate)))));
            if (answer.statusCode() != 200) {
                throw new IllegalStateException("Patroni does not switch over from " + leader + " to " + candidate
                        + ": " + answer.statusCode() + " " + answer.body());
            }
        } catch (IOException e) {
            throw new IllegalStateException(
                    "Patroni at " + endpoint + " does not say whether it switches over: " + e.getMessage(), e);
        }
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private URI uri(String path) {
        return URI.create(endpoint.httpUrl() + path);
    }
}
