package io.assent.protocol.header;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
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

    @Test
    void the_token_of_a_begun_transaction_travels_and_is_shown_nowhere_else() {
        TransactionContext context = new TransactionContext(
                ID,
                new BranchId("1.2"),
                Instant.ofEpochMilli(1763690000123L),
                Duration.ofMillis(9950),
                false,
                new TransactionToken("nU9tWq3bX0eYk7RzLh2c-_"));

        assertThat(context.format())
                .isEqualTo(
                        "id=\"" + ID
                                + "\", branch=\"1.2\", deadline=1763690000123, remaining=9950, token=\"nU9tWq3bX0eYk7RzLh2c-_\"");
        assertThat(TransactionContext.parse(context.format())).isEqualTo(context);
        assertThat(context.toString()).doesNotContain("nU9tWq3bX0eYk7RzLh2c-_");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"nU9tWq3bX0eYk7RzLh2c\"",
                "\"nU9tWq3bX0eYk7RzLh2c-_A\"",
                "\"nU9tWq3bX0eYk7RzLh2c+/\"",
                "\"nU9tWq3bX0eYk7RzLh2c-=\"",
                "nU9tWq3bX0eYk7RzLh2c-_",
                ":blU5dFdxM2JYMGVZazdSekxoMmM=:",
                "(\"nU9tWq3bX0eYk7RzLh2c-_\")",
                "17",
                "?1",
                "\"nU9tWq3bX0eYk7RzLh2c-_\", token=\"nU9tWq3bX0eYk7RzLh2c-_\"",
                "\"nU9tWq3bX0eYk7RzLh2c-_",
            })
    void a_token_of_another_form_is_refused_and_not_quoted(String token) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TransactionContext.parse(
                        "id=\"" + ID + "\", branch=\"1\", deadline=1, remaining=1, token=" + token))
                .withMessageNotContaining("nU9tWq3b");
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
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"1\", deadline=1, remaining=1, branch=\"2\"",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"1\", deadline=1, remaining=1, later=\",\", later=1",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"1\", deadline=1, remaining=1, collect, collect=?0",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=\"1\", deadline=1, remaining=1,",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\", branch=(\"1\"), deadline=1, remaining=1",
                "id=\"0199a0e8-3f2b-7abc-8def-0123456789ab\" branch=\"1\" deadline=1 remaining=1",
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
                "\"1\";participant=\"a\";vote=rollback;vote=prepared;ref=\"assent:x\"",
                "\"1\";participant=\"a\";vote=prepared;ref=\"assent:x\";ref=\"assent:y\"",
                "\"1\";participant=\"a\";vote=prepared;ref=\"assent:x\";later=\";\\\"\";later",
                "\"1\";participant=\"a\";vote=prepared;ref=\"assent:x\",",
                "\"1\";participant=\"a\";vote=?1;ref=\"assent:x\"",
                "\"1\";participant=:YQ==:;vote=prepared;ref=\"assent:x\"",
                "(\"1\");participant=\"a\";vote=prepared;ref=\"assent:x\"",
                "\"1.\";participant=\"a\";vote=prepared;ref=\"assent:x\"",
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

    @Test
    void separators_within_strings_are_no_separators() {
        assertThat(TransactionContext.parse(
                                "id=\"" + ID
                                        + "\", branch=\"1\", deadline=1, remaining=1, later=\"a, \\\"b, c\\\\\", more=(\"d,\" e);f=1")
                        .branch())
                .isEqualTo(new BranchId("1"));
        assertThat(
                        BranchesHeader.parse(
                                "\"1\";participant=\"a\";vote=rollback;reason=\"a; \\\"b; c\";later, \"2\";participant=\"a\";vote=rollback"))
                .hasSize(2);
    }

    /** Whatever was changed in a header: it is refused, or it is read, and then reads the same when it is written again. */
    @Test
    void a_header_that_was_changed_is_refused_or_has_one_meaning() {
        String context = new TransactionContext(
                        ID,
                        new BranchId("1.2"),
                        Instant.ofEpochMilli(1763690000123L),
                        Duration.ofMillis(9950),
                        true,
                        new TransactionToken("nU9tWq3bX0eYk7RzLh2c-_"))
                .format();
        String votes = BranchesHeader.format(List.of(
                new BranchVote(
                        new BranchId("1"), new ParticipantName("payment"), "http://p/assent/v1", Vote.PREPARED, REF),
                new BranchVote(
                        new BranchId("1.1"), new ParticipantName("stock"), null, Vote.ROLLBACK, null, "no; \"x\"")));
        int read = 0;
        for (int seed = 0; seed < 50_000; seed++) {
            Random random = new Random(seed * 0x9E3779B97F4A7C15L);
            String text = changed(seed % 2 == 0 ? context : votes, random);
            try {
                if (seed % 2 == 0) {
                    TransactionContext parsed = TransactionContext.parse(text);
                    assertThat(TransactionContext.parse(parsed.format()))
                            .as(text)
                            .isEqualTo(parsed);
                } else {
                    List<BranchVote> parsed = BranchesHeader.parse(text);
                    assertThat(BranchesHeader.parse(BranchesHeader.format(parsed)))
                            .as(text)
                            .isEqualTo(parsed);
                }
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).as(text).isNotBlank().doesNotContain("\n");
            }
        }
        assertThat(read).as("some are still read").isBetween(500, 45_000);
    }

    private static String changed(String text, Random random) {
        StringBuilder changed = new StringBuilder(text);
        int times = 1 + random.nextInt(3);
        for (int i = 0; i < times && !changed.isEmpty(); i++) {
            int at = random.nextInt(changed.length());
            int to = Math.min(changed.length(), at + 1 + random.nextInt(20));
            String piece = changed.substring(at, to);
            switch (random.nextInt(5)) {
                case 0 -> changed.delete(at, to);
                case 1 -> changed.insert(at, piece);
                case 2 -> changed.setCharAt(at, (char) random.nextInt(random.nextBoolean() ? 128 : 0x3000));
                case 3 -> changed.insert(at, ",;=\"\\()?:@%* \t\n".charAt(random.nextInt(15)));
                default -> changed.append(random.nextBoolean() ? ", " : ";").append(piece);
            }
        }
        return changed.toString();
    }
}
