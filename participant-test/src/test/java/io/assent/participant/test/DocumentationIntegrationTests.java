package io.assent.participant.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.participant.GlobalTransactionOutcomeUnknownException;
import io.assent.participant.test.AssentFaults.Point;
import io.assent.participant.test.Shop.Checkout;
import io.assent.protocol.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.web.client.HttpClientErrorException;

/** Goal: what docs/testing.md shows works. Method: its code stands here, and runs; another test compares the two. */
@ContextConfiguration(classes = Shop.class)
class DocumentationIntegrationTests {

    private static final Path PAGE = Path.of("../docs/testing.md");
    private static final Path HERE = Path.of("src/test/java")
            .resolve(DocumentationIntegrationTests.class.getName().replace('.', '/') + ".java");

    @Nested
    @SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
    @AssentTest
    class CheckoutTests {

        @Autowired
        private Checkout checkout;

        @Autowired
        private AssentTransactions transactions;

        @Autowired
        private AssentFaults faults;

        @Test
        void orderAndPaymentAreCommitted() {
            checkout.buy("order-1", 500);

            assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
            transactions.assertNothingInDoubt();
        }

        @Test
        void aLostAnswerIsUnknownToTheCallerAndCommittedNevertheless() {
            faults.failOnce(Point.COMMIT_ANSWER_LOST);

            assertThatThrownBy(() -> checkout.buy("order-2", 500))
                    .isInstanceOf(GlobalTransactionOutcomeUnknownException.class);

            assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.COMMITTED);
            transactions.assertNothingInDoubt();
        }
    }

    @Nested
    @SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT)
    @AssentTest
    class StockTests {

        private static final StandInParticipant stock = StandInParticipant.start("stock-service");

        @DynamicPropertySource
        static void configure(DynamicPropertyRegistry registry) {
            registry.add("stock.url", stock::url);
        }

        @Autowired
        private Checkout checkout;

        @Autowired
        private AssentTransactions transactions;

        @Test
        void withoutStockNothingIsPaid() {
            stock.votesRollback("out of stock");

            assertThatThrownBy(() -> checkout.buy("order-3", 500))
                    .isInstanceOf(HttpClientErrorException.Conflict.class);

            assertThat(transactions.awaitOutcome()).isEqualTo(Outcome.ROLLED_BACK);
        }
    }

    @Test
    void theCodeOfThePageIsTheCodeThatRunsHere() throws Exception {
        String source = squeezed(Files.readString(HERE));

        List<String> shown = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .map(MatchResult::group)
                .map(block -> block.substring("```java\n".length(), block.length() - 3))
                .toList();

        assertThat(shown).hasSize(2).allSatisfy(block -> assertThat(source).contains(squeezed(block)));
    }

    @Test
    void thePageNamesEveryPoint() throws Exception {
        String page = Files.readString(PAGE);

        assertThat(Point.values()).allSatisfy(point -> assertThat(page).contains("| `" + point + "` |"));
    }

    private static String squeezed(String code) {
        return code.replaceAll("\\s+", "");
    }
}
