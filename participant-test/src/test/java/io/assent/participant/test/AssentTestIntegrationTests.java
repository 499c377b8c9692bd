package io.assent.participant.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.participant.GlobalTransactionOutcomeUnknownException;
import io.assent.participant.GlobalTransactionRolledBackException;
import io.assent.participant.GlobalTransactionTemplate;
import io.assent.participant.test.AssentFaults.Point;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.web.client.HttpServerErrorException;

/**
 * Goal: one annotation gives a service's tests a real coordinator and database, and every switch does what it says.
 * Method: a service that is initiator and participant; after each failure both rows are there, or neither, and nothing
 * stays in doubt.
 */
@SpringBootTest(classes = Shop.class, webEnvironment = WebEnvironment.RANDOM_PORT)
@AssentTest
class AssentTestIntegrationTests {

    @Autowired
    private Shop.Checkout checkout;

    @Autowired
    private JdbcClient sql;

    @Autowired
    private AssentFaults faults;

    @Autowired
    private AssentClock clock;

    @Autowired
    private AssentTransactions transactions;

    private final String id = UUID.randomUUID().toString();

    @AfterEach
    void bothOrNeitherAndNothingInDoubt() {
        faults.reset();
        transactions.assertNothingInDoubt();
        assertThat(rows("orders")).isEqualTo(rows("payment"));
    }

    @Test
    void withoutFailuresBothAreCommitted() {
        checkout.buy(id, 500);

        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(rows("orders")).isOne();
        assertThat(transactions.awaitComplete(transactions.last()).branches()).hasSize(2);
    }

    @Test
    void whatTheApplicationsOwnFilesSayIsNotUsed(@Autowired Environment environment) {
        assertThat(environment.getProperty("spring.datasource.url")).startsWith("jdbc:postgresql://127.0.0.1:");
        assertThat(environment.getProperty("assent.coordinator.urls")).startsWith("http://127.0.0.1:");
        assertThat(environment.getProperty("assent.participant.name")).isEqualTo("shop");
    }

    @Test
    void aBranchThatFailsBeforeItIsPreparedRollsBackTheWhole() {
        faults.failOnce(Point.BEFORE_PREPARE);

        assertThatThrownBy(() -> checkout.buy(id, 500)).isInstanceOf(HttpServerErrorException.class);

        assertThat(faults.hits(Point.BEFORE_PREPARE)).isOne();
        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(rows("orders")).isZero();
    }

    @Test
    void aVoteThatIsLostRollsBackTheWholeAndTheBranchLearnsOfIt() {
        faults.failOnce(Point.AFTER_PREPARE);

        assertThatThrownBy(() -> checkout.buy(id, 500)).isInstanceOf(HttpServerErrorException.BadGateway.class);

        assertThat(faults.hits(Point.AFTER_PREPARE)).isOne();
        transactions.assertNothingInDoubt();
        assertThat(rows("payment")).isZero();
    }

    @Test
    void aLostCommitRequestIsUnknownAndEndsAtTheDeadline() {
        faults.failOnce(Point.COMMIT_REQUEST_LOST);

        assertThatThrownBy(() -> checkout.buyInAHurry(id, 500))
                .isInstanceOf(GlobalTransactionOutcomeUnknownException.class);

        assertThat(faults.hits(Point.COMMIT_REQUEST_LOST)).isOne();
        transactions.assertNothingInDoubt();
        assertThat(rows("orders")).isZero();
    }

    @Test
    void aLostAnswerToACommitRequestIsUnknownAndTheCoordinatorKnowsBetter() {
        faults.failOnce(Point.COMMIT_ANSWER_LOST);

        TransactionId unknown = unknownTransaction();

        assertThat(unknown).isEqualTo(transactions.last());
        assertThat(transactions.awaitOutcome(unknown)).isEqualTo(Outcome.COMMITTED);
        assertThat(rows("orders")).isOne();
    }

    @Test
    void aLostRollbackRequestEndsAtTheDeadline() {
        faults.failOnce(Point.ROLLBACK_REQUEST_LOST);
        faults.failOnce(Point.AFTER_PREPARE);

        assertThatThrownBy(() -> checkout.buyInAHurry(id, 500)).isInstanceOf(HttpServerErrorException.class);

        assertThat(faults.hits(Point.ROLLBACK_REQUEST_LOST)).isOne();
        transactions.assertNothingInDoubt();
        assertThat(rows("payment")).isZero();
    }

    @Test
    void whileTheCoordinatorIsUnreachableBranchesStayInDoubt() {
        faults.failAlways(Point.COORDINATOR_UNREACHABLE);

        assertThatThrownBy(() -> checkout.buyInAHurry(id, 500))
                .isInstanceOf(GlobalTransactionOutcomeUnknownException.class);

        assertThatThrownBy(transactions.within(Duration.ofSeconds(1))::assertNothingInDoubt)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining(transactions.last().toString());
        faults.heal(Point.COORDINATOR_UNREACHABLE);
        transactions.assertNothingInDoubt();
        assertThat(rows("orders")).isZero();
    }

    @Test
    void anOrderThatIsLostComesAgain() {
        faults.fail(Point.ORDER_LOST, 3);

        checkout.buy(id, 500);

        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(faults.hits(Point.ORDER_LOST)).isEqualTo(3);
        assertThat(rows("orders")).isOne();
    }

    @Test
    void aLostAcknowledgementDoesNotCommitTwice() {
        faults.fail(Point.ACKNOWLEDGEMENT_LOST, 2);

        checkout.buy(id, 500);

        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(faults.hits(Point.ACKNOWLEDGEMENT_LOST)).isEqualTo(2);
        assertThat(rows("orders")).isOne();
    }

    @Test
    void aTransactionThatIsHeldUpSaysWhatItWaitsFor() {
        faults.failAlways(Point.ORDER_LOST);
        // Its sweep would carry out nothing either, and asks nobody.
        faults.failAlways(Point.INQUIRY_LOST);

        checkout.buy(id, 500);

        assertThatThrownBy(transactions.within(Duration.ofMillis(500))::awaitOutcome)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("COMMITTING")
                .hasMessageContaining("of shop has not acknowledged");
    }

    @Test
    void whenTheClockPassesTheDeadlineTheServiceMakesNoMoreCalls(@Autowired GlobalTransactionTemplate template) {
        assertThatThrownBy(() -> template.execute("late", Duration.ofSeconds(30), () -> {
                    checkout.record(id, 500);
                    clock.advance(Duration.ofSeconds(31));
                    checkout.buy(id + "-more", 500);
                    return null;
                }))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("deadline");

        assertThat(rows("orders")).isZero();
    }

    @Test
    void whenTheClockPassesTheDeadlineNothingIsPrepared(@Autowired GlobalTransactionTemplate template) {
        assertThatThrownBy(() -> template.execute("late", Duration.ofSeconds(30), () -> {
                    checkout.buy(id, 500);
                    clock.advance(Duration.ofSeconds(31));
                    return null;
                }))
                .isInstanceOf(GlobalTransactionRolledBackException.class)
                .hasMessageContaining("deadline");

        assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.ROLLED_BACK);
        assertThat(rows("orders")).isZero();
    }

    @Test
    void whoWritesAloneNeedsNoCoordinator() {
        checkout.record(id, 500);

        assertThat(transactions.decided()).isEmpty();
        assertThatThrownBy(transactions::last).isInstanceOf(AssertionError.class);
        sql.sql("delete from orders where id = ?").param(id).update();
    }

    @Nested
    class Inside {

        @Test
        void anEnclosingClassesAnnotationHoldsToo() {
            checkout.buy(id, 500);

            assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
        }
    }

    private TransactionId unknownTransaction() {
        try {
            checkout.buy(id, 500);
        } catch (GlobalTransactionOutcomeUnknownException e) {
            return e.transactionId();
        }
        throw new AssertionError("The outcome should have been unknown");
    }

    private long rows(String table) {
        String column = table.equals("orders") ? "id" : "order_id";
        return sql.sql("select count(*) from " + table + " where " + column + " like ?")
                .param(id + "%")
                .query(Long.class)
                .single();
    }
}
