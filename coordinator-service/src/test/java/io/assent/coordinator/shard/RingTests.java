package io.assent.coordinator.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: every version of the program finds a transaction in the same log, and a log that is added moves none. Method: fixed
 * vectors, made with other software, and many ids.
 */
class RingTests {

    private static final Instant T = Instant.parse("2026-12-01T00:00:00Z");

    private final Random random = new Random(4);

    /** As {@code (xxd -r -p <<< "$id_without_dashes"; printf name) | sha256sum} says: the greatest first 16 digits win. */
    @ParameterizedTest
    @CsvSource({
        "019a0000-0000-7000-8000-000000000000, third",
        "019a0000-0000-7000-8000-000000000001, main",
        "019a0000-0000-7000-8000-000000000002, third",
        "019a0000-0001-7abc-9def-0123456789ab, main",
        "01a0ffff-ffff-7fff-bfff-ffffffffffff, main",
    })
    void the_log_of_an_id_is_the_same_for_ever(String id, String log) {
        Ring ring = ring("main", "second", "third");
        assertThat(ring.logOf(TransactionId.parse(id))).isEqualTo(log);
        assertThat(ring("third", "main", "second").logOf(TransactionId.parse(id)))
                .as("in whatever order they are named")
                .isEqualTo(log);
    }

    @Test
    void a_log_alone_has_every_transaction() {
        assertThat(Ring.alone().logOf(id(T))).isEqualTo(Ring.MAIN);
    }

    @Test
    void logs_share_evenly() {
        Ring ring = ring("main", "second", "third", "fourth");
        Map<String, Integer> counts = new HashMap<>();
        for (int i = 0; i < 40_000; i++) {
            counts.merge(ring.logOf(id(T)), 1, Integer::sum);
        }
        assertThat(counts).hasSize(4);
        assertThat(counts.values()).allSatisfy(count -> assertThat(count).isBetween(9_500, 10_500));
    }

    @Test
    void a_log_that_is_added_moves_nothing_older_and_takes_an_even_share_of_the_newer() {
        Ring before = ring("main", "second");
        List<Ring.Member> members = new ArrayList<>(before.members());
        members.add(new Ring.Member("third", T));
        Ring after = new Ring(members);
        int moved = 0;
        for (int i = 0; i < 30_000; i++) {
            TransactionId older = id(T.minus(Duration.ofMillis(1 + random.nextInt(1_000_000))));
            assertThat(after.logOf(older)).isEqualTo(before.logOf(older));
            TransactionId newer = id(T.plus(Duration.ofMillis(random.nextInt(1_000_000))));
            if (!after.logOf(newer).equals(before.logOf(newer))) {
                assertThat(after.logOf(newer))
                        .as("nothing moves between the others")
                        .isEqualTo("third");
                moved++;
            }
        }
        assertThat(moved).isBetween(9_500, 10_500);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Main", "2nd", "a-b", "a_b", "a.b", "abcdefghijklmnopqrstuvwxyzabcdef"})
    void a_name_that_no_environment_variable_could_hold_is_refused(String name) {
        assertThatIllegalArgumentException().isThrownBy(() -> new Ring.Member(name, null));
    }

    @Test
    void a_ring_needs_one_log_for_all_ids_and_a_name_for_each() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Ring(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> new Ring(List.of(new Ring.Member("main", T))));
        assertThatIllegalArgumentException().isThrownBy(() -> ring("main", "main"));
        assertThatIllegalArgumentException().isThrownBy(() -> new Ring.Member("main", T.plusNanos(1)));
    }

    private TransactionId id(Instant made) {
        return TransactionId.create(made, random);
    }

    private static Ring ring(String... names) {
        return new Ring(
                List.of(names).stream().map(name -> new Ring.Member(name, null)).toList());
    }
}
