package io.assent.sample.payment;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.embeddedpostgres.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.client.RestTestClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Goal: money is moved once for each order number, never made or lost, never below zero, and every refusal says why.
 * Method: the whole service over HTTP, on a real PostgreSQL.
 */
@SpringBootTest(
        webEnvironment = WebEnvironment.RANDOM_PORT,
        properties = "spring.datasource.hikari.data-source-properties.options=-c lock_timeout=700ms")
@AutoConfigureRestTestClient
class PaymentServiceIntegrationTests {

    private static final TestPostgres.Database DATABASE = TestPostgres.shared().freshDatabase("payments");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    @DynamicPropertySource
    static void database(DynamicPropertyRegistry registry) {
        registry.add("spring.datasource.url", DATABASE::jdbcUrl);
        registry.add("spring.datasource.username", DATABASE::username);
        registry.add("spring.datasource.password", DATABASE::password);
    }

    record Answer(int status, JsonNode body) {

        String problem() {
            return body.path("type").asString().replace("urn:assent:problem:", "");
        }
    }

    @Autowired
    private RestTestClient http;

    @Autowired
    private JdbcClient jdbc;

    @Test
    void anAccountIsOpenedOnceAndKeepsItsBalance() {
        String customer = name();

        Answer opened = put("/api/accounts/" + customer, "{\"openingBalancePence\": 1200}");
        Answer again = put("/api/accounts/" + customer, "{\"openingBalancePence\": 9999}");

        assertThat(opened.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.body().path("balancePence").asLong()).isEqualTo(1200);
        assertThat(balance(customer)).isEqualTo(1200);
    }

    @Test
    void manyAccountsAreOpenedAtOnceAndThoseThatExistAreCounted() {
        String first = account(500);
        String second = name();

        Answer answer = post("/api/accounts:batch", """
                {"accounts": [{"customer": "%s", "openingBalancePence": 1},
                              {"customer": "%s", "openingBalancePence": 2}]}""".formatted(first, second));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body().path("opened").asInt()).isEqualTo(1);
        assertThat(answer.body().path("existing").asInt()).isEqualTo(1);
        assertThat(balance(first)).isEqualTo(500);
        assertThat(balance(second)).isEqualTo(2);
    }

    @Test
    void aBatchOfMoreThanAThousandAccountsIsRefused() {
        String accounts = String.join(
                ",",
                IntStream.range(0, 1001)
                        .mapToObj(i -> "{\"customer\": \"many-" + i + "\", \"openingBalancePence\": 1}")
                        .toList());

        Answer answer = post("/api/accounts:batch", "{\"accounts\": [" + accounts + "]}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body().path("detail").asString()).contains("accounts", "1000");
    }

    @Test
    void theDemonstrationsAccountsAreThere() {
        assertThat(balance("ada")).isPositive();
        assertThat(balance("ben")).isPositive();
        assertThat(balance("cleo")).isPositive();
    }

    @Test
    void aPaymentMovesMoneyToTheMerchantAndTheTotalStaysTheSame() {
        String customer = account(1000);
        JsonNode before = get("/api/sums").body();

        Answer paid = pay(name(), customer, 400);

        JsonNode after = get("/api/sums").body();
        assertThat(paid.status()).isEqualTo(201);
        assertThat(paid.body().path("balancePence").asLong()).isEqualTo(600);
        assertThat(after.path("totalPence").asLong())
                .isEqualTo(before.path("totalPence").asLong());
        assertThat(after.path("netPence").asLong())
                .isEqualTo(before.path("netPence").asLong() + 400);
        assertThat(balance("merchant")).isEqualTo(after.path("netPence").asLong());
        assertThat(entriesOf(paid.body().path("paymentId").asLong())).containsExactlyInAnyOrder(-400L, 400L);
    }

    @Test
    void aRefundMovesMoneyBack() {
        String customer = account(1000);
        pay(name(), customer, 1000);

        Answer refunded = refund(name(), customer, 250);

        assertThat(refunded.status()).isEqualTo(201);
        assertThat(balance(customer)).isEqualTo(250);
        assertThat(entriesOf(refunded.body().path("paymentId").asLong())).containsExactlyInAnyOrder(-250L, 250L);
    }

    @Test
    void aPaymentOfMoreThanThereIsIsRefusedWithTheReasonAndLeavesNothingBehind() {
        String customer = account(399);
        JsonNode before = get("/api/sums").body();

        Answer refused = pay(name(), customer, 400);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.problem()).isEqualTo("insufficient-funds");
        assertThat(refused.body().path("detail").asString())
                .startsWith("not enough money: balance of")
                .contains("£3.99");
        assertThat(refused.body().path("retryable").asBoolean(true)).isFalse();
        assertThat(get("/api/sums").body()).isEqualTo(before);
        assertThat(get("/api/payments?customer=" + customer).body().path("items"))
                .isEmpty();
    }

    @Test
    void aPaymentFromAnAccountThatNobodyOpenedIsNotFound() {
        Answer answer = pay(name(), name(), 1);

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.problem()).isEqualTo("account-not-found");
        assertThat(get("/api/accounts/" + name()).status()).isEqualTo(404);
    }

    @Test
    void aRepeatedPaymentIsCarriedOutOnce() {
        String customer = account(1000);
        String order = name();

        Answer first = pay(order, customer, 300);
        Answer second = pay(order, customer, 300);

        assertThat(first.status()).isEqualTo(201);
        assertThat(second.status()).isEqualTo(200);
        assertThat(second.body()).isEqualTo(first.body());
        assertThat(balance(customer)).isEqualTo(700);
    }

    @Test
    void anOrderNumberCannotStandForTwoDifferentPayments() {
        String customer = account(1000);
        String other = account(1000);
        String order = name();
        pay(order, customer, 300);

        assertThat(pay(order, customer, 301).problem()).isEqualTo("order-conflict");
        assertThat(pay(order, other, 300).problem()).isEqualTo("order-conflict");
        assertThat(refund(order, customer, 300).problem()).isEqualTo("order-conflict");
        assertThat(balance(customer)).isEqualTo(700);
        assertThat(balance(other)).isEqualTo(1000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 42, 20111014})
    void anyRowOfPaymentsAndRefundsKeepsTheBooks(long seed) {
        Random random = new Random(seed);
        List<String> customers = List.of(account(5000), account(100), account(0));
        long[] balances = {5000, 100, 0};
        long total = get("/api/sums").body().path("totalPence").asLong();
        long net = get("/api/sums").body().path("netPence").asLong();

        for (int i = 0; i < 60; i++) {
            int who = random.nextInt(3);
            long amount = 1 + random.nextInt(900);
            boolean refund = random.nextInt(3) == 0;
            Answer answer =
                    refund ? refund(name(), customers.get(who), amount) : pay(name(), customers.get(who), amount);
            boolean expected = refund || amount <= balances[who];
            assertThat(answer.status()).as("seed %s, step %s", seed, i).isEqualTo(expected ? 201 : 409);
            if (expected) {
                balances[who] += refund ? amount : -amount;
                net += refund ? -amount : amount;
            }
            assertThat(balance(customers.get(who)))
                    .as("seed %s, step %s", seed, i)
                    .isEqualTo(balances[who]);
        }

        JsonNode sums = get("/api/sums").body();
        assertThat(sums.path("totalPence").asLong()).isEqualTo(total);
        assertThat(sums.path("netPence").asLong()).isEqualTo(net);
        assertThat(jdbc.sql("select coalesce(sum(amount_pence), 0) from ledger_entry")
                        .query(Long.class)
                        .single())
                .isZero();
        assertThat(jdbc.sql("""
                                select count(*) from account a where balance_pence <> opening_balance_pence +
                                (select coalesce(sum(amount_pence), 0) from ledger_entry e where e.account = a.customer)""").query(Long.class).single()).isZero();
    }

    @Test
    void paymentsOfOneAccountAtTheSameTimeNeverTakeMoreThanThereIs() throws Exception {
        String customer = account(1000);

        List<Answer> answers = atOnce(16, i -> pay(name(), customer, 100));

        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(10);
        assertThat(answers).filteredOn(answer -> answer.status() == 409).hasSize(6);
        assertThat(balance(customer)).isZero();
    }

    @Test
    void oneOrderNumberSentByManyAtTheSameTimeIsPaidOnce() throws Exception {
        String customer = account(1000);
        String order = name();

        List<Answer> answers = atOnce(12, i -> pay(order, customer, 100));

        assertThat(answers).filteredOn(answer -> answer.status() == 201).hasSize(1);
        assertThat(answers).filteredOn(answer -> answer.status() == 200).hasSize(11);
        assertThat(balance(customer)).isEqualTo(900);
    }

    /** A prepared transaction keeps its locks until it is decided: whom does it keep waiting? */
    @Test
    void aPaymentInDoubtHoldsUpItsOwnCustomerForABoundedTimeAndNobodyElse() throws Exception {
        String customer = account(1000);
        String other = account(1000);
        String order = name();
        try (Connection connection = connect();
                Statement sql = connection.createStatement()) {
            connection.setAutoCommit(false);
            sql.execute("update account set balance_pence = balance_pence - 100 where customer = '" + customer + "'");
            sql.execute("insert into payment (id, order_number, customer, kind, amount_pence, created_at) values (-1, '"
                    + order + "', '" + customer + "', 'PAYMENT', 100, now())");
            sql.execute("insert into ledger_entry (id, payment_id, account, amount_pence) values (-1, -1, '" + customer
                    + "', -100), (-2, -1, 'merchant', 100)");
            sql.execute("prepare transaction 'in-doubt'");
            connection.setAutoCommit(true);

            // Had it waited, it would have been told "busy".
            assertThat(pay(name(), other, 100).status()).isEqualTo(201);

            Answer another = pay(name(), customer, 100);
            Answer duplicate = pay(order, customer, 100);
            assertThat(another.status()).isEqualTo(503);
            assertThat(another.problem()).isEqualTo("busy");
            assertThat(another.body().path("retryable").asBoolean()).isTrue();
            assertThat(duplicate.status()).isEqualTo(503);

            sql.execute("commit prepared 'in-doubt'");
        }

        assertThat(pay(order, customer, 100).status()).isEqualTo(200);
        assertThat(balance(customer)).isEqualTo(900);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'orderNumber':'o','customer':'ada','amountPence':0}            | 422 | invalid-value     | amountPence",
                "{'orderNumber':'o','customer':'ada','amountPence':-5}           | 422 | invalid-value     | amountPence",
                "{'orderNumber':'o','customer':'ada','amountPence':100000000001} | 422 | invalid-value     | amountPence",
                "{'orderNumber':'o','customer':'merchant','amountPence':1}       | 422 | invalid-value     | customer",
                "{'orderNumber':'o','customer':'(blank)','amountPence':1}        | 422 | invalid-value     | customer",
                "{'orderNumber':'','customer':'ada','amountPence':1}             | 422 | invalid-value     | orderNumber",
                "{'customer':'ada','amountPence':1}                              | 422 | invalid-value     | orderNumber",
                "{'orderNumber':'o','customer':'ada','amountPence':1.9}          | 400 | malformed-request | amountPence must be a whole number",
                "{'orderNumber':'o','customer':'ada','amountPence':'1'}          | 400 | malformed-request | amountPence must be a whole number",
                "{'orderNumber':'o','customer':'ada','amountPence':null}         | 400 | malformed-request | amountPence must be a whole number",
                "{'orderNumber':'o','customer':'ada'}                            | 400 | malformed-request | amountPence",
                "{'orderNumber':'o','customer':'ada','amountPence':1,'tip':2}    | 400 | malformed-request | tip is not known here",
                "{'orderNumber':'o','amountPence':1,'amountPence':2}             | 400 | malformed-request | amountPence",
                "{'orderNumber':                                                 | 400 | malformed-request | cannot be read",
            })
    void aRequestThatSaysSomethingElseThanAPaymentIsRefusedWithTheReason(
            String body, int status, String problem, String why) {
        Answer answer = post("/api/payments", body.replace('\'', '"'));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.problem()).isEqualTo(problem);
        assertThat(answer.body().path("detail").asString()).contains(why);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/nothing, 404, not-found",
        "DELETE, /api/payments, 405, method-not-allowed",
        "GET, /api/payments?limit=0, 422, invalid-value",
        "GET, /api/payments?limit=501, 422, invalid-value",
        "GET, /api/payments?limit=many, 400, bad-request",
        "GET, /api/break, 404, not-found"
    })
    void everyErrorIsAProblemDocument(String method, String path, int status, String problem) {
        Answer answer = exchange(HttpMethod.valueOf(method), path, null);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.problem()).isEqualTo(problem);
    }

    @Test
    void aBodyThatIsNoJsonIsRefused() {
        http.post()
                .uri("/api/payments")
                .contentType(MediaType.TEXT_PLAIN)
                .body("pay!")
                .exchange()
                .expectStatus()
                .isEqualTo(415)
                .expectHeader()
                .contentType(MediaType.APPLICATION_PROBLEM_JSON);
    }

    @Test
    void paymentsAreListedNewestFirst() {
        String customer = account(1000);
        pay("list-1-" + customer, customer, 1);
        pay("list-2-" + customer, customer, 2);
        refund("list-3-" + customer, customer, 3);

        JsonNode items =
                get("/api/payments?limit=2&customer=" + customer).body().path("items");

        assertThat(items).hasSize(2);
        assertThat(items.get(0).path("orderNumber").asString()).isEqualTo("list-3-" + customer);
        assertThat(items.get(0).path("kind").asString()).isEqualTo("REFUND");
        assertThat(items.get(1).path("amountPence").asLong()).isEqualTo(2);
        assertThat(get("/api/payments?limit=1").body().path("items")).hasSize(1);
    }

    @Test
    void healthAndTheApiDocumentAreServed() {
        assertThat(get("/actuator/health/readiness").body().path("status").asString())
                .isEqualTo("UP");
        assertThat(get("/actuator/health/liveness").body().path("status").asString())
                .isEqualTo("UP");
        assertThat(get("/v3/api-docs").body().path("paths").has("/api/payments"))
                .isTrue();
        assertThat(get("/v3/api-docs").body().path("paths").has("/api/break")).isFalse();
    }

    private List<Answer> atOnce(int count, java.util.function.IntFunction<Answer> request) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(count);
        try {
            List<Callable<Answer>> calls = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = i;
                calls.add(() -> request.apply(number));
            }
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> answer : threads.invokeAll(calls)) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdownNow();
        }
    }

    private static Connection connect() throws Exception {
        return DriverManager.getConnection(DATABASE.jdbcUrl(), DATABASE.username(), DATABASE.password());
    }

    private List<Long> entriesOf(long payment) {
        return jdbc.sql("select amount_pence from ledger_entry where payment_id = ?")
                .param(payment)
                .query(Long.class)
                .list();
    }

    private String account(long pence) {
        String customer = name();
        put("/api/accounts/" + customer, "{\"openingBalancePence\": " + pence + "}");
        return customer;
    }

    private long balance(String customer) {
        return get("/api/accounts/" + customer).body().path("balancePence").asLong(-1);
    }

    private Answer pay(String order, String customer, long pence) {
        return post("/api/payments", request(order, customer, pence));
    }

    private Answer refund(String order, String customer, long pence) {
        return post("/api/refunds", request(order, customer, pence));
    }

    private static String request(String order, String customer, long pence) {
        return "{\"orderNumber\": \"%s\", \"customer\": \"%s\", \"amountPence\": %d}".formatted(order, customer, pence);
    }

    private static String name() {
        return "t" + UUID.randomUUID().toString().substring(0, 18);
    }

    private Answer get(String path) {
        return exchange(HttpMethod.GET, path, null);
    }

    private Answer post(String path, String body) {
        return exchange(HttpMethod.POST, path, body);
    }

    private Answer put(String path, String body) {
        return exchange(HttpMethod.PUT, path, body);
    }

    private Answer exchange(HttpMethod method, String path, String body) {
        RestTestClient.RequestBodySpec request = http.method(method).uri(path);
        if (body != null) {
            request.contentType(MediaType.APPLICATION_JSON).body(body);
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
}
