package io.assent.sample.points;

import io.assent.embeddedpostgres.TestPostgres;
import io.assent.sample.points.provider.PointsProvider;
import java.util.UUID;
import org.springframework.boot.web.server.servlet.context.ServletWebServerApplicationContext;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.web.client.RestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The points provider with a database and a port that it keeps when it is started again. */
public final class RunningProvider implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final TestPostgres.Database database = TestPostgres.shared().freshDatabase("provider");
    private final RestClient http = RestClient.builder()
            .requestFactory(new JdkClientHttpRequestFactory())
            .defaultStatusHandler(HttpStatusCode::isError, (request, response) -> {})
            .build();
    private ServletWebServerApplicationContext context;
    private final int port;

    public record Answer(int status, JsonNode body) {}

    public RunningProvider() {
        context = started(0);
        port = context.getWebServer().getPort();
    }

    private ServletWebServerApplicationContext started(int port) {
        return (ServletWebServerApplicationContext) PointsProvider.start(
                "--server.port=" + port,
                "--server.address=127.0.0.1",
                "--server.shutdown=immediate",
                "--spring.datasource.url=" + database.jdbcUrl(),
                "--spring.datasource.username=" + database.username(),
                "--spring.datasource.password=" + database.password());
    }

    /** Starts it after {@link #close()}. */
    public void startAgain() {
        context = started(port);
    }

    public String url() {
        return "http://127.0.0.1:" + port;
    }

    public Answer reserve(UUID key, String customer, long points) {
        return answer(http.post()
                .uri(url() + "/v1/reservations")
                .header("Idempotency-Key", key.toString())
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"customer\":\"" + customer + "\",\"points\":" + points + "}"));
    }

    public Answer post(String path) {
        return answer(http.post().uri(url() + path));
    }

    /** Points that a customer can spend. */
    public long points(String customer) {
        return balance(customer).path("points").asLong(-1);
    }

    /** Points that are reserved for a customer. */
    public long reserved(String customer) {
        return balance(customer).path("reserved").asLong(-1);
    }

    private JsonNode balance(String customer) {
        return answer(http.get().uri(url() + "/v1/customers/" + customer)).body();
    }

    private static Answer answer(RestClient.RequestHeadersSpec<?> request) {
        return request.exchange((sent, response) -> new Answer(
                response.getStatusCode().value(),
                JSON.readTree(response.getBody().readAllBytes())));
    }

    @Override
    public void close() {
        context.close();
    }
}
