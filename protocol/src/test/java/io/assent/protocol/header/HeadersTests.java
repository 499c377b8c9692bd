package io.assent.protocol.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: what one service writes into a header another reads back, and nothing else is taken for it. */
class HeadersTests {

    private static final TransactionId ID = TransactionId.parse("0199a0e8-3f2b-7abc-8def-0123456789ab");
    private static final BranchRef REF = new BranchRef("assent:payment-service:x:1:n");

    @Test
    void the_context_reads_as_in_the_specification() {
        TransactionContext context = new TransactionContext(
                ID, new BranchId("1"), Instant.ofEpochMilli(1763690000123L), Duration.ofMillis(9950), true);

        assertThat(context.format())
                .isEqualTo("id=\"" + ID + "\", branch=\"1\", deadline=1763690000123, remaining=9950, collect");
        assertThat(TransactionContext.parse(context.format())).isEqualTo(context);
    }

    @Test
    void without_the_flag_votes_are_not_collected() {
        TransactionContext context = new TransactionContext(
                ID, new BranchId("1.2"), Instant.ofEpochMilli(1763690000123L), Duration.ZERO, false);

        assertThat(TransactionContext.parse(context.format())).isEqualTo(context);
        assertThat(TransactionContext.parse(context.format() + ", future=1")).isEqualTo(context);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "id",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\"",
                "id=1, branch=\"1\", deadline=1, remaining=1",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=1, deadline=1, remaining=1",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"1\", deadline=1.5, remaining=1",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"1\", deadline=1, remaining=-1",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"1\", deadline=1, remaining=1, collect=2",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"1\", deadline=9999999999999999, remaining=1",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"..\", deadline=1, remaining=1",
            })
    void a_context_that_is_not_well_formed_is_refused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransactionContext.parse(text))
                .withMessageNotContaining("\n");
    }

    @Test
    void votes_travel_back_as_in_the_specification() {
        List<BranchVote> branches = List.of(
                new BranchVote(
                        new BranchId("1"),
                        new ParticipantName("payment-service"),
                        "http://payment:8081/assent/v1",
                        Vote.PREPARED,
                        REF),
                new BranchVote(new BranchId("1.1"), new ParticipantName("ledger"), null, Vote.READ_ONLY, REF),
                new BranchVote(new BranchId("1.2"), new ParticipantName("stock"), null, Vote.ROLLBACK, null),
                new BranchVote(new BranchId("1.3"), new ParticipantName("mail"), null, Vote.PENDING, REF));

        String text = BranchesHeader.format(branches);

        assertThat(text)
                .startsWith("\"1\";participant=\"payment-service\";url=\"http://payment:8081/assent/v1\";"
                        + "vote=prepared;ref=\"assent:payment-service:x:1:n\", \"1.1\";");
        assertThat(BranchesHeader.parse(text)).isEqualTo(branches);
        assertThat(BranchesHeader.parse("")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "\"1\"",
                "\"1\";participant=\"a\"",
                "\"1\";participant=\"a\";vote=prepared",
                "\"1\";participant=\"a\";vote=yes;ref=\"assent:x\"",
                "\"1\";participant=\"a\";vote=\"prepared\";ref=\"assent:x\"",
                "\"1\";participant=\"a\";vote=prepared;ref=\"x\"",
                "\"1\";participant=\"a\";vote=prepared;ref=\"assent:x",
                "\"1\";participant=\"a\";vote=prepared;ref=\"assent:x\", \"1\";participant=\"a\";vote=prepared;ref=\"assent:x\"",
                "<html>"
            })
    void what_is_not_well_formed_is_no_vote(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> BranchesHeader.parse(text));
    }

    @Test
    void more_branches_than_one_response_may_carry_are_refused_with_the_limit() {
        List<BranchVote> branches = IntStream.rangeClosed(1, 26)
                .mapToObj(i -> new BranchVote(
                        new BranchId(Integer.toString(i)), new ParticipantName("p"), null, Vote.PREPARED, REF))
                .toList();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> BranchesHeader.format(branches))
                .withMessageContaining("25");
    }
}
