package io.assent.participant.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.participant.engine.Inquiries.Asked;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Goal: an operator is told what a branch waits for, and whether he has to do anything. Method: every case of it. */
class WaitsForTests {

    private static final Instant LAST = Instant.parse("2026-01-31T12:00:00Z");

    @Test
    void before_anything_was_asked_it_is_the_call_or_the_order() {
        assertThat(WaitsFor.of(branch(1), true, null, Duration.ofSeconds(5))).contains("still runs in this process");
        assertThat(WaitsFor.of(branch(1), false, null, Duration.ofSeconds(5)))
                .isEqualTo("the coordinator's order; this process asks when it is PT5S old");
        assertThat(WaitsFor.of(branch(6), false, null, Duration.ofSeconds(5)))
                .isEqualTo("the coordinator's order; this process has not asked yet");
    }

    @Test
    void then_it_is_what_the_last_answer_says() {
        assertThat(asked(null))
                .isEqualTo("a coordinator that answers; asked 3 times, last at 2026-01-31T12:00:00Z, last answer none");
        assertThat(asked(InquiryAnswer.UNDECIDED))
                .isEqualTo(
                        "the coordinator's decision; asked 3 times, last at 2026-01-31T12:00:00Z, last answer UNDECIDED");
        assertThat(asked(InquiryAnswer.COMMIT)).startsWith("this service, which could not carry out COMMIT");
        assertThat(asked(InquiryAnswer.ROLLBACK)).startsWith("this service, which could not carry out ROLLBACK");
        assertThat(asked(InquiryAnswer.FORGOTTEN)).startsWith("a person:").contains("end 'assent:payment:x' by hand");
    }

    private static String asked(InquiryAnswer answer) {
        return WaitsFor.of(branch(60), false, new Asked(3, LAST, answer), Duration.ofSeconds(5));
    }

    private static PreparedBranch branch(long seconds) {
        return new PreparedBranch(
                TransactionId.parse("019b0000-0000-7000-8000-000000000000"),
                new BranchId("1"),
                new BranchRef("assent:payment:x"),
                null,
                Duration.ofSeconds(seconds));
    }
}
