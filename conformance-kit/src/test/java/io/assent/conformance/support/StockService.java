package io.assent.conformance.support;

import io.assent.conformance.HttpTemplate;
import io.assent.demo.process.SupervisedProcess;
import io.assent.embeddedpostgres.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The participant in Node.js as a process, with some articles in stock. */
public final class StockService {

    private final String url;
    private final SupervisedProcess process;

    private StockService(String url, SupervisedProcess process) {
        this.url = url;
        this.process = process;
    }

    /** Starts it under a name. */
    public static synchronized StockService start(Programs programs, String coordinator, String name)
            throws IOException, InterruptedException {
        Path project = Programs.repository().resolve("examples/node-participant");
        NodeRuntime node = NodeRuntime.find(Path.of("target/node").toAbsolutePath());
        node.installDependencies(project);
        TestPostgres.Database database = TestPostgres.shared().freshDatabase(name.replace('-', '_'));
        int port = Programs.freePort();
        String url = "http://127.0.0.1:" + port;
        String address = "postgres://%s:%s@127.0.0.1:%d/%s"
                .formatted(
                        database.username(),
                        database.password(),
                        TestPostgres.shared().server().port(),
                        database.name());
        SupervisedProcess process = programs.start(
                name,
                List.of(node.node().toString(), project.resolve("server.js").toString()),
                Map.of(
                        "DATABASE_URL",
                        address,
                        "PORT",
                        Integer.toString(port),
                        "COORDINATOR_URLS",
                        coordinator,
                        "PARTICIPANT_NAME",
                        name,
                        "SWEEP_INTERVAL_MS",
                        "100",
                        "SWEEP_MIN_AGE_MS",
                        "0"),
                URI.create(url + "/health"));
        StockService service = new StockService(url, process);
        for (String sku : List.of("mug", "lamp", "kettle")) {
            service.deliver(sku, 1_000);
        }
        return service;
    }

    public String url() {
        return url;
    }

    public SupervisedProcess process() {
        return process;
    }

    /** A call that takes pieces of one article. */
    public HttpTemplate reserve(String sku, int quantity) {
        return HttpTemplate.parse("POST " + url + "/api/reservations {\"sku\":\"" + sku + "\",\"quantity\":" + quantity
                + ",\"key\":\"${unique}\"}");
    }

    /** Where a reservation can be seen. */
    public HttpTemplate effect() {
        return HttpTemplate.parse("GET " + url + "/api/reservations/${unique}");
    }

    private void deliver(String sku, int quantity) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create(url + "/api/deliveries"))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(
                                        "{\"sku\":\"" + sku + "\",\"quantity\":" + quantity + "}"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() != 201) {
            throw new IOException("the delivery was answered with " + response.statusCode() + ": " + response.body());
        }
    }
}
