package io.assent.coordinator.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.boot.test.web.server.LocalServerPort;
import tools.jackson.databind.JsonNode;

/** Goal: the OpenAPI document tells every call of the specification. Method: read it as a client would. */
@WebTest
class ApiDocumentationTests {

    @LocalServerPort
    int port;

    @Test
    void every_call_of_the_specification_is_documented_with_its_bodies_and_problems() {
        JsonNode api = new Http(port).get("/v3/api-docs").json();

        List<String> calls = new ArrayList<>();
        api.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(call -> calls.add(call.getKey().toUpperCase() + " " + path.getKey())));
        assertThat(calls)
                .containsExactlyInAnyOrder(
                        "POST /v1/transactions",
                        "GET /v1/transactions",
                        "GET /v1/transactions/{id}",
                        "POST /v1/transactions/{id}/branches",
                        "POST /v1/transactions/{id}/commit",
                        "POST /v1/transactions/{id}/rollback",
                        "POST /v1/transactions/{id}/resolution",
                        "POST /v1/transactions/{id}/retry",
                        "POST /v1/transactions/{id}/decision",
                        "GET /v1/logs",
                        "GET /v1/logs/{log}",
                        "POST /v1/logs/{log}/epochs",
                        "POST /v1/logs/{log}/epochs/{epoch}/completion",
                        "GET /v1/log",
                        "GET /v1/log/reconciliation",
                        "GET /v1/logs/{log}/reconciliation",
                        "POST /v1/log/epochs",
                        "POST /v1/log/epochs/{epoch}/completion",
                        "POST /v1/commits",
                        "POST /v1/inquiries",
                        "GET /v1/log-status",
                        "GET /v1/instance",
                        "POST /v1/instance/drain",
                        "POST /v1/instance/resume",
                        "GET /v1/instances",
                        "GET /v1/participants",
                        "GET /v1/doctor");
        JsonNode commit = api.path("paths").path("/v1/transactions/{id}/commit").path("post");
        assertThat(commit.path("requestBody")
                        .path("content")
                        .path("application/json")
                        .path("examples"))
                .hasSize(2);
        assertThat(commit.path("responses").propertyNames())
                .contains("200", "202", "400", "404", "406", "409", "410", "413", "415", "422", "500", "503");
        assertThat(commit.path("responses").path("409").toString())
                .contains("transaction-rolled-back", "branch-set-conflict");
        assertThat(api.path("components")
                        .path("schemas")
                        .path("CommitRequest")
                        .path("properties")
                        .path("branches")
                        .path("items")
                        .path("oneOf"))
                .hasSize(2);
        assertThat(unresolved(api, api, new ArrayList<>())).isEmpty();
    }

    @Test
    void people_get_a_page() {
        Http.Response page = new Http(port).get("/swagger-ui/index.html");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.contentType()).startsWith("text/html");
        assertThat(new Http(port).get("/swagger-ui.html").status()).isEqualTo(302);
    }

    /** References that lead nowhere. */
    private static List<String> unresolved(JsonNode api, JsonNode node, List<String> found) {
        if (node.isObject() && node.has("$ref")) {
            String ref = node.path("$ref").asString();
            if (api.at(ref.substring(1)).isMissingNode()) {
                found.add(ref);
            }
        }
        node.forEach(child -> unresolved(api, child, found));
        return found;
    }
}
