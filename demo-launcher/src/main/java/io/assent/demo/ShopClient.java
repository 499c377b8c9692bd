package io.assent.demo;

import io.assent.demo.system.DemoSystem;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.apache.hc.client5.http.classic.methods.HttpPut;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.io.entity.StringEntity;
import org.apache.hc.core5.util.Timeout;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a browser or a till does: the HTTP interfaces of the sample services and of the coordinator, each request sent once.
 * Thread-safe.
 */
final class ShopClient implements AutoCloseable {

    private static final Timeout CONNECT_TIMEOUT = Timeout.ofSeconds(3);
    /** Longer than any answer should take; what has not come by then is unknown. */
    private static final Timeout RESPONSE_TIMEOUT = Timeout.ofSeconds(45);

    /** An answer with a JSON body (an empty object when there was none). */
    record Answer(int status, JsonNode body) {

        boolean ok() {
            return status >= 200 && status < 300;
        }

        /** The last part of a problem's type, or {@code HTTP 404} and the like. */
        String problem() {
            String type = body.path("type").asString("");
            String name = type.substring(Math.max(type.lastIndexOf('/'), type.lastIndexOf(':')) + 1);
            return name.isEmpty() || name.equals("blank") ? "HTTP " + status : name;
        }

        String text(String field) {
            return body.path(field).asString("");
        }

        long number(String field) {
            return body.path(field).asLong(0);
        }
    }

    private final JsonMapper json = JsonMapper.builder().build();
    private final CloseableHttpClient http;
    private final String order;
    private final String payment;
    private final String coordinator;
    private final String stock;
    private final String key;

    ShopClient(DemoSystem system, int clients) {
        this(
                system.orderUrl(),
                system.paymentUrl(),
                system.coordinatorUrl(),
                system.stockUrl(),
                system.operatorKey(),
                clients);
    }

    /** @param key the coordinator's, sent to nobody else */
    ShopClient(String order, String payment, String coordinator, String stock, String key, int clients) {
        this.key = key;
        this.order = order;
        this.payment = payment;
        this.coordinator = coordinator;
        this.stock = stock;
        PoolingHttpClientConnectionManager connections = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(clients)
                .setMaxConnTotal(4 * clients)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT_TIMEOUT)
                        .build())
                .build();
        this.http = HttpClients.custom()
                .setConnectionManager(connections)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(RESPONSE_TIMEOUT)
                        .build())
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableRedirectHandling()
                .build();
    }

    List<Product> products() throws IOException {
        return expect(get(order + "/api/products"))
                .valueStream()
                .map(product -> new Product(
                        product.path("sku").asString(""),
                        product.path("name").asString(""),
                        product.path("pricePence").asLong(0)))
                .toList();
    }

    record Product(String sku, String name, long pricePence) {}

    Answer checkout(String orderNumber, String customer, String sku, int quantity) throws IOException {
        return send(
                new HttpPost(order + "/api/checkout"),
                Map.of(
                        "orderNumber",
                        orderNumber,
                        "customer",
                        customer,
                        "items",
                        List.of(Map.of("sku", sku, "quantity", quantity))));
    }

    Answer invoice(InvoiceLine line) throws IOException {
        return send(new HttpPost(order + "/api/invoices"), line);
    }

    /** Opens an account, or finds it as it is; returns its balance in pence. */
    long openAccount(String customer, long openingBalancePence) throws IOException {
        Answer answer = send(
                new HttpPut(payment + "/api/accounts/" + customer), Map.of("openingBalancePence", openingBalancePence));
        return expect(answer).path("balancePence").asLong();
    }

    /** Opens up to 1,000 accounts. */
    void openAccounts(List<String> customers, long openingBalancePence) throws IOException {
        List<Map<String, Object>> accounts = customers.stream()
                .map(customer ->
                        Map.<String, Object>of("customer", customer, "openingBalancePence", openingBalancePence))
                .toList();
        expect(send(new HttpPost(payment + "/api/accounts:batch"), Map.of("accounts", accounts)));
    }

    /** Takes a payment outside of any transaction: a person makes up for one that was lost. */
    void pay(String orderNumber, String customer, long amountPence) throws IOException {
        expect(send(
                new HttpPost(payment + "/api/payments"),
                Map.of("orderNumber", orderNumber, "customer", customer, "amountPence", amountPence)));
    }

    /** The latest orders, newest first; 100 at most. */
    List<Order> orders() throws IOException {
        return expect(get(order + "/api/orders?limit=100"))
                .path("items")
                .valueStream()
                .map(item -> new Order(
                        item.path("orderNumber").asString(""),
                        item.path("customer").asString(""),
                        item.path("amountPence").asLong(0),
                        item.path("transaction").asString("")))
                .toList();
    }

    /** @param transaction the global transaction that it came by */
    record Order(String orderNumber, String customer, long amountPence, String transaction) {}

    JsonNode orderSums() throws IOException {
        return expect(get(order + "/api/sums"));
    }

    JsonNode paymentSums() throws IOException {
        return expect(get(payment + "/api/sums"));
    }

    /** Arms a failure of the payment service, which strikes at the next checkout. */
    void breakPayment(String failure) throws IOException {
        expect(send(
                new HttpPut(order + "/api/break"),
                Map.of("payment", failure, "coordinator", "NONE", "delayMillis", 0)));
    }

    /** How many pieces of an article are left; none if the stock service does not know it. */
    long available(String sku) throws IOException {
        return expect(get(stock + "/api/stock"))
                .path("items")
                .valueStream()
                .filter(item -> item.path("sku").asString("").equals(sku))
                .mapToLong(item -> item.path("available").asLong(0))
                .sum();
    }

    /** Puts pieces of an article into the stock. */
    void deliver(String sku, long pieces) throws IOException {
        expect(send(new HttpPost(stock + "/api/deliveries"), Map.of("sku", sku, "quantity", pieces)));
    }

    /** What the payment service says of one of its branches. */
    JsonNode paymentBranch(String transaction, String branch) throws IOException {
        return expect(get(payment + "/assent/v1/branches/" + transaction + "/" + branch));
    }

    /** The coordinator's view of a transaction; null when it cannot be had now. */
    @Nullable
    JsonNode transaction(String id) {
        try {
            Answer answer = get(coordinator + "/v1/transactions/" + id);
            return answer.ok() ? answer.body() : null;
        } catch (IOException e) {
            return null;
        }
    }

    /** What is not JSON, such as metrics. */
    String text(String url) throws IOException {
        return http.execute(withKey(new HttpGet(url)), response -> {
            if (response.getCode() != 200) {
                throw new IOException("Unexpected answer " + response.getCode() + " of " + url);
            }
            return EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8);
        });
    }

    Answer get(String url) throws IOException {
        return execute(new HttpGet(url));
    }

    Answer send(HttpUriRequestBase request, Object body) throws IOException {
        request.setEntity(new StringEntity(json.writeValueAsString(body), ContentType.APPLICATION_JSON));
        return execute(request);
    }

    private HttpUriRequestBase withKey(HttpUriRequestBase request) {
        try {
            if (request.getUri().toString().startsWith(coordinator + "/")) {
                request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + key);
            }
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
        return request;
    }

    private Answer execute(HttpUriRequestBase request) throws IOException {
        return http.execute(withKey(request), response -> {
            String text = response.getEntity() == null
                    ? ""
                    : EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8);
            return new Answer(response.getCode(), parse(text));
        });
    }

    private JsonNode parse(String text) throws IOException {
        try {
            return text.isBlank() ? json.createObjectNode() : json.readTree(text);
        } catch (JacksonException e) {
            throw new IOException("The answer is no JSON: " + text.substring(0, Math.min(200, text.length())), e);
        }
    }

    static JsonNode expect(Answer answer) throws IOException {
        if (!answer.ok()) {
            throw new IOException("Unexpected answer " + answer.status() + ": " + answer.body());
        }
        return answer.body();
    }

    @Override
    public void close() {
        try {
            http.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
