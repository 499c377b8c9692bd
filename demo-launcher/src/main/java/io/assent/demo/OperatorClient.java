package io.assent.demo;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import tools.jackson.databind.JsonNode;

/** What an operator asks one coordinator, and tells it; each request sent once. Thread-safe. */
final class OperatorClient {

    private final ShopClient http;
    private final String coordinator;

    /** @param coordinator its address, without {@code /v1} */
    OperatorClient(ShopClient http, String coordinator) {
        this.http = http;
        this.coordinator = coordinator;
    }

    /** How a person calls it, with the key in the variable {@code KEY}. */
    String curl(String path) {
        String address = address(path);
        return "curl -s -H \"$KEY\" " + (address.contains("&") ? "'" + address + "'" : address);
    }

    private String address(String path) {
        return coordinator + path;
    }

    /** The findings of the doctor by check. */
    Map<String, JsonNode> doctor() throws IOException {
        Map<String, JsonNode> findings = new LinkedHashMap<>();
        ShopClient.expect(http.get(address("/v1/doctor")))
                .path("items")
                .valueStream()
                .forEach(finding -> findings.put(finding.path("check").asString(""), finding));
        return findings;
    }

    /** 200 while it can decide; otherwise 503 with the reason. */
    ShopClient.Answer readiness() throws IOException {
        return http.get(address("/actuator/health/readiness"));
    }

    JsonNode transaction(String id) throws IOException {
        return ShopClient.expect(http.get(address("/v1/transactions/" + id)));
    }

    /** A participant's transactions in this state, newest first; 500 at most. */
    List<JsonNode> transactions(String participant, String state) throws IOException {
        return ShopClient.expect(http.get(
                        address("/v1/transactions?participant=" + participant + "&state=" + state + "&limit=500")))
                .path("items")
                .valueStream()
                .toList();
    }

    List<JsonNode> participants() throws IOException {
        return ShopClient.expect(http.get(address("/v1/participants")))
                .path("items")
                .valueStream()
                .toList();
    }

    /** The samples of a metric, as Prometheus reads them; none if there is no such metric. */
    List<String> metric(String name) throws IOException {
        return http.text(address("/actuator/prometheus"))
                .lines()
                .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
                .toList();
    }

    /** Begins a transaction, which rolls back by itself soon. */
    ShopClient.Answer begin() throws IOException {
        return http.send(new HttpPost(address("/v1/transactions")), Map.of("name", "incident", "timeout", "PT1S"));
    }

    /** Has the orders of a decided transaction sent now. */
    ShopClient.Answer retry(String id, String reason) throws IOException {
        return http.send(new HttpPost(address("/v1/transactions/" + id + "/retry")), Map.of("reason", reason));
    }

    /** Closes a transaction of which a branch has ended against the decision. */
    ShopClient.Answer resolve(String id, String reason) throws IOException {
        return http.send(new HttpPost(address("/v1/transactions/" + id + "/resolution")), Map.of("reason", reason));
    }
}
