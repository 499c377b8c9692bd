package io.assent.protocol.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Goal: the examples in the documents are messages of this protocol. Method: each is read strictly into the record that the
 * code uses, and written again, without a difference.
 */
class ExamplesTests {

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of("begin-request", BeginRequest.class),
                Arguments.of("transaction-active", BeginResponse.class),
                Arguments.of("transaction-committed", TransactionView.class),
                Arguments.of("transaction-committing", TransactionView.class),
                Arguments.of("enlist-request", EnlistRequest.class),
                Arguments.of("commit-request", CommitRequest.class),
                Arguments.of("commit-request-collected", CommitRequest.class),
                Arguments.of("rollback-request", RollbackRequest.class),
                Arguments.of("prepare-request", PrepareRequest.class),
                Arguments.of("prepare-response", PrepareResponse.class),
                Arguments.of("prepare-response-rollback", PrepareResponse.class),
                Arguments.of("decisions-request", DecisionsRequest.class),
                Arguments.of("decisions-response", DecisionsResponse.class),
                Arguments.of("branches-response", BranchesResponse.class),
                Arguments.of("branch-never-seen", BranchStatus.class),
                Arguments.of("inquiry-request", InquiryRequest.class),
                Arguments.of("inquiry-response", InquiryResponse.class),
                Arguments.of("problem-misdirected", Problem.class),
                Arguments.of("problem-outcome-unknown", Problem.class),
                Arguments.of("problem-rolled-back", Problem.class));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void everyMessageIsReadAndWrittenWithoutADifference(String name, Class<?> type) {
        String text = Examples.text(name + ".json");

        Object message = WireJson.strict().readValue(text, type);

        assertThat(WireJson.strict().readTree(WireJson.strict().writeValueAsString(message)))
                .isEqualTo(WireJson.strict().readTree(text));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void problemsAreTheRegisteredOnes(String name, Class<?> type) {
        if (type == Problem.class) {
            Problem problem = WireJson.strict().readValue(Examples.text(name + ".json"), Problem.class);

            assertThat(ProblemType.values()).anySatisfy(registered -> {
                assertThat(problem.type()).isEqualTo(registered.uri());
                assertThat(problem.title()).isEqualTo(registered.title());
                assertThat(problem.status()).isEqualTo(registered.status());
                assertThat(problem.retryable()).isEqualTo(registered.retryable());
            });
        } else {
            assertThat(name).doesNotStartWith("problem");
        }
    }

    @Test
    void theRequestHeaderIsReadAndWrittenWithoutADifference() {
        String text = Examples.text("assent-transaction.txt").strip();

        TransactionContext context = TransactionContext.parse(text);

        assertThat(context.branch()).isEqualTo(new BranchId("2"));
        assertThat(context.collect()).isTrue();
        assertThat(context.format()).isEqualTo(text);
    }

    @Test
    void theResponseHeadersAreReadAndWrittenWithoutADifference() {
        String prepared = Examples.text("assent-branches.txt").strip();
        String rollback = Examples.text("assent-branches-rollback.txt").strip();

        assertThat(BranchesHeader.format(BranchesHeader.parse(prepared))).isEqualTo(prepared);
        assertThat(BranchesHeader.format(BranchesHeader.parse(rollback))).isEqualTo(rollback);
        assertThat(BranchesHeader.parse(prepared)).singleElement().satisfies(branch -> {
            assertThat(branch.vote()).isEqualTo(Vote.PREPARED);
            assertThat(branch.ref()).isEqualTo(orderedRef());
        });
    }

    private static BranchRef orderedRef() {
        DecisionsRequest orders =
                WireJson.strict().readValue(Examples.text("decisions-request.json"), DecisionsRequest.class);
        return new BranchRef(orders.decisions().get(0).ref());
    }
}
