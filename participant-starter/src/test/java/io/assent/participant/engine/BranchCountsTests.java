package io.assent.participant.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.participant.engine.BranchCounts.OrderResult;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Goal: what an order met is counted as what it is. Method: every fact that can be reported, against both decisions. */
class BranchCountsTests {

    @ParameterizedTest
    @CsvSource({
        "COMMIT,   COMMITTED,   true,  ENDED",
        "COMMIT,   COMMITTED,   false, REPEATED",
        "COMMIT,   ROLLED_BACK, false, CONTRADICTED",
        "COMMIT,   NEVER_SEEN,  false, CONTRADICTED",
        "COMMIT,   PREPARED,    false, OPEN",
        "COMMIT,   BUSY,        false, OPEN",
        "ROLLBACK, ROLLED_BACK, true,  ENDED",
        "ROLLBACK, NEVER_SEEN,  true,  ENDED",
        "ROLLBACK, ROLLED_BACK, false, REPEATED",
        "ROLLBACK, NEVER_SEEN,  false, REPEATED",
        "ROLLBACK, COMMITTED,   false, CONTRADICTED",
        "ROLLBACK, BUSY,        false, OPEN",
        "ROLLBACK, ,            false, OPEN"
    })
    void an_order_counts_as_what_it_met(Decision decision, BranchState state, boolean now, OrderResult result) {
        assertThat(OrderResult.of(decision, state, now)).isEqualTo(result);
    }
}
