package io.assent.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.assent.protocol.wire.BeginResponse;
import io.assent.protocol.wire.BranchMessage;
import io.assent.protocol.wire.EnlistRequest;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: an id has one spelling and carries its time. Method: known values, round trips, refused forms. */
class IdsTests {

    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05.678Z");

    @Test
    void a_transaction_id_carries_the_time_at_which_it_was_made() {
        TransactionId id = TransactionId.create(NOW, new SplittableRandom(1));

        assertThat(id.timestamp()).isEqualTo(NOW);
        assertThat(id.value().version()).isEqualTo(7);
        assertThat(id.value().variant()).isEqualTo(2);
        assertThat(TransactionId.parse(id.toString())).isEqualTo(id);
    }

    @Test
    void transaction_ids_sort_by_time_and_as_unsigned_bytes() {
        SplittableRandom random = new SplittableRandom(2);
        TransactionId earlier = TransactionId.create(NOW, random);
        TransactionId later = TransactionId.create(NOW.plusMillis(1), random);
        TransactionId far = new TransactionId(UUID.fromString("ffffffff-ffff-7000-8000-000000000000"));

        assertThat(earlier).isLessThan(later);
        assertThat(later).isLessThan(far);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0199a0e8-3f2b-4abc-8def-0123456789ab",
                "0199A0E8-3F2B-7ABC-8DEF-0123456789AB",
                "0199a0e8-3f2b-7abc-cdef-0123456789ab",
                "199a0e8-3f2b-7abc-8def-0123456789ab",
                "{0199a0e8-3f2b-7abc-8def-0123456789ab}",
                "0199a0e83f2b7abc8def0123456789ab",
                " 0199a0e8-3f2b-7abc-8def-0123456789ab"
            })
    void any_other_spelling_of_a_transaction_id_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> TransactionId.parse(text));
    }

    @Test
    void a_nested_call_extends_the_path_of_its_caller() {
        assertThat(BranchId.INITIATOR.child(1)).isEqualTo(new BranchId("1"));
        assertThat(new BranchId("1").child(12)).isEqualTo(new BranchId("1.12"));
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchId("1.1.1.1.1.1.1.1").child(1));
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchId("1").child(10_000));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "1.", ".1", "01", "-1", "1..2", "a", "1.1.1.1.1.1.1.1.1", "10000", "1 ", "١"})
    void what_is_not_a_path_of_numbers_is_no_branch(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchId(text));
    }

    @Test
    void every_execution_has_a_ref_of_its_own_that_fits_into_postgresql() {
        SplittableRandom random = new SplittableRandom(3);
        ParticipantName longest = new ParticipantName("p".repeat(63));
        TransactionId id = TransactionId.create(NOW, random);
        BranchId deepest = new BranchId("9999.9999.9999.9999.9999.9999.9999.9999");

        BranchRef first = BranchRef.create(longest, id, deepest, random);
        BranchRef second = BranchRef.create(longest, id, deepest, random);

        assertThat(first).isNotEqualTo(second);
        assertThat(first.value()).startsWith(BranchRef.prefix(longest)).hasSizeLessThanOrEqualTo(190);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "assent:", "other:1", "assent:a'b", "assent:ü", "assent:a b", "assent:a;b"})
    void a_ref_that_could_do_harm_in_sql_is_refused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new BranchRef(text));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-a", "a-", "A", "a_b", "a.b", "ü"})
    void a_participant_is_named_like_a_dns_label(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ParticipantName(text));
        assertThatIllegalArgumentException().isThrownBy(() -> new ParticipantName("a".repeat(64)));
    }

    @Test
    void a_range_between_two_instants_holds_the_ids_made_in_whole_milliseconds_between_them() {
        SplittableRandom random = new SplittableRandom(5);
        TransactionRange range = TransactionRange.between(NOW.plusMillis(10), NOW.plusMillis(20));

        assertThat(range.contains(TransactionId.create(NOW.plusMillis(9), random)))
                .isFalse();
        assertThat(range.contains(TransactionId.create(NOW.plusMillis(10), random)))
                .isTrue();
        assertThat(range.contains(TransactionId.create(NOW.plusMillis(19), random)))
                .isTrue();
        assertThat(range.contains(TransactionId.create(NOW.plusMillis(20), random)))
                .isFalse();
        TransactionRange parts = TransactionRange.between(NOW.plusNanos(10_000_001), NOW.plusNanos(19_000_001));
        assertThat(parts.contains(TransactionId.create(NOW.plusMillis(10), random)))
                .as("made before the instant")
                .isFalse();
        assertThat(parts.contains(TransactionId.create(NOW.plusMillis(19), random)))
                .isTrue();
    }

    @Test
    void calls_within_a_call_are_below_it() {
        BranchId one = new BranchId("1");
        assertThat(new BranchId("1.2").isBelow(one)).isTrue();
        assertThat(new BranchId("1.2.3").isBelow(one)).isTrue();
        assertThat(one.isBelow(one)).isFalse();
        assertThat(new BranchId("12").isBelow(one)).isFalse();
        assertThat(new BranchId("2.1").isBelow(one)).isFalse();
        assertThat(one.isBelow(BranchId.INITIATOR)).isTrue();
        assertThat(BranchId.INITIATOR.isBelow(BranchId.INITIATOR)).isFalse();
    }

    @Test
    void the_bounds_of_a_range_are_outside_of_it() {
        SplittableRandom random = new SplittableRandom(6);
        TransactionId id = TransactionId.create(NOW, random);

        assertThat(TransactionRange.ALL.contains(id)).isTrue();
        assertThat(TransactionRange.ALL.after(id.value()).contains(id)).isFalse();
        assertThat(TransactionRange.ALL.before(id.value()).contains(id)).isFalse();
        assertThat(TransactionRange.parse(id.toString())).isEqualTo(id.value());
        assertThat(TransactionRange.ALL
                        .after(TransactionRange.parse(id.timestamp().toString()))
                        .contains(id))
                .as("made at this instant")
                .isTrue();
        assertThat(TransactionRange.between(Instant.MIN, Instant.MAX)).isEqualTo(TransactionRange.ALL);
        TransactionRange only = TransactionRange.only(id);
        assertThat(only.contains(id)).isTrue();
        assertThat(only.after(id.value()).contains(id)).isFalse();
        for (int i = 0; i < 100; i++) {
            assertThat(only.contains(TransactionId.create(NOW, random))).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "now", "2026-01-31", "0199A1B2-7C3D-7E4F-8A5B-6C7D8E9F0A1B", "0199a1b2"})
    void what_is_neither_an_id_nor_an_instant_is_no_bound(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> TransactionRange.parse(text));
    }

    /** One character of a well-formed id is replaced, doubled or left out; the forms are those of docs/protocol.md. */
    @Test
    void forms_are_those_of_the_protocol_to_the_character() {
        SplittableRandom random = new SplittableRandom(4);
        for (int i = 0; i < 100_000; i++) {
            TransactionId id = TransactionId.create(NOW, random);
            String transaction = spoiled(id.toString(), random);
            String ref = spoiled(
                    BranchRef.create(new ParticipantName("payment"), id, new BranchId("1.2"), random)
                            .value(),
                    random);
            String branch = spoiled(random.nextBoolean() ? "7" : "10.204", random);
            String token = spoiled(TransactionToken.create(random).value(), random);

            assertThat(taken(() -> TransactionId.parse(transaction)))
                    .as(transaction)
                    .isEqualTo(
                            transaction.matches("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
            assertThat(taken(() -> new BranchRef(ref))).as(ref).isEqualTo(ref.matches("assent:[A-Za-z0-9_.:-]+"));
            assertThat(taken(() -> new TransactionToken(token)))
                    .as(token)
                    .isEqualTo(token.matches("[A-Za-z0-9_-]{22}"));
            assertThat(taken(() -> new BranchId(branch)))
                    .as(branch)
                    .isEqualTo(branch.matches("(0|[1-9][0-9]{0,3})(\\.(0|[1-9][0-9]{0,3})){0,7}"));
        }
    }

    @Test
    void aTokenIsEqualToTheSameOneOnlyAndIsNeverShown() {
        SplittableRandom random = new SplittableRandom(5);
        Set<TransactionToken> tokens = new HashSet<>();
        for (int i = 0; i < 1_000; i++) {
            TransactionToken token = TransactionToken.create(random);
            assertThat(tokens.add(token)).isTrue();
            assertThat(token).isEqualTo(new TransactionToken(token.value())).isNotEqualTo(token.value());
            assertThat(token.toString()).doesNotContain(token.value());
            assertThat(EnlistRequest.of(new BranchMessage("1", "p", null, null, null, null), token.value())
                            .toString())
                    .doesNotContain(token.value());
            assertThat(new BeginResponse("id", null, "ACTIVE", null, List.of(), token.value()).toString())
                    .doesNotContain(token.value());
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TransactionToken("a secret, though malformed"))
                .withMessageNotContaining("secret");
    }

    private static String spoiled(String text, SplittableRandom random) {
        // Mostly characters next to those that are allowed, and some that only look like them.
        String others = "0123456789abcfgABCFGxyzXYZ-._:/;@[`{ \u0000\u007f\u0080\u00c0\u0660\uff11\ud800";
        String other = String.valueOf(others.charAt(random.nextInt(others.length())));
        int at = random.nextInt(text.length());
        return text.substring(0, at)
                + switch (random.nextInt(4)) {
                    case 0 -> text.substring(at);
                    case 1 -> other + text.substring(at + 1);
                    case 2 -> other + text.substring(at);
                    default -> text.substring(at + 1);
                };
    }

    private static boolean taken(Supplier<?> form) {
        try {
            form.get();
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
