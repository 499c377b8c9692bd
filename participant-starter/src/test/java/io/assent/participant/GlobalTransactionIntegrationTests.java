package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.assent.participant.support.OrderApplication;
import io.assent.participant.support.PaymentApplication;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestCoordinator;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.web.client.HttpClientErrorException;

/**
 * Goal: what a developer gets from the annotation, in two services on two databases. Method: two real applications over
 * real HTTP and real PostgreSQL, and a coordinator that records what it is asked.
 */
class GlobalTransactionIntegrationTests {

    private static TestCoordinator coordinator;
    private static Running order;
    private static Running payment;
    private String id;

    @BeforeAll
    static void start() {
        coordinator = new TestCoordinator();
        order = Running.start(OrderApplication.class, "order", coordinator.url());
        payment = Running.start(PaymentApplication.class, "payment", coordinator.url());
    }

    @AfterAll
    static void stop() {
        order.close();
        payment.close();
        coordinator.close();
    }

    @BeforeEach
    void reset() {
        coordinator.reset();
        id = UUID.randomUUID().toString();
    }

    @Test
    void both_services_commit_with_exactly_one_request_to_the_coordinator() {
        String answer = checkout().buy(id, 100, pay("/pay?id=" + id));

        assertThat(answer).isEqualTo("paid 100");
        assertThat(orders()).isOne();
        assertThat(payments()).isOne();
        assertThat(coordinator.requestsOfCallers()).singleElement().satisfies(request -> {
            assertThat(request.path()).endsWith("/commit");
            assertThat(request.body().get("name").stringValue()).isEqualTo("checkout");
            assertThat(request.body().get("branches")).hasSize(2);
        });
        nothingLeft();
    }

    @Test
    void a_refusal_leaves_no_trace_in_either_database_and_the_applications_exception_comes_through() {
        assertThatExceptionOfType(HttpClientErrorException.class)
                .isThrownBy(() -> checkout().buy(id, 100, pay("/refuse?id=" + id)))
                .satisfies(e -> assertThat(e.getStatusCode().value()).isEqualTo(422));

        assertThat(orders()).isZero();
        assertThat(payments()).isZero();
        nothingLeft();
    }

    @Test
    void catching_the_exception_of_a_failed_call_does_not_save_the_transaction() {
        assertThatExceptionOfType(GlobalTransactionRolledBackException.class)
                .isThrownBy(() -> checkout().buySwallowing(id, 100, pay("/refuse?id=" + id)))
                .satisfies(e -> {
                    assertThat(e.reason()).contains("branch 1 of payment voted ROLLBACK");
                    assertThat(e.isRetryable()).isTrue();
                });

        assertThat(orders()).isZero();
        nothingLeft();
    }

    @Test
    void a_call_that_nobody_answered_makes_the_transaction_rollback_only() {
        assertThatExceptionOfType(GlobalTransactionRolledBackException.class)
                .isThrownBy(() -> checkout().buySwallowing(id, 100, "http://127.0.0.1:1/pay"))
                .satisfies(e -> assertThat(e.reason()).contains("127.0.0.1:1").contains("ended with"));
        assertThat(orders()).isZero();
        nothingLeft();
    }

    @Test
    void without_a_remote_branch_the_transaction_commits_locally_and_nobody_is_asked() {
        checkout().local(id);

        assertThat(orders()).isOne();
        assertThat(coordinator.requestsOfCallers()).isEmpty();
        assertThat(order.count("assent_branch_marker where transaction_id = '" + lastTransaction() + "'"))
                .isZero();
    }

    @Test
    void with_a_remote_branch_that_only_read_the_transaction_commits_locally_too() {
        checkout().buy(id, 100, pay("/count"));

        assertThat(orders()).isOne();
        assertThat(coordinator.requestsOfCallers()).isEmpty();
    }

    @Test
    void a_decision_for_rollback_by_somebody_else_is_told_as_such() {
        assertThatThrownBy(() -> checkout().buy(id, 100, pay("/pay?id=" + id + "&cents=0")))
                .isInstanceOf(org.springframework.web.client.RestClientException.class);
        assertThat(orders()).isZero();
        assertThat(payments()).isZero();
        nothingLeft();
    }

    private void nothingLeft() {
        await().until(() -> order.prepared() == 0 && payment.prepared() == 0);
    }

    private static String lastTransaction() {
        return checkout().ids().get(checkout().ids().size() - 1);
    }

    private static OrderApplication.Checkout checkout() {
        return order.bean(OrderApplication.Checkout.class);
    }

    private static String pay(String path) {
        return payment.url() + path;
    }

    private long orders() {
        return order.count("orders where id = '" + id + "'");
    }

    private long payments() {
        return payment.count("payments where id = '" + id + "'");
    }
}
