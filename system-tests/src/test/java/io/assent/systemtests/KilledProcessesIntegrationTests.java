package io.assent.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.demo.process.SupervisedProcess;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Goal: a checkout commits in two services or in neither, whichever process is killed. Method: real processes, kill -9 of
 * each of them, once at the worst moment and once under load; then both databases are compared.
 */
class KilledProcessesIntegrationTests {

    private static final String CUSTOMER = "killed-processes";
    private static final int CHECKOUTS = 40;
    private static final int CLIENTS = 4;

    private static Shop shop;

    enum Victim {
        COORDINATOR,
        PAYMENT_SERVICE,
        ORDER_SERVICE,
        POSTGRESQL
    }

    @BeforeAll
    static void openAccount() throws Exception {
        shop = Shop.started();
        shop.openAccount(CUSTOMER, 100_000_000);
    }

    @Test
    void a_payment_service_killed_between_vote_and_decision_commits_when_it_is_back() throws Exception {
        SupervisedProcess payment = shop.system().payment();
        int starts = payment.starts();
        String number = Shop.orderNumber();
        shop.breakNext("KILL_AFTER_VOTE", "NONE");

        tryCheckout(number);

        awaitRestart(payment, starts);
        assertThat(shop.checkoutUntilKnown(number, CUSTOMER).status()).isIn(200, 201);
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isTrue();
    }

    @Test
    void a_coordinator_killed_after_its_decision_leaves_nothing_undone() throws Exception {
        SupervisedProcess coordinator = shop.system().coordinator();
        int starts = coordinator.starts();
        String number = Shop.orderNumber();
        shop.breakNext("NONE", "KILL_AFTER_DECISION");

        tryCheckout(number);

        awaitRestart(coordinator, starts);
        assertThat(shop.checkoutUntilKnown(number, CUSTOMER).status()).isIn(200, 201);
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isTrue();
    }

    @Test
    void a_refused_payment_leaves_no_trace_in_either_database() throws Exception {
        shop.openAccount("killed-processes-poor", 1);
        String number = Shop.orderNumber();

        Shop.Answer answer = shop.checkout(number, "killed-processes-poor");

        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        assertThat(answer.body()).contains("payment-refused");
        shop.assertBothOrNeither();
        assertThat(shop.known(number)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void whoever_is_killed_under_load_every_checkout_becomes_certain_and_both_databases_agree(Victim victim)
            throws Exception {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < CHECKOUTS; i++) {
            numbers.add(Shop.orderNumber());
        }
        AtomicInteger done = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try {
            List<CompletableFuture<Shop.Answer>> answers = numbers.stream()
                    .map(number -> CompletableFuture.supplyAsync(
                            () -> {
                                Shop.Answer answer = shop.checkoutUntilKnown(number, CUSTOMER);
                                done.incrementAndGet();
                                return answer;
                            },
                            clients))
                    .toList();
            Awaitility.await("the load is on").atMost(Duration.ofSeconds(60)).until(() -> done.get() >= CHECKOUTS / 4);
            kill(victim);
            for (CompletableFuture<Shop.Answer> answer : answers) {
                assertThat(answer.get().status()).as(answer.get().body()).isIn(200, 201);
            }
        } finally {
            clients.shutdownNow();
        }
        shop.assertBothOrNeither();
        for (String number : numbers) {
            assertThat(shop.known(number)).as(number).isTrue();
        }
    }

    private static void kill(Victim victim) {
        switch (victim) {
            case COORDINATOR -> shop.system().coordinator().kill();
            case PAYMENT_SERVICE -> shop.system().payment().kill();
            case ORDER_SERVICE -> shop.system().order().kill();
            case POSTGRESQL -> {
                shop.system().postgres().kill();
                shop.system().postgres().restart();
            }
        }
    }

    /** The first attempt may be told anything but an untruth: paid, unknown, or nothing at all. */
    private static void tryCheckout(String number) throws InterruptedException {
        try {
            Shop.Answer answer = shop.checkout(number, CUSTOMER);
            assertThat(answer.status()).as(answer.body()).isIn(201, 503);
        } catch (IOException lost) {
            assertThat(lost).as("the reply was lost").isNotNull();
        }
    }

    private static void awaitRestart(SupervisedProcess process, int starts) {
        Awaitility.await(process.name() + " is killed and comes back")
                .atMost(Duration.ofSeconds(60))
                .until(() -> process.starts() > starts && process.isReady());
    }
}
