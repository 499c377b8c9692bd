package io.assent.sample.order;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.any;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.matchingJsonPath;
import static com.github.tomakehurst.wiremock.client.WireMock.post;
import static com.github.tomakehurst.wiremock.client.WireMock.postRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathEqualTo;
import static com.github.tomakehurst.wiremock.client.WireMock.urlPathMatching;
import static com.github.tomakehurst.wiremock.core.WireMockConfiguration.wireMockConfig;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.client.WireMock;
import com.github.tomakehurst.wiremock.http.Fault;
import io.assent.embeddedpostgres.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: an order is there exactly when its payment was made, each once for its number, and every refusal says why.
 * Method: the whole service over HTTP on a real PostgreSQL; WireMock plays the payment service, well- and ill-behaved.
 * Where it votes READ_ONLY, the order is the only branch with work and commits without a coordinator; see
 * {@link GlobalCheckoutIntegrationTests} for the rest.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = {
            "spring.datasource.hikari.data-source-properties.options=-c lock_timeout=700ms",
            "spring.http.clients.read-timeout=3s",
            "assent.participant.lock-timeout=700ms",
            "sample.break.enabled=true"
        })
class OrderServiceIntegrationTests {

    private static final TestPostgres.Database DATABASE = TestPostgres.shared().freshDatabase("orders");
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final WireMockServer PAYMENTS = started();

    @DynamicPropertySource
    static void configuration(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", DATABASE::jdbcUrl);
        registry.add("spring.datasource.username", DATABASE::username);
        registry.add("spring.datasource.password", DATABASE::password);
        registry.add("sample.payment.url", PAYMENTS::baseUrl);
        registry.add("assent.coordinator.urls", PAYMENTS::baseUrl);
    }

    record Answer(int status, JsonNode body) {

        String problem() {
            return body.path("type").asString().replace("urn:assent:problem:", "");
        }

        String detail() {
            return body.path("detail").asString();
        }
    }

    private final RestTestClient http;

    /** The JDK's client: the one that the service uses would repeat what is answered with 503. */
    OrderServiceIntegrationTests(@LocalServerPort int port) {
        http = RestTestClient.bindToServer(new JdkClientHttpRequestFactory())
                .baseUrl("http://localhost:" + port)
                .build();
    }

    @BeforeEach
    void paymentsAreMade() {
        PAYMENTS.resetAll();
        paymentsAnswer(receipt());
        PAYMENTS.stubFor(post(urlEqualTo("/api/refunds")).willReturn(receipt()));
        PAYMENTS.stubFor(post(urlPathMatching("/v1/transactions/[^/]+/rollback"))
                .willReturn(json(200, ProtocolDoubles.ROLLED_BACK)));
    }

    @Test
    void aCheckoutIsSavedWithItsLinesAndPaid() {
        Answer answer = checkout("web-1", "ada", "{'sku':'mug','quantity':2},{'sku':'bowl','quantity':1}");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.body().path("status").asString()).isEqualTo("PAID");
        assertThat(answer.body().path("amountPence").asLong()).isEqualTo(2 * 950 + 1800);
        JsonNode order = get("/api/orders/web-1").body();
        assertThat(order.path("customer").asString()).isEqualTo("ada");
        assertThat(order.path("lines")).hasSize(2);
        assertThat(order.path("lines").get(0).path("name").asString()).isEqualTo("Enamel mug");
        assertThat(order.path("lines").get(0).path("quantity").asInt()).isEqualTo(2);
        PAYMENTS.verify(
                1,
                postRequestedFor(urlEqualTo("/api/payments"))
                        .withRequestBody(matchingJsonPath("$.orderNumber", equalTo("web-1")))
                        .withRequestBody(matchingJsonPath("$.customer", equalTo("ada")))
                        .withRequestBody(matchingJsonPath("$.amountPence", equalTo("3700"))));
    }

    @Test
    void aCheckoutWithoutANumberGetsOne() {
        String number = checkout(null, "ada", "{'sku':'mug','quantity':1}")
                .body()
                .path("orderNumber")
                .asString();

        assertThat(number).matches("[0-9]{6}-[0-9A-Z]{5}-[0-9A-Z]{5}");
        assertThat(get("/api/orders/" + number).status()).isEqualTo(200);
    }

    @Test
    void aRepeatedCheckoutIsAnsweredWithTheOrderThatIsThereAndNotPaidAgain() {
        String items = "{'sku':'mug','quantity':1}";
        Answer first = checkout("web-2", "ada", items);
        Answer second = checkout("web-2", "ada", items);

        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        PAYMENTS.verify(1, postRequestedFor(urlEqualTo("/api/payments")));
    }

    @Test
    void anOrderNumberCannotStandForTwoDifferentOrders() {
        checkout("web-3", "ada", "{'sku':'mug','quantity':1}");

        Answer others = checkout("web-3", "ben", "{'sku':'mug','quantity':1}");
        Answer more = checkout("web-3", "ada", "{'sku':'mug','quantity':2}");

        assertThat(others.status()).isEqualTo(409);
        assertThat(others.problem()).isEqualTo("order-conflict");
        assertThat(more.problem()).isEqualTo("order-conflict");
        PAYMENTS.verify(1, postRequestedFor(urlEqualTo("/api/payments")));
    }

    @Test
    void aRefusedPaymentLeavesNoOrderAndSaysWhy() {
        JsonNode before = get("/api/sums").body();
        paymentsAnswer(
                problem(409, "insufficient-funds", "not enough money: balance of cleo is £7.00, payment is £9.50"));

        Answer refused = checkout("web-4", "cleo", "{'sku':'mug','quantity':1}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("payment-refused");
        assertThat(refused.detail()).startsWith("not enough money: balance");
        assertThat(refused.body().path("retryable").asBoolean(true)).isFalse();
        assertThat(get("/api/orders/web-4").status()).isEqualTo(404);
        assertThat(get("/api/sums").body()).isEqualTo(before);
    }

    @Test
    void aCustomerWithoutAnAccountIsRefusedToo() {
        paymentsAnswer(problem(404, "account-not-found", "There is no account of customer \"zoe\""));

        Answer refused = checkout("web-5", "zoe", "{'sku':'mug','quantity':1}");

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.detail()).contains("no account");
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 429, 408})
    void aPaymentServiceInTroubleMeansRolledBackAndTryAgain(int status) {
        paymentsAnswer(problem(status, "busy", "not now"));

        assertRolledBack(checkout("trouble-" + status, "ada", "{'sku':'mug','quantity':1}"), "trouble-" + status);
    }

    @ParameterizedTest
    @EnumSource(Fault.class)
    void aBrokenConnectionMeansRolledBackAndTryAgain(Fault fault) {
        paymentsAnswer(aResponse().withFault(fault));

        assertRolledBack(checkout("fault-" + fault, "ada", "{'sku':'mug','quantity':1}"), "fault-" + fault);
    }

    @Test
    void anAnswerThatTakesTooLongMeansRolledBackAndTryAgain() {
        paymentsAnswer(receipt().withFixedDelay(6_000));

        assertRolledBack(checkout("slow", "ada", "{'sku':'mug','quantity':1}"), "slow");
    }

    @Test
    void anAnswerThatIsNoReceiptMeansRolledBackAndTryAgain() {
        paymentsAnswer(aResponse()
                .withStatus(200)
                .withHeader("Content-Type", "text/html")
                .withBody("<h1>Hello"));

        assertRolledBack(checkout("html", "ada", "{'sku':'mug','quantity':1}"), "html");
    }

    @Test
    void whatWasRolledBackCanBeOrderedAgainUnderTheSameNumber() {
        paymentsAnswer(problem(503, "busy", "not now"));
        checkout("again", "ada", "{'sku':'mug','quantity':1}");
        paymentsAnswer(receipt());

        assertThat(checkout("again", "ada", "{'sku':'mug','quantity':1}").status())
                .isEqualTo(201);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'customer':'ada','items':[]}                                                    | 422 | items",
                "{'customer':'ada'}                                                               | 422 | items",
                "{'customer':'ada','items':[null]}                                                | 422 | items[0]",
                "{'customer':'ada','items':[{'sku':'mug','quantity':0}]}                          | 422 | quantity",
                "{'customer':'ada','items':[{'sku':'mug','quantity':1001}]}                       | 422 | quantity",
                "{'customer':'ada','items':[{'sku':'yacht','quantity':1}]}                        | 422 | no product yacht",
                "{'customer':'ada','items':[{'sku':'mug','quantity':1},{'sku':'mug','quantity':1}]} | 422 | listed twice",
                "{'customer':'merchant','items':[{'sku':'mug','quantity':1}]}                     | 422 | customer",
                "{'items':[{'sku':'mug','quantity':1}]}                                           | 422 | customer",
                "{'orderNumber':'C-1','customer':'ada','items':[{'sku':'mug','quantity':1}]}      | 422 | orderNumber",
                "{'orderNumber':'a b','customer':'ada','items':[{'sku':'mug','quantity':1}]}      | 422 | orderNumber",
                "{'customer':'ada','items':[{'sku':'mug','quantity':1.5}]}                        | 400 | whole number",
                "{'customer':'ada','items':[{'sku':'mug','quantity':1}],'discount':1}             | 400 | discount is not known",
                "{'customer':'ada','customer':'ben','items':[{'sku':'mug','quantity':1}]}         | 400 | customer",
                "[]                                                                               | 400 | cannot be read"
            })
    void anOrderThatCannotBeIsRefusedWithTheReasonBeforeAnythingHappens(String body, int status, String why) {
        Answer answer = postJson("/api/checkout", body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.problem()).isEqualTo(status == 422 ? "invalid-order" : "malformed-request");
        assertThat(answer.detail()).contains(why);
        PAYMENTS.verify(0, postRequestedFor(urlEqualTo("/api/payments")));
    }

    @Test
    void anInvoiceIsAnOrderWhetherItsNumbersComeAsNumbersOrAsText() {
        Answer numbers = postJson("/api/invoices", invoice("536367", "'13047'", "83", "4.8533"));
        Answer text = postJson("/api/invoices", invoice("536367", "13047", "'83'", "'4.8533'"));

        assertThat(numbers.status()).isEqualTo(201);
        assertThat(numbers.body().path("amountPence").asLong()).isEqualTo(40282);
        assertThat(numbers.body().path("orderNumber").asString()).isEqualTo("536367-20101201T0834");
        assertThat(text.status()).isEqualTo(200);
        assertThat(text.body()).isEqualTo(numbers.body());
        PAYMENTS.verify(1, postRequestedFor(urlEqualTo("/api/payments")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "536414  | '(blank)' | 56  | 0         | NO_CUSTOMER",
                "A563186 | '(blank)' | 1   | -11062.06 | BAD_DEBT",
                "543599  | '17560'   | 16  | 0         | ZERO_PRICE",
                "536589  | '17560'   | -10 | 1         | NEGATIVE_QUANTITY",
                "C536589 | '17560'   | 10  | 1         | POSITIVE_QUANTITY",
                "536365  | null      | 1   | 1         | NO_CUSTOMER"
            })
    void anInvoiceThatCannotBeIsRefusedWithTheReason(
            String no, String customer, String quantity, String price, String reason) {
        Answer answer = postJson("/api/invoices", invoice(no, customer, quantity, price));

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.problem()).isEqualTo("invalid-invoice");
        assertThat(answer.body().path("reasons").toString()).contains(reason);
        assertThat(answer.detail()).isNotBlank();
        PAYMENTS.verify(0, postRequestedFor(urlEqualTo("/api/payments")));
        PAYMENTS.verify(0, postRequestedFor(urlEqualTo("/api/refunds")));
    }

    @Test
    void aRefundOfTheWholeAmountCancelsTheLatestOrderThatMatches() {
        String customer = name();
        String older = order(customer, 1000);
        String latest = order(customer, 1000);
        order(customer, 999);

        Answer refund = postJson("/api/invoices", invoice("C9", "'" + customer + "'", "-1", "10"));

        assertThat(refund.status()).isEqualTo(201);
        assertThat(refund.body().path("refundedOrder").asString()).isEqualTo(latest);
        assertThat(status(latest)).isEqualTo("CANCELLED");
        assertThat(get("/api/orders/" + latest).body().path("refundedPence").asLong())
                .isEqualTo(1000);
        assertThat(status(older)).isEqualTo("PAID");
    }

    @Test
    void aRefundOfAPartLeavesTheOrderPaidAndTheLastPartCancelsIt() {
        String customer = name();
        String order = order(customer, 1000);

        postJson("/api/invoices", invoice("C21", "'" + customer + "'", "-1", "3"));
        assertThat(status(order)).isEqualTo("PAID");
        assertThat(get("/api/orders/" + order).body().path("refundedPence").asLong())
                .isEqualTo(300);

        postJson("/api/invoices", invoice("C22", "'" + customer + "'", "-7", "1"));
        assertThat(status(order)).isEqualTo("CANCELLED");
    }

    @Test
    void aRefundWithoutAMatchingOrderStandsForItself() {
        String customer = name();
        order(customer, 500);

        Answer refund = postJson("/api/invoices", invoice("C31", "'" + customer + "'", "-1", "7.50"));
        Answer again = postJson("/api/invoices", invoice("C31", "'" + customer + "'", "-1", "7.50"));

        assertThat(refund.status()).isEqualTo(201);
        assertThat(refund.body().has("refundedOrder")).isFalse();
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(refund.body());
        String number = refund.body().path("orderNumber").asString();
        assertThat(status(number)).isEqualTo("REFUND");
        PAYMENTS.verify(1, postRequestedFor(urlEqualTo("/api/refunds")));
    }

    @Test
    void aRefundThatThePaymentServiceRefusesLeavesTheOrderAsItWas() {
        String customer = name();
        String order = order(customer, 500);
        JsonNode before = get("/api/sums").body();
        PAYMENTS.stubFor(post(urlEqualTo("/api/refunds")).willReturn(problem(503, "busy", "not now")));

        Answer refund = postJson("/api/invoices", invoice("C41", "'" + customer + "'", "-1", "5"));
        Answer unmatched = postJson("/api/invoices", invoice("C42", "'" + customer + "'", "-1", "99"));

        assertThat(refund.status()).isEqualTo(503);
        assertThat(unmatched.status()).isEqualTo(503);
        assertThat(status(order)).isEqualTo("PAID");
        assertThat(get("/api/sums").body()).isEqualTo(before);
    }

    @Test
    void anOrderIsCancelledOnceWithAllThatIsLeftOfItsMoney() {
        String customer = name();
        String order = order(customer, 1000);
        postJson("/api/invoices", invoice("C51", "'" + customer + "'", "-1", "2.50"));

        Answer cancelled = postJson("/api/orders/" + order + "/cancellation", "{}");
        Answer again = postJson("/api/orders/" + order + "/cancellation", "{}");

        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.body().path("status").asString()).isEqualTo("CANCELLED");
        assertThat(again.body()).isEqualTo(cancelled.body());
        PAYMENTS.verify(
                1,
                postRequestedFor(urlEqualTo("/api/refunds"))
                        .withRequestBody(matchingJsonPath("$.orderNumber", equalTo("C-" + order)))
                        .withRequestBody(matchingJsonPath("$.amountPence", equalTo("750"))));
        assertThat(postJson("/api/orders/nothing/cancellation", "{}").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 536365})
    void anyRowOfOrdersAndRefundsKeepsTheBooksEqualToWhatWasPaid(long seed) {
        Random random = new Random(seed);
        List<String> customers = List.of(name(), name());
        long netBefore = get("/api/sums").body().path("netPence").asLong();

        for (int i = 0; i < 40; i++) {
            boolean fails = random.nextInt(5) == 0;
            ResponseDefinitionBuilder answer =
                    fails ? problem(random.nextBoolean() ? 409 : 503, "no", "no") : receipt();
            PAYMENTS.stubFor(post(urlEqualTo("/api/payments")).willReturn(answer));
            PAYMENTS.stubFor(post(urlEqualTo("/api/refunds")).willReturn(answer));
            boolean refund = random.nextInt(3) == 0;
            String no = (refund ? "C" : "") + seed + "" + (1000 + i);
            int pieces = 1 + random.nextInt(4);
            String body = invoice(
                    no,
                    "'" + customers.get(random.nextInt(2)) + "'",
                    Integer.toString(refund ? -pieces : pieces),
                    "1.0" + (1 + random.nextInt(9)));
            long net = get("/api/sums").body().path("netPence").asLong();
            Answer taken = postJson("/api/invoices", body);
            assertThat(taken.status())
                    .as("seed %s, step %s: %s", seed, i, body)
                    .isIn(fails ? List.of(409, 503) : List.of(201));
            long amount = fails ? 0 : taken.body().path("amountPence").asLong();
            assertThat(get("/api/sums").body().path("netPence").asLong())
                    .as("seed %s, step %s", seed, i)
                    .isEqualTo(net + (refund ? -amount : amount));
        }

        long netByOrder = 0;
        for (String customer : customers) {
            for (JsonNode order :
                    get("/api/orders?limit=200&customer=" + customer).body().path("items")) {
                long amount = order.path("amountPence").asLong();
                long refunded = order.path("refundedPence").asLong();
                assertThat(refunded).isBetween(0L, amount);
                assertThat(order.path("status").asString().equals("CANCELLED")).isEqualTo(refunded == amount);
                netByOrder += order.path("status").asString().equals("REFUND") ? -amount : amount - refunded;
            }
        }
        assertThat(get("/api/sums").body().path("netPence").asLong()).isEqualTo(netBefore + netByOrder);
    }

    @Test
    void oneOrderNumberSentByManyAtTheSameTimeIsPaidOnce() throws Exception {
        paymentsAnswer(receipt().withFixedDelay(100));

        List<Answer> answers = atOnce(6, () -> checkout("race", "ada", "{'sku':'mug','quantity':1}"));

        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(1);
        assertThat(answers)
                .allMatch(answer -> List.of(200, 201).contains(answer.status())
                        || answer.problem().equals("rolled-back")
                                && answer.body().path("retryable").asBoolean());
        PAYMENTS.verify(1, postRequestedFor(urlEqualTo("/api/payments")));
        assertThat(checkout("race", "ada", "{'sku':'mug','quantity':1}").status())
                .isEqualTo(200);
    }

    /** A prepared transaction keeps its locks until it is decided. */
    @Test
    void anOrderInDoubtHoldsUpItsOwnRepeatForABoundedTimeAndNobodyElse() throws Exception {
        try (Connection connection =
                        DriverManager.getConnection(DATABASE.jdbcUrl(), DATABASE.username(), DATABASE.password());
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute("""
                    insert into shop_order (id, order_number, customer, status, amount_pence, refunded_pence, created_at)
                    values (-1, 'in-doubt', 'ada', 'PAID', 950, 0, now())""");
            sql.execute("prepare transaction 'in-doubt-order'");
            connection.setAutoCommit(true);

            assertRolledBack(checkout("in-doubt", "ada", "{'sku':'mug','quantity':1}"), "in-doubt");
            assertThat(checkout("another", "ada", "{'sku':'mug','quantity':1}").status())
                    .isEqualTo(201);

            sql.execute("rollback prepared 'in-doubt-order'");
        }
        assertThat(checkout("in-doubt", "ada", "{'sku':'mug','quantity':1}").status())
                .isEqualTo(201);
    }

    @Test
    void anOrderCanBeRecordedAloneForACallerWhoLeadsTheTransaction() {
        Answer recorded = postJson("/api/orders", "{'orderNumber':'curl-1','customer':'ada','amountPence':1200}");
        Answer again = postJson("/api/orders", "{'orderNumber':'curl-1','customer':'ada','amountPence':1200}");
        Answer other = postJson("/api/orders", "{'orderNumber':'curl-1','customer':'ada','amountPence':1201}");
        Answer nothing = postJson("/api/orders", "{'orderNumber':'curl-2','customer':'ada','amountPence':0}");

        assertThat(recorded.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(other.status()).isEqualTo(409);
        assertThat(nothing.problem()).isEqualTo("invalid-order");
        PAYMENTS.verify(0, postRequestedFor(urlEqualTo("/api/payments")));
    }

    @Test
    void ordersAreListedNewestFirstPageByPage() {
        String customer = name();
        List<String> placed = new ArrayList<>();
        for (int i = 1; i <= 5; i++) {
            placed.add(0, order(customer, i));
        }

        List<String> read = new ArrayList<>();
        String next = "";
        int pages = 0;
        do {
            JsonNode page = get("/api/orders?limit=2&customer=" + customer + (next.isEmpty() ? "" : "&before=" + next))
                    .body();
            page.path("items").forEach(item -> read.add(item.path("orderNumber").asString()));
            next = page.path("next").isNull() ? "" : page.path("next").asString();
            pages++;
        } while (!next.isEmpty());

        assertThat(read).isEqualTo(placed);
        assertThat(pages).isEqualTo(3);
        assertThat(get("/api/orders?limit=3").body().path("items")).hasSize(3);
        assertThat(get("/api/orders?limit=201").status()).isEqualTo(422);
        assertThat(get("/api/orders?before=soon").status()).isEqualTo(400);
    }

    @Test
    void aBalanceIsAskedFromThePaymentService() {
        PAYMENTS.stubFor(WireMock.get(urlEqualTo("/api/accounts/ada"))
                .willReturn(json(200, "{\"customer\": \"ada\", \"balancePence\": 77, \"since\": \"2020\"}")));
        PAYMENTS.stubFor(
                WireMock.get(urlEqualTo("/api/accounts/zoe")).willReturn(problem(404, "account-not-found", "none")));
        PAYMENTS.stubFor(WireMock.get(urlEqualTo("/api/accounts/ben"))
                .willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));

        assertThat(get("/api/accounts/ada").body().path("balancePence").asLong())
                .isEqualTo(77);
        assertThat(get("/api/accounts/zoe").problem()).isEqualTo("account-not-found");
        assertThat(get("/api/accounts/ben").problem()).isEqualTo("payment-unavailable");
    }

    @Test
    void bothBooksAreShownSideBySide() {
        PAYMENTS.stubFor(WireMock.get(urlEqualTo("/api/sums"))
                .willReturn(json(
                        200, "{\"accounts\":3,\"totalPence\":500,\"payments\":1,\"refunds\":0,\"netPence\":120}")));

        JsonNode books = get("/api/books").body();

        assertThat(books.path("paymentsNetPence").asLong()).isEqualTo(120);
        assertThat(books.path("totalPence").asLong()).isEqualTo(500);
        assertThat(books.path("ordersNetPence").asLong())
                .isEqualTo(get("/api/sums").body().path("netPence").asLong());
    }

    @Test
    void aTransactionIsReadFromTheCoordinator() {
        String id = "019a0000-0000-7000-8000-000000000001";
        PAYMENTS.stubFor(WireMock.get(urlEqualTo("/v1/transactions/" + id))
                .willReturn(json(200, "{\"id\": \"" + id + "\", \"state\": \"COMMITTED\"}")));
        PAYMENTS.stubFor(WireMock.get(urlEqualTo("/v1/transactions/" + id.replace('1', '2')))
                .willReturn(problem(404, "transaction-not-found", "No transaction of this id was ever seen")));

        assertThat(get("/api/transactions/" + id).body().path("state").asString())
                .isEqualTo("COMMITTED");
        assertThat(get("/api/transactions/" + id.replace('1', '2')).problem()).isEqualTo("transaction-not-found");
        assertThat(get("/api/transactions/today").status()).isEqualTo(400);
    }

    @Test
    void theSwitchesAreThePaymentServicesAndOnlyOneCanBeArmed() {
        PAYMENTS.stubFor(WireMock.put(urlEqualTo("/api/break"))
                .withRequestBody(matchingJsonPath("$.mode", equalTo("KILL_AFTER_DECISION")))
                .willReturn(json(200, "{\"mode\": \"KILL_AFTER_DECISION\", \"delayMillis\": 0}")));
        PAYMENTS.stubFor(WireMock.get(urlEqualTo("/api/break"))
                .willReturn(json(200, "{\"mode\": \"SLOW\", \"delayMillis\": 250}")));

        JsonNode armed = exchange(
                        HttpMethod.PUT,
                        "/api/break",
                        "{'payment':'NONE','coordinator':'KILL_AFTER_DECISION','delayMillis':0}")
                .body();
        JsonNode read = get("/api/break").body();
        Answer both = exchange(
                HttpMethod.PUT, "/api/break", "{'payment':'SLOW','coordinator':'KILL_AFTER_DECISION','delayMillis':0}");

        assertThat(armed.path("coordinator").asString()).isEqualTo("KILL_AFTER_DECISION");
        assertThat(armed.path("payment").asString()).isEqualTo("NONE");
        assertThat(read.path("payment").asString()).isEqualTo("SLOW");
        assertThat(read.path("delayMillis").asLong()).isEqualTo(250);
        assertThat(both.status()).isEqualTo(422);
    }

    @Test
    void theOthersHealthIsWatched() {
        PAYMENTS.stubFor(any(urlPathEqualTo("/actuator/health/readiness"))
                .willReturn(aResponse().withStatus(200)));
        assertThat(get("/api/system").body().path("payment").asString()).isEqualTo("UP");

        PAYMENTS.stubFor(any(urlPathEqualTo("/actuator/health/readiness"))
                .willReturn(aResponse().withStatus(503)));
        assertThat(get("/api/system").body().path("payment").asString()).isEqualTo("DOWN");
        assertThat(get("/api/system").body().path("coordinator").asString()).isEqualTo("DOWN");
    }

    @Test
    void theStorefrontRunsOnlyItsOwnScriptsAndHasAPictureOfEveryProduct() {
        var page = http.get().uri("/").exchange().returnResult(String.class);
        assertThat(page.getResponseBody()).contains("Tandem");
        assertThat(page.getResponseHeaders().getFirst("Content-Security-Policy"))
                .contains("default-src 'none'", "script-src 'self'")
                .doesNotContain("unsafe");
        JsonNode products = get("/api/products").body();
        assertThat(products).hasSize(12);
        products.forEach(product -> http.get()
                .uri(product.path("image").asString())
                .exchange()
                .expectStatus()
                .isOk()
                .expectHeader()
                .contentTypeCompatibleWith("image/svg+xml"));
        http.get()
                .uri("/webjars/lit-html/lit-html.js")
                .exchange()
                .expectStatus()
                .isOk();
        assertThat(get("/api/customers").body()).hasSize(3);
    }

    @Test
    void healthAndTheApiDocumentAreServed() {
        assertThat(get("/actuator/health/readiness").body().path("status").asString())
                .isEqualTo("UP");
        assertThat(get("/actuator/health/liveness").body().path("status").asString())
                .isEqualTo("UP");
        assertThat(get("/v3/api-docs").body().path("paths").has("/api/checkout"))
                .isTrue();
    }

    private void assertRolledBack(Answer answer, String orderNumber) {
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.problem()).isEqualTo("rolled-back");
        assertThat(answer.body().path("retryable").asBoolean()).isTrue();
        assertThat(get("/api/orders/" + orderNumber).status()).isEqualTo(404);
    }

    private Answer checkout(String orderNumber, String customer, String items) {
        String number = orderNumber == null ? "" : "'orderNumber':'" + orderNumber + "',";
        return postJson("/api/checkout", "{" + number + "'customer':'" + customer + "','items':[" + items + "]}");
    }

    private String order(String customer, long pence) {
        String number = name();
        Answer answer = postJson(
                "/api/orders",
                "{'orderNumber':'%s','customer':'%s','amountPence':%d}".formatted(number, customer, pence));
        assertThat(answer.status()).isEqualTo(201);
        return number;
    }

    private String status(String orderNumber) {
        return get("/api/orders/" + orderNumber).body().path("status").asString();
    }

    private static String invoice(String no, String customer, String quantity, String price) {
        return ("{'invoiceNo':'%s','invoiceDate':'2010-12-01T08:34','customerId':%s,'country':'United Kingdom',"
                        + "'quantity':%s,'unitPrice':%s}")
                .formatted(no, customer, quantity, price);
    }

    private static String name() {
        return "t" + UUID.randomUUID().toString().substring(0, 18);
    }

    private static void paymentsAnswer(ResponseDefinitionBuilder answer) {
        PAYMENTS.stubFor(post(urlEqualTo("/api/payments")).willReturn(answer));
    }

    private static ResponseDefinitionBuilder receipt() {
        return json(201, "{\"paymentId\": 1, \"balancePence\": 100}")
                .withHeader("Assent-Branches", ProtocolDoubles.vote("read-only"))
                .withTransformers("response-template");
    }

    private static ResponseDefinitionBuilder problem(int status, String name, String detail) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/problem+json")
                .withBody(JSON.writeValueAsString(JSON.createObjectNode()
                        .put("type", "urn:assent:problem:" + name)
                        .put("status", status)
                        .put("detail", detail)));
    }

    private static ResponseDefinitionBuilder json(int status, String body) {
        return aResponse()
                .withStatus(status)
                .withHeader("Content-Type", "application/json")
                .withBody(body);
    }

    private static List<Answer> atOnce(int count, Callable<Answer> request) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : threads.invokeAll(Collections.nCopies(count, request))) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private Answer get(String path) {
        return exchange(HttpMethod.GET, path, null);
    }

    private Answer postJson(String path, String body) {
        return exchange(HttpMethod.POST, path, body);
    }

    private Answer exchange(HttpMethod method, String path, String body) {
        RestTestClient.RequestBodySpec request = http.method(method).uri(path);
        if (body != null) {
            request.contentType(MediaType.APPLICATION_JSON).body(body.replace('\'', '"'));
        }
        var result = request.exchange().returnResult(byte[].class);
        int status = result.getStatus().value();
        if (status >= 400) {
            assertThat(result.getResponseHeaders().getContentType())
                    .isNotNull()
                    .matches(MediaType.APPLICATION_PROBLEM_JSON::isCompatibleWith);
        }
        byte[] content = result.getResponseBody();
        return new Answer(status, content == null ? JSON.nullNode() : JSON.readTree(content));
    }

    private static WireMockServer started() {
        WireMockServer server = new WireMockServer(wireMockConfig().dynamicPort());
        server.start();
        return server;
    }
}
