package io.assent.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.system.AllKinds;
import io.assent.demo.system.Database;
import io.assent.demo.system.DemoException;
import io.assent.demo.system.DemoSystem;
import io.assent.demo.system.Ports;
import io.assent.demo.system.Progress;
import io.assent.demo.system.Receipts;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The demo's processes, started once for all tests of this module: PostgreSQL, coordinator, order service, payment service.
 * What the databases hold is read by SQL of its own, not by anything that the system says of itself.
 */
final class Shop implements AutoCloseable {

    /** Longer than a killed process takes to come back and every branch to be settled. */
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final AtomicLong NUMBERS = new AtomicLong();
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(3))
            .build();
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static Shop shared;

    private final DemoSystem system;
    private final Path state;
    private final TraceReceiver traces;

    record Answer(int status, String body) {

        JsonNode json() {
            return JSON.readTree(body);
        }
    }

    private Shop(DemoSystem system, Path state, TraceReceiver traces) {
        this.system = system;
        this.state = state;
        this.traces = traces;
    }

    /** Started by the first test that asks; stopped when the JVM ends. */
    static synchronized Shop started() throws IOException {
        if (shared == null) {
            shared = start("shop", Ports.free());
        }
        return shared;
    }

    /** One of its own, with a stock service; the caller closes it. */
    static Shop withStock() throws IOException {
        return start("shop-with-stock", Ports.freeWithStock());
    }

    /** One of its own, with services of all kinds; the caller closes it. */
    static Shop withAllKinds() throws IOException {
        return start("shop-with-all-kinds", Ports.freeWithAllKinds());
    }

    private static Shop start(String name, Ports ports) throws IOException {
        Path repository = Path.of(System.getProperty("assent.repository", ".."));
        Path state = Path.of("target", name).toAbsolutePath();
        Files.createDirectories(state);
        TraceReceiver traces = new TraceReceiver();
        List<String> arguments = new ArrayList<>(traces.arguments());
        arguments.addAll(List.of(
                // Besides what they write to the console.
                "--logging.file.name=logs/${spring.application.name}.json",
                "--logging.structured.format.file=logstash",
                "--logging.level.assent.transactions=debug",
                "--logging.level.io.assent.participant.transaction=debug"));
        DemoSystem system = DemoSystem.open(
                new DemoSystem.Options(repository, state, ports, false, arguments), new ToStandardOutput());
        Runtime.getRuntime().addShutdownHook(new Thread(system::close, "stop-" + name));
        system.reset();
        system.start();
        return new Shop(system, state, traces);
    }

    @Override
    public void close() {
        system.close();
        traces.close();
    }

    DemoSystem system() {
        return system;
    }

    /** An order number that no other test uses. */
    static String orderNumber() {
        return "system-test-" + NUMBERS.incrementAndGet();
    }

    void openAccount(String customer, long pence) throws IOException, InterruptedException {
        Answer answer = send(
                "PUT", system.paymentUrl() + "/api/accounts/" + customer, "{\"openingBalancePence\":" + pence + "}");
        assertThat(answer.status()).as(answer.body()).isIn(200, 201);
    }

    /** One piece of the first product. */
    Answer checkout(String orderNumber, String customer) throws IOException, InterruptedException {
        return checkout(orderNumber, customer, 1);
    }

    /** Some pieces of the first product. */
    Answer checkout(String orderNumber, String customer, int quantity) throws IOException, InterruptedException {
        return send(
                "POST",
                system.orderUrl() + "/api/checkout",
                "{\"orderNumber\":\"%s\",\"customer\":\"%s\",\"items\":[{\"sku\":\"%s\",\"quantity\":%d}]}"
                        .formatted(orderNumber, customer, firstProduct(), quantity));
    }

    /** The same as a part of the caller's trace. */
    Answer checkoutIn(String traceParent, String orderNumber, String customer)
            throws IOException, InterruptedException {
        return send(
                "POST",
                system.orderUrl() + "/api/checkout",
                "{\"orderNumber\":\"%s\",\"customer\":\"%s\",\"items\":[{\"sku\":\"%s\",\"quantity\":1}]}"
                        .formatted(orderNumber, customer, firstProduct()),
                "traceparent",
                traceParent);
    }

    /** Where the services export what a caller wants to have traced. */
    TraceReceiver traces() {
        return traces;
    }

    /** What a service logs, one JSON object each line. */
    Path jsonLog(String service) {
        return state.resolve("logs").resolve(service + ".json");
    }

    private String firstProduct() throws IOException, InterruptedException {
        return get(system.orderUrl() + "/api/products")
                .json()
                .path(0)
                .path("sku")
                .asString();
    }

    /** Puts pieces of the first product into the stock. */
    void deliver(int pieces) throws IOException, InterruptedException {
        Answer answer = send(
                "POST",
                system.stockUrl() + "/api/deliveries",
                "{\"sku\":\"" + firstProduct() + "\",\"quantity\":" + pieces + "}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    }

    /** Repeats a checkout with its order number, as a caller who was told "unknown, ask again", until it is certain. */
    Answer checkoutUntilKnown(String orderNumber, String customer) {
        return checkoutUntilKnown(orderNumber, customer, 1);
    }

    Answer checkoutUntilKnown(String orderNumber, String customer, int quantity) {
        return Awaitility.await("a definite answer for " + orderNumber)
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsInstanceOf(IOException.class)
                .until(() -> checkout(orderNumber, customer, quantity), answer -> answer.status() < 500);
    }

    void breakNext(String payment, String coordinator) throws IOException, InterruptedException {
        Answer answer = send(
                "PUT",
                system.orderUrl() + "/api/break",
                "{\"payment\":\"%s\",\"coordinator\":\"%s\",\"delayMillis\":0}".formatted(payment, coordinator));
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    }

    Answer get(String url) throws IOException, InterruptedException {
        return send("GET", url, null);
    }

    Answer send(String method, String url, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url)).timeout(Duration.ofSeconds(40));
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (url.startsWith(system.coordinatorUrl() + "/")) {
            request.header("Authorization", "Bearer " + system.operatorKey());
        }
        if (body == null) {
            request.method(method, HttpRequest.BodyPublishers.noBody());
        } else {
            request.method(method, HttpRequest.BodyPublishers.ofString(body))
                    .header("Content-Type", "application/json");
        }
        HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(response.statusCode(), response.body());
    }

    /** No branch is in doubt any more, orders and payments are the same set, and no money came or went (I1, I5, I7, I8). */
    void assertBothOrNeither() {
        Awaitility.await("nothing in pg_prepared_xacts")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptionsInstanceOf(SQLException.class)
                .untilAsserted(() -> assertThat(prepared()).isEmpty());
        Awaitility.await("orders and payments can be read")
                .atMost(PATIENCE)
                .ignoreExceptionsInstanceOf(SQLException.class)
                .untilAsserted(() -> {
                    assertThat(rows(
                                    system.orders(),
                                    "select order_number || ' ' || customer || ' ' || amount_pence from shop_order"
                                            + " where status <> 'REFUND'"))
                            .containsExactlyElementsOf(rows(
                                    system.payments(),
                                    "select order_number || ' ' || customer || ' ' || amount_pence from payment"
                                            + " where kind = 'PAYMENT'"));
                    assertThat(rows(
                                    system.payments(),
                                    "select (select sum(balance_pence) from account)"
                                            + " + coalesce((select sum(amount_pence) from ledger_entry"
                                            + " where account = 'merchant'), 0)"))
                            .isEqualTo(rows(system.payments(), "select sum(opening_balance_pence)::text from account"));
                });
    }

    /** Every line of an order has its reservation and the reverse, and no piece came or went but by delivery. */
    void assertStockTells(int delivered) throws SQLException {
        Database stock = Objects.requireNonNull(system.stock());
        assertThat(rows(stock, "select key || ' ' || quantity from reservation"))
                .containsExactlyElementsOf(rows(
                        system.orders(),
                        "select o.order_number || '.' || l.sku || ' ' || l.quantity"
                                + " from shop_order o join order_line l on l.order_id = o.id"));
        assertThat(rows(
                        stock,
                        "select (select sum(available) from stock)"
                                + " + coalesce((select sum(quantity) from reservation), 0)"))
                .containsExactly(Integer.toString(delivered));
    }

    /**
     * Every order has just its points at the provider, every payment and every refund just one receipt, no reservation is open, and
     * nothing is prepared in the broker.
     */
    void assertPointsAndReceiptsTell() {
        AllKinds kinds = Objects.requireNonNull(system.allKinds());
        Receipts receipts = Receipts.in(kinds);
        Awaitility.await("points and receipts")
                .atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(200))
                .ignoreExceptionsMatching(e -> e instanceof SQLException || e instanceof DemoException)
                .untilAsserted(() -> {
                    assertThat(rows(kinds.points(), "select name || ' ' || arguments from assent_reservation"))
                            .isEmpty();
                    assertThat(rows(kinds.provider(), "select key::text from reservation where state = 'RESERVED'"))
                            .isEmpty();
                    assertThat(rows(
                                    kinds.points(),
                                    "select order_number || ' ' || customer || ' ' || points from award"
                                            + " where captured_at is not null"))
                            .containsExactlyElementsOf(rows(
                                    system.orders(),
                                    "select order_number || ' ' || customer || ' ' || amount_pence / 100"
                                            + " from shop_order where status <> 'REFUND'"));
                    assertThat(rows(
                                    kinds.provider(),
                                    "select key || ' ' || customer || ' ' || points from reservation"
                                            + " where state = 'CAPTURED'"))
                            .containsExactlyElementsOf(rows(
                                    kinds.points(),
                                    "select reservation || ' ' || customer || ' ' || points from award"));
                    assertThat(receipts.inDoubt()).as("prepared in the broker").isZero();
                    assertThat(receipts.texts().stream().map(Shop::receipt))
                            .containsExactlyInAnyOrderElementsOf(rows(
                                    system.payments(),
                                    "select kind || ' ' || order_number || ' ' || customer || ' ' || amount_pence"
                                            + " from payment"));
                });
    }

    private static String receipt(String text) {
        JsonNode receipt = JSON.readTree(text);
        return receipt.path("kind").asString() + " "
                + receipt.path("orderNumber").asString() + " "
                + receipt.path("customer").asString() + " "
                + receipt.path("amountPence").asLong();
    }

    /** Whether both databases know an order number. */
    boolean known(String orderNumber) throws SQLException {
        boolean ordered = !rows(system.orders(), "select 1 from shop_order where order_number = '" + orderNumber + "'")
                .isEmpty();
        boolean paid = !rows(system.payments(), "select 1 from payment where order_number = '" + orderNumber + "'")
                .isEmpty();
        assertThat(ordered).as("order and payment of " + orderNumber).isEqualTo(paid);
        return ordered;
    }

    List<String> prepared() throws SQLException {
        try (Connection connection = system.postgres().superuserConnection()) {
            return rows(connection, "select gid from pg_prepared_xacts");
        }
    }

    private static List<String> rows(Database database, String sql) throws SQLException {
        try (Connection connection = database.connect()) {
            return rows(connection, sql);
        }
    }

    private static List<String> rows(Connection connection, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                rows.add(result.getString(1));
            }
        }
        Collections.sort(rows);
        return rows;
    }

    private static final class ToStandardOutput implements Progress {

        @Override
        public void begun(String what) {
            System.out.println(what + " ...");
        }

        @Override
        public void done(String what) {
            System.out.println(what);
        }

        @Override
        public void note(String what) {
            System.out.println(what);
        }
    }
}
