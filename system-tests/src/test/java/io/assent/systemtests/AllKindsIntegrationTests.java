package io.assent.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.process.SupervisedProcess;
import io.assent.demo.system.AllKinds;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: a checkout commits in four services of four kinds or in none, with its points at a provider that cannot prepare and its receipt
 * in a broker, whichever process is killed. Method: the processes of {@code ./demo --all-kinds}; each is killed with kill -9 between the
 * votes and the decision, and after each test all databases, the provider and the queue are compared.
 */
class AllKindsIntegrationTests {

    private static final String CUSTOMER = "all-kinds";
    private static final int DELIVERED = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static Shop shop;

    enum Victim {
        ORDER_SERVICE,
        PAYMENT_SERVICE,
        STOCK_SERVICE,
        POINTS_SERVICE,
        /** Where the payment service's branch is prepared as well. */
        BROKER;

        SupervisedProcess process() {
            return switch (this) {
                case ORDER_SERVICE -> shop.system().order();
                case PAYMENT_SERVICE -> shop.system().payment();
                case STOCK_SERVICE -> Objects.requireNonNull(shop.system().stockService());
                case POINTS_SERVICE -> kinds().pointsService();
                case BROKER -> kinds().broker();
            };
        }
    }

    @BeforeAll
    static void openAccountAndDeliver() throws Exception {
        shop = Shop.withAllKinds();
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
    void everybodyTellsTheSame() throws Exception {
        shop.assertBothOrNeither();
        shop.assertStockTells(DELIVERED);
        shop.assertPointsAndReceiptsTell();
    }

    @ParameterizedTest
    @EnumSource
    void whoever_is_killed_after_the_votes_the_checkout_commits_in_four_services(Victim victim) throws Exception {
        SupervisedProcess process = victim.process();
        int starts = process.starts();
        // Whoever was killed by another test has its connections again after this.
        shop.checkoutUntilKnown(Shop.orderNumber(), CUSTOMER);
        String number = Shop.orderNumber();
        shop.assertBothOrNeither();

        // Nobody decides while the coordinator stands still.
        shop.system().coordinator().pause();
        CompletableFuture<Shop.Answer> answer;
        try {
            answer = CompletableFuture.supplyAsync(() -> shop.checkoutUntilKnown(number, CUSTOMER));
            Awaitility.await("branches of four services in doubt")
                    .atMost(PATIENCE)
                    .until(() -> shop.prepared().size() == 4);
            process.kill();
        } finally {
            shop.system().coordinator().resume();
        }

        assertThat(answer.get().status()).as(answer.get().body()).isIn(200, 201);
        assertThat(shop.get(shop.system().coordinatorUrl() + "/v1/transactions/"
                                + answer.get().json().path("transaction").asString())
                        .json()
                        .path("branches")
                        .findValuesAsString("participant"))
                .containsExactlyInAnyOrder("order-service", "payment-service", "stock-service", "points-service");
        Awaitility.await(process.name() + " is back")
                .atMost(PATIENCE)
                .until(() -> process.starts() > starts && process.isReady());
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isTrue();
    }

    @Test
    void without_a_broker_there_is_neither_order_nor_payment_and_afterwards_all_goes_on() throws Exception {
        String number = Shop.orderNumber();
        SupervisedProcess broker = kinds().broker();
        broker.supervise(false);
        broker.kill();
        try {
            Shop.Answer refused = shop.checkout(number, CUSTOMER);

            assertThat(refused.status()).as(refused.body()).isEqualTo(503);
            assertThat(refused.body()).contains("rolled-back", "try again");
        } finally {
            broker.start();
            broker.awaitReady();
            broker.supervise(true);
        }
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isFalse();

        assertThat(shop.checkoutUntilKnown(number, CUSTOMER).status()).isIn(200, 201);
    }

    @Test
    void without_money_there_are_neither_points_nor_a_receipt() throws Exception {
        shop.openAccount("all-kinds-poor", 1);

        assertThat(shop.checkoutUntilKnown(Shop.orderNumber(), "all-kinds-poor").status())
                .isEqualTo(409);
    }

    @Test
    void a_cancelled_order_has_two_receipts_and_keeps_its_points() throws Exception {
        String number = Shop.orderNumber();
        assertThat(shop.checkoutUntilKnown(number, CUSTOMER).status()).isIn(200, 201);

        Awaitility.await("cancelled")
                .atMost(PATIENCE)
                .until(() ->
                        shop.send("POST", shop.system().orderUrl() + "/api/orders/" + number + "/cancellation", null)
                                        .status()
                                == 200);
    }

    private static AllKinds kinds() {
        return Objects.requireNonNull(shop.system().allKinds());
    }
}
