package io.assent.participant;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.assent.participant.support.Caller;
import io.assent.participant.support.LossyDataSource;
import io.assent.participant.support.OrderApplication;
import io.assent.participant.support.PaymentApplication;
import io.assent.participant.support.RoundRobin;
import io.assent.participant.support.Running;
import io.assent.participant.support.TestCoordinator;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.TransactionContext;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.support.RestClientAdapter;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.PostExchange;
import org.springframework.web.service.invoker.HttpServiceProxyFactory;

/**
 * Goal: the transaction travels through every client, through nested calls, and through a lost reply. Method: two real
 * applications; the order service's pool can lose the reply to PREPARE TRANSACTION.
 */
@ExtendWith(OutputCaptureExtension.class)
class PropagationIntegrationTests {

    private static TestCoordinator coordinator;
    private static Running order;
    private static Running payment;
    private String id;

    @BeforeAll
    static void start() {
        coordinator = new TestCoordinator();
        order = Running.start(
                LossyDataSource.LossyOrderApplication.class,
                "order",
                coordinator.url(),
                "--assent.propagation.excluded-hosts=localhost:*");
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

    interface PaymentInterface {
        @PostExchange("/pay")
        String pay(@org.springframework.web.bind.annotation.RequestParam String id);
    }

    @Test
    void through_rest_template() {
        template()
                .execute(() -> order.bean(RestTemplateBuilder.class)
                        .build()
                        .postForObject(payment.url() + "/pay?id=" + id, null, String.class));
        paidByOneCommit();
    }

    @Test
    void through_web_client() {
        template()
                .execute(() -> order.bean(WebClient.Builder.class)
                        .build()
                        .post()
                        .uri(payment.url() + "/pay?id=" + id)
                        .retrieve()
                        .bodyToMono(String.class)
                        .block());
        paidByOneCommit();
    }

    @Test
    void a_web_client_call_that_nobody_waits_for_rolls_back() {
        assertThatExceptionOfType(GlobalTransactionRolledBackException.class)
                .isThrownBy(() -> template().execute(() -> {
                    payment.bean(PaymentApplication.Gate.class).close();
                    return order.bean(WebClient.Builder.class)
                            .build()
                            .post()
                            .uri(payment.url() + "/gated?id=" + id)
                            .retrieve()
                            .toBodilessEntity()
                            .subscribe();
                }))
                .satisfies(e -> assertThat(e.reason()).contains("still running"));
        payment.bean(PaymentApplication.Gate.class).open();
        await().atMost(Duration.ofSeconds(30)).until(() -> payment.prepared() == 0);
    }

    @Test
    void through_an_http_interface() {
        PaymentInterface payments = HttpServiceProxyFactory.builderFor(
                        RestClientAdapter.create(order.bean(RestClient.Builder.class)
                                .baseUrl(payment.url())
                                .build()))
                .build()
                .createClient(PaymentInterface.class);
        template().execute(() -> payments.pay(id));
        paidByOneCommit();
    }

    @Test
    void further_calls_go_to_the_replica_that_holds_the_branch_open() {
        String[] late = {"--assent.participant.prepare=late"};
        try (Running one = Running.start(PaymentApplication.class, "late", coordinator.url(), late);
                Running other =
                        Running.start(PaymentApplication.class, "late", coordinator.url(), one.database(), late);
                RoundRobin balancer = new RoundRobin(one.url(), other.url())) {
            RestClient http = order.bean(RestClient.Builder.class).build();
            WebClient reactive = order.bean(WebClient.Builder.class).build();
            template().execute(() -> {
                http.post().uri(balancer.url() + "/pay?id=" + id).retrieve().toBodilessEntity();
                http.post().uri(balancer.url() + "/add?id=" + id).retrieve().toBodilessEntity();
                return reactive.post()
                        .uri(balancer.url() + "/add?id=" + id)
                        .retrieve()
                        .toBodilessEntity()
                        .block();
            });
            assertThat(one.sql()
                            .sql("select cents from payments where id = ?")
                            .param(id)
                            .query(Long.class)
                            .single())
                    .isEqualTo(102);
            assertThat(balancer.calls()).as("the others went around it").isOne();
        }
    }

    @Test
    void an_excluded_host_does_not_carry_it() {
        String other = payment.url().replace("127.0.0.1", "localhost");
        template()
                .execute(() -> order.bean(RestClient.Builder.class)
                        .build()
                        .post()
                        .uri(other + "/pay?id=" + id)
                        .retrieve()
                        .body(String.class));
        assertThat(payment.count("payments where id = '" + id + "'")).isOne();
        assertThat(coordinator.requestsOfCallers()).isEmpty();
    }

    @Test
    void the_votes_of_nested_calls_bubble_up() {
        TransactionContext transaction = Caller.transaction(true);
        Caller.Answer answer = Caller.post(
                order.url() + "/buy?id=" + id + "&cents=5&payUrl=" + payment.url() + "/pay?id=" + id, transaction);

        assertThat(answer.votes())
                .extracting(vote -> vote.branch() + " " + vote.participant() + " " + vote.vote())
                .containsExactly("1 order PREPARED", "1.1 payment PREPARED");
        for (BranchVote vote : answer.votes()) {
            coordinator.order(
                    vote.url(),
                    vote.participant().value(),
                    transaction.id().toString(),
                    vote.branch().value(),
                    vote.ref().value(),
                    "COMMIT");
        }
        assertThat(order.count("orders where id = '" + id + "'")).isOne();
        assertThat(payment.count("payments where id = '" + id + "'")).isOne();
    }

    @Test
    void the_token_travels_down_to_every_branch_that_enlists(CapturedOutput output) {
        TransactionToken token = TransactionToken.create(new SecureRandom());
        TransactionContext plain = Caller.transaction(false);
        TransactionContext transaction =
                new TransactionContext(plain.id(), plain.branch(), plain.deadline(), plain.remaining(), false, token);
        String below = order.url() + "/buy?id=" + id + "-below&cents=5&payUrl=" + payment.url() + "/pay?id=" + id;

        Caller.Answer answer = Caller.post(
                order.url() + "/buy?id=" + id + "&cents=5&payUrl=" + URLEncoder.encode(below, StandardCharsets.UTF_8),
                transaction);

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(coordinator.requestsOfCallers())
                .extracting(request -> request.body().path("branch").asString() + " "
                        + request.body().path("token").asString())
                .containsExactlyInAnyOrder("1 " + token.value(), "1.1 " + token.value(), "1.1.1 " + token.value());
        assertThat(answer.body() + answer.votes()).doesNotContain(token.value());
        coordinator.post(coordinator.url() + "/v1/transactions/" + transaction.id() + "/rollback", Map.of());
        assertThat(order.count("orders where id like '" + id + "%'")).isZero();
        assertThat(output).doesNotContain(token.value());
    }

    @Test
    void a_repeated_call_is_answered_with_the_nested_votes_of_the_first() {
        TransactionContext transaction = Caller.transaction(true);
        String url = order.url() + "/buy?id=" + id + "&cents=5&payUrl=" + payment.url() + "/pay?id=" + id;
        Caller.Answer first = Caller.post(url, transaction);
        Caller.Answer second = Caller.post(url, transaction);

        assertThat(second.status()).isEqualTo(409);
        assertThat(second.votes())
                .as("COMMIT without the nested branch would be half of the work")
                .extracting(BranchVote::branch, BranchVote::vote, BranchVote::ref)
                .isEqualTo(first.votes().stream()
                        .map(vote -> tuple(vote.branch(), vote.vote(), vote.ref()))
                        .toList());
        assertThat(second.votes()).hasSize(2);
        for (BranchVote vote : first.votes()) {
            coordinator.order(
                    vote.url(),
                    vote.participant().value(),
                    transaction.id().toString(),
                    vote.branch().value(),
                    vote.ref().value(),
                    "ROLLBACK");
        }
    }

    @Test
    void a_nested_refusal_votes_rollback_at_every_level() {
        Caller.Answer answer = Caller.post(
                order.url() + "/buy?id=" + id + "&cents=5&payUrl=" + payment.url() + "/refuse?id=" + id,
                Caller.transaction(true));
        assertThat(answer.votes()).extracting(BranchVote::vote).containsExactly(Vote.ROLLBACK, Vote.ROLLBACK);
    }

    @Test
    void more_branches_than_a_response_carries_fail_the_call_with_the_limit() {
        Caller.Answer answer = Caller.post(
                order.url() + "/buy-many?times=30&payUrl=" + payment.url() + "/count", Caller.transaction(true));
        assertThat(answer.own().vote()).isEqualTo(Vote.ROLLBACK);
        assertThat(answer.votes()).hasSize(25);
        assertThat(answer.own().reason()).contains("more than 25 branches");
    }

    @Test
    void what_jpa_finds_wrong_in_its_flush_at_commit_rolls_back() {
        OrderApplication.Checkout checkout = order.bean(OrderApplication.Checkout.class);
        assertThatExceptionOfType(GlobalTransactionRolledBackException.class)
                .isThrownBy(() -> checkout.buy(id, -1, payment.url() + "/pay?id=" + id))
                .satisfies(e -> assertThat(e.isRetryable()).isFalse());
        await().until(() -> order.prepared() == 0 && payment.prepared() == 0);
        assertThat(payment.count("payments where id = '" + id + "'")).isZero();
    }

    @Test
    void when_the_reply_to_prepare_is_lost_it_looks_and_finds_it_prepared() {
        order.bean(LossyDataSource.class).loseNextReply();
        order.bean(OrderApplication.Checkout.class).buy(id, 5, payment.url() + "/pay?id=" + id);
        assertThat(order.bean(LossyDataSource.class).lost()).isOne();
        assertThat(order.count("orders where id = '" + id + "'")).isOne();
        assertThat(payment.count("payments where id = '" + id + "'")).isOne();
    }

    @Test
    void when_the_reply_to_the_commit_of_the_only_branch_is_lost_it_says_unknown_and_not_rolled_back_R8() {
        int asked = coordinator.requestsOfCallers().size();
        order.bean(LossyDataSource.class).loseNextReplyToCommit();

        assertThatExceptionOfType(GlobalTransactionOutcomeUnknownException.class)
                .isThrownBy(() -> order.bean(OrderApplication.Checkout.class).local(id))
                .satisfies(e -> {
                    assertThat(e.isRetryable()).isFalse();
                    assertThat(e).hasMessageContaining("look into this service's database");
                });

        assertThat(order.count("orders where id = '" + id + "'"))
                .as("it had committed")
                .isOne();
        assertThat(coordinator.requestsOfCallers())
                .as("nobody proposes a rollback of what may have committed")
                .hasSize(asked);
    }

    @Test
    void inside_a_plain_local_transaction_it_is_refused() {
        TransactionTemplate local = new TransactionTemplate(order.bean(PlatformTransactionManager.class));
        assertThatIllegalStateException()
                .isThrownBy(
                        () -> local.executeWithoutResult(status -> template().execute(() -> null)))
                .withMessageContaining("@GlobalTransactional has to be the outermost");
    }

    @Test
    void the_application_can_make_it_rollback_only() {
        assertThatExceptionOfType(GlobalTransactionRolledBackException.class)
                .isThrownBy(() -> template().execute(() -> {
                    order.bean(OrderApplication.Orders.class).save(new OrderApplication.Order(id, 1));
                    GlobalTransactions.setRollbackOnly("changed my mind");
                    return null;
                }))
                .satisfies(e -> assertThat(e.reason()).isEqualTo("changed my mind"));
        assertThat(order.count("orders where id = '" + id + "'")).isZero();
        assertThat(GlobalTransactions.currentId()).isEmpty();
    }

    @Test
    void when_the_orders_do_not_come_the_sweep_asks_and_commits() {
        coordinator.keepOrdersBack();
        order.bean(OrderApplication.Checkout.class).buy(id, 5, payment.url() + "/pay?id=" + id);
        await().until(() -> order.prepared() == 0 && payment.prepared() == 0);
        assertThat(order.count("orders where id = '" + id + "'")).isOne();
        assertThat(payment.count("payments where id = '" + id + "'")).isOne();
    }

    private void paidByOneCommit() {
        assertThat(payment.count("payments where id = '" + id + "'")).isOne();
        assertThat(coordinator.requestsOfCallers())
                .singleElement()
                .satisfies(request -> assertThat(request.path()).endsWith("/commit"));
    }

    private static GlobalTransactionTemplate template() {
        return order.bean(GlobalTransactionTemplate.class);
    }
}
