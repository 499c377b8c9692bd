package io.assent.conformance.support;

import io.assent.conformance.HttpTemplate;
import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.Database;
import io.assent.demo.system.StockProgram;
import io.assent.embeddedpostgres.TestPostgres;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashMap;
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
        StockProgram program = StockProgram.installed(
                Programs.repository(), Path.of("target/node").toAbsolutePath());
        TestPostgres.Database fresh = TestPostgres.shared().freshDatabase(name.replace('-', '_'));
        Database database = new Database(fresh.jdbcUrl(), fresh.name(), fresh.password());
        int port = Programs.freePort();
        String url = "http://127.0.0.1:" + port;
        Map<String, String> environment = new HashMap<>(StockProgram.environment(database, port, coordinator, name));
        environment.putAll(Map.of("SWEEP_INTERVAL_MS", "100", "SWEEP_MIN_AGE_MS", "0"));
        SupervisedProcess process = programs.start(name, program.command(), environment, StockProgram.readiness(url));
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
