package io.assent.participant.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.protocol.BranchId;
import io.assent.protocol.TransactionId;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

/** Goal: a line names what its thread works for, and nothing else. Method: the diagnostic context itself. */
class LogIdsTests {

    @Test
    void what_was_there_before_is_there_again() {
        TransactionId outer = TransactionId.create(Instant.now(), new Random());
        TransactionId inner = TransactionId.create(Instant.now(), new Random());
        try (LogIds first = LogIds.of(outer, BranchId.INITIATOR)) {
            try (LogIds second = LogIds.of(inner, new BranchId("1.2"))) {
                assertThat(MDC.get("assent.transaction")).isEqualTo(inner.toString());
                assertThat(MDC.get("assent.branch")).isEqualTo("1.2");
            }
            assertThat(MDC.get("assent.transaction")).isEqualTo(outer.toString());
            assertThat(MDC.get("assent.branch")).isEqualTo("0");
        }
        assertThat(MDC.get("assent.transaction")).isNull();
        assertThat(MDC.get("assent.branch")).isNull();
    }
}
