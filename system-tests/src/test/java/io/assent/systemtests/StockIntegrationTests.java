package io.assent.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.process.SupervisedProcess;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Goal: a checkout commits in three services or in none, one of them in Node.js. Method: the processes of
 * {@code ./demo --with-stock}; after each test all three databases are compared. A test may find pooled connections to a
 * process that another one has killed: the answer is "try again" then, and that is what clients do.
 */
class StockIntegrationTests {

    private static final String CUSTOMER = "stock";
    private static final int DELIVERED = 60;
    private static final int CHECKOUTS = 20;
    private static final int CLIENTS = 4;

    private static Shop shop;

    @BeforeAll
    static void openAccountAndDeliver() throws Exception {
        shop = Shop.withStock();
        shop.openAccount(CUSTOMER, 100_000_000);
        shop.deliver(DELIVERED);
    }

    @AfterAll
    static void close() {
        if (shop != null) {
            shop.close();
        }
    }

    @AfterEach
    void allDatabasesAgree() throws Exception {
        shop.assertBothOrNeither();
        shop.assertStockTells(DELIVERED);
    }

    @Test
    void a_checkout_commits_in_three_services() throws Exception {
        String number = Shop.orderNumber();

        Shop.Answer answer = shop.checkoutUntilKnown(number, CUSTOMER, 2);

        assertThat(answer.status()).as(answer.body()).isIn(200, 201);
        assertThat(shop.get(shop.system().coordinatorUrl() + "/v1/transactions/"
                                + answer.json().path("transaction").asString())
                        .json()
                        .path("branches")
                        .findValuesAsString("participant"))
                .containsExactlyInAnyOrder("order-service", "payment-service", "stock-service");
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isTrue();
    }

    @Test
    void with_too_few_pieces_there_is_neither_order_nor_payment() throws Exception {
        String number = Shop.orderNumber();

        Shop.Answer answer = shop.checkoutUntilKnown(number, CUSTOMER, DELIVERED + 1);

        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        assertThat(answer.body()).contains("stock-refused", "are left");
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isFalse();
    }

    @Test
    void without_money_nothing_is_taken_from_the_stock() throws Exception {
        shop.openAccount("stock-poor", 1);

        assertThat(shop.checkoutUntilKnown(Shop.orderNumber(), "stock-poor").status())
                .isEqualTo(409);
    }

    @Test
    void a_stock_service_killed_after_its_vote_commits_when_it_is_back() throws Exception {
        SupervisedProcess stock = stock();
        int starts = stock.starts();
        String number = Shop.orderNumber();

        // Nobody decides while the coordinator stands still.
        shop.system().coordinator().pause();
        CompletableFuture<Shop.Answer> answer;
        try {
            answer = CompletableFuture.supplyAsync(() -> shop.checkoutUntilKnown(number, CUSTOMER));
            Awaitility.await("three branches in doubt")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> shop.prepared().size() == 3);
            stock.kill();
        } finally {
            shop.system().coordinator().resume();
        }

        assertThat(answer.get().status()).as(answer.get().body()).isIn(200, 201);
        Awaitility.await("the stock service is back")
                .atMost(Duration.ofSeconds(60))
                .until(() -> stock.starts() > starts && stock.isReady());
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isTrue();
    }

    @Test
    void a_stock_service_killed_under_load_leaves_nothing_undone() throws Exception {
        AtomicInteger done = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<CompletableFuture<Shop.Answer>> answers = Stream.generate(Shop::orderNumber)
                    .limit(CHECKOUTS)
                    .map(number -> CompletableFuture.supplyAsync(
                            () -> {
                                Shop.Answer answer = shop.checkoutUntilKnown(number, CUSTOMER);
                                done.incrementAndGet();
                                return answer;
                            },
                            clients))
                    .toList();
            Awaitility.await("the load is on").atMost(Duration.ofSeconds(60)).until(() -> done.get() >= CHECKOUTS / 4);
            stock().kill();
            for (CompletableFuture<Shop.Answer> answer : answers) {
                assertThat(answer.get().status()).as(answer.get().body()).isIn(200, 201);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private static SupervisedProcess stock() {
        return Objects.requireNonNull(shop.system().stockService());
    }
}
