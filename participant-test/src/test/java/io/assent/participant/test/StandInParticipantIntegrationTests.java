package io.assent.participant.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.participant.GlobalTransactionRolledBackException;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.HttpClientErrorException;
import org.springframework.web.client.RestClient;

/** Goal: a service that is not there can be played. Method: the shop with a stock service that votes as told. */
@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@AssentTest
class StandInParticipantIntegrationTests {

    private static final StandInParticipant STOCK = StandInParticipant.start("stock-service");

    @DynamicPropertySource
    static void configure(DynamicPropertyRegistry registry) {
        registry.add("stock.url", STOCK::url);
    }

    @AfterAll
    static void close() {
        STOCK.close();
    }

    @Autowired
    private Shop.Checkout checkout;

    @Autowired
    private AssentTransactions transactions;

    @Autowired
    private JdbcClient sql;

    private final String id = UUID.randomUUID().toString();

    @AfterEach
    void nothingInDoubt() {
        transactions.assertNothingInDoubt();
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> STOCK.inDoubt() == 0);
        STOCK.reset();
    }

    @Test
    void itWorksVotesAndCommits() {
        checkout.buy(id, 500);

        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(STOCK.calls())
                .containsExactly(new StandInParticipant.Call("POST", "/reservations/" + id, "", transactions.last()));
        assertThat(STOCK.ordered(transactions.last())).contains(Decision.COMMIT);
        assertThat(orders()).isOne();
    }

    @Test
    void itsRefusalRollsBackTheWhole() {
        STOCK.votesRollback("out of stock");

        assertThatThrownBy(() -> checkout.buy(id, 500))
                .isInstanceOf(HttpClientErrorException.Conflict.class)
                .hasMessageContaining("out of stock");

        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(orders()).isZero();
    }

    @Test
    void aVoteNoWithAnAnswerThatLooksWellRollsBackNevertheless() {
        STOCK.votes(Vote.ROLLBACK);
        STOCK.answers(200, "{}");

        assertThatThrownBy(() -> checkout.buy(id, 500)).isInstanceOf(GlobalTransactionRolledBackException.class);

        assertThat(orders()).isZero();
    }

    @Test
    void anAnswerWithoutVoteRollsBack() {
        STOCK.losesVotes();

        assertThatThrownBy(() -> checkout.buy(id, 500))
                .isInstanceOf(GlobalTransactionRolledBackException.class)
                .hasMessageContaining("without a vote");

        assertThat(orders()).isZero();
    }

    @Test
    void whoOnlyReadGetsNoOrder() {
        STOCK.votes(Vote.READ_ONLY);

        checkout.buy(id, 500);

        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(STOCK.ordered(transactions.last())).isEmpty();
    }

    @Test
    void whileItDoesNotAcknowledgeTheTransactionIsNotComplete() {
        STOCK.acknowledges(false);

        checkout.buy(id, 500);

        assertThat(transactions.find(transactions.last()).orElseThrow().completion())
                .isEqualTo("PENDING");
        assertThat(STOCK.inDoubt()).isOne();
        STOCK.acknowledges(true);
        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
    }

    @Test
    void withoutATransactionItAnswersAsAnyService() {
        String answer = RestClient.create()
                .get()
                .uri(STOCK.url() + "/mug?x=1")
                .retrieve()
                .body(String.class);

        assertThat(answer).isEqualTo("{}");
        assertThat(STOCK.calls()).containsExactly(new StandInParticipant.Call("GET", "/mug?x=1", "", null));
        assertThat(STOCK.inDoubt()).isZero();
    }

    private long orders() {
        return sql.sql("select count(*) from orders where id = ?")
                .param(id)
                .query(Long.class)
                .single();
    }
}
