package io.assent.coordinator.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.assent.coordinator.shard.RingAgreement.Entry;
import io.assent.coordinator.shard.RingAgreement.Recorded;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Goal: no instance works with a ring that could put a transaction into two logs. Method: what the logs hold, as a table. */
class RingAgreementTests {

    private static final Instant NOW = Instant.parse("2026-12-01T00:00:00Z");
    private static final Instant AHEAD = NOW.plus(Duration.ofMinutes(11));
    private static final Map<String, Entry> MAIN = Map.of("main", new Entry(null, true));

    private final Ring one = Ring.alone();
    private final Ring two = ring(null);
    private final Ring grown = ring(AHEAD);

    @Test
    void empty_logs_become_a_ring() {
        assertThat(RingAgreement.changes(one, Map.of("main", fresh()), Map.of()))
                .isTrue();
        assertThat(RingAgreement.changes(two, both(fresh(), fresh()), Map.of())).isTrue();
    }

    @Test
    void a_confirmed_ring_needs_nothing_and_can_be_opened_in_parts() {
        Map<String, Entry> entries = Map.of("main", new Entry(null, true), "second", new Entry(null, true));
        assertThat(RingAgreement.changes(two, both(recorded("main", entries), recorded("second", entries)), Map.of()))
                .isFalse();
        assertThat(RingAgreement.changes(two, Map.of("second", recorded("second", entries)), Map.of("main", "down")))
                .isFalse();
    }

    @Test
    void swapped_addresses_are_refused() {
        Map<String, Entry> entries = Map.of("main", new Entry(null, true), "second", new Entry(null, true));
        refused(two, both(recorded("second", entries), recorded("main", entries)), "is the log second");
    }

    @Test
    void the_old_log_of_a_ring_that_grows_cannot_be_taken_for_the_new_one() {
        refused(grown, both(fresh(), recorded("main", MAIN)), "is the log main");
    }

    @Test
    void an_empty_database_in_the_place_of_a_log_that_is_in_use_is_refused() {
        Map<String, Entry> entries = Map.of("main", new Entry(null, true), "second", new Entry(null, true));
        refused(two, both(recorded("main", entries), fresh()), "log second is in use");
    }

    @Test
    void a_log_is_added_ten_minutes_ahead_and_while_all_can_be_reached() {
        assertThat(RingAgreement.changes(grown, both(recorded("main", MAIN), fresh()), Map.of()))
                .isTrue();
        refused(two, both(recorded("main", MAIN), fresh()), "has no since");
        refused(ring(NOW.minusSeconds(1)), both(recorded("main", MAIN), fresh()), "at least 10 minutes ahead");
        refused(ring(NOW.plusSeconds(599)), both(recorded("main", MAIN), fresh()), "at least 10 minutes ahead");
        assertThatExceptionOfType(RingConflictException.class)
                .isThrownBy(() ->
                        RingAgreement.changes(grown, Map.of("main", recorded("main", MAIN)), Map.of("second", "down")))
                .withMessageContaining("only while all can be");
    }

    @Test
    void what_was_recorded_and_not_confirmed_is_finished_as_long_as_it_is_early_enough() {
        Map<String, Entry> half = Map.of("main", new Entry(null, true), "second", new Entry(AHEAD, false));
        Map<String, Recorded> looks = both(recorded("main", half), recorded("second", half));
        assertThat(RingAgreement.changes(grown, looks, Map.of())).isTrue();
        RingAgreement.complete(grown, looks, Map.of());
        Map<String, Recorded> late = both(
                new Recorded("main", half, AHEAD.minus(Duration.ofMinutes(5))),
                new Recorded("second", half, AHEAD.minus(Duration.ofMinutes(5))));
        assertThatExceptionOfType(RingConflictException.class)
                .isThrownBy(() -> RingAgreement.complete(grown, late, Map.of()))
                .withMessageContaining("delete from assent_log_ring");
    }

    @Test
    void nothing_is_confirmed_before_every_log_has_recorded_it() {
        Map<String, Entry> half = Map.of("main", new Entry(null, true), "second", new Entry(AHEAD, false));
        assertThatExceptionOfType(RingConflictException.class)
                .isThrownBy(() ->
                        RingAgreement.complete(grown, both(recorded("main", MAIN), recorded("second", half)), Map.of()))
                .withMessageContaining("log main has not recorded log second");
        assertThatExceptionOfType(RingConflictException.class)
                .isThrownBy(() -> RingAgreement.complete(
                        grown, Map.of("main", recorded("main", half)), Map.of("second", "the connection broke")));
    }

    /** Whoever confirmed it had seen it in all logs; this one has lost it since. */
    @Test
    void a_log_that_was_restored_from_before_the_ring_grew_is_told_again() {
        Map<String, Entry> entries =
                Map.of("main", new Entry(null, true), "second", new Entry(NOW.minusSeconds(9), true));
        Ring ring = ring(NOW.minusSeconds(9));
        assertThat(RingAgreement.changes(ring, both(recorded("main", MAIN), recorded("second", entries)), Map.of()))
                .isTrue();
    }

    @Test
    void an_instance_that_does_not_know_a_log_works_until_that_takes_part() {
        Map<String, Entry> entries = Map.of("main", new Entry(null, true), "second", new Entry(AHEAD, true));
        assertThat(RingAgreement.check(one, "main", recorded("main", entries))).contains("second");
        assertThatExceptionOfType(RingConflictException.class)
                .isThrownBy(() -> RingAgreement.check(one, "main", new Recorded("main", entries, AHEAD)))
                .withMessageContaining("never taken away");
        assertThat(RingAgreement.check(grown, "main", recorded("main", entries)))
                .isNull();
    }

    @Test
    void since_never_changes() {
        Map<String, Entry> entries = Map.of("main", new Entry(null, true), "second", new Entry(AHEAD, true));
        refused(
                ring(AHEAD.plusSeconds(1)),
                both(recorded("main", entries), recorded("second", entries)),
                "That never changes");
    }

    @Test
    void a_log_that_has_forgotten_who_it_is_is_not_decided_in() {
        assertThatExceptionOfType(RingConflictException.class)
                .isThrownBy(() -> RingAgreement.check(one, "main", fresh()))
                .withMessageContaining("never opened");
    }

    private static void refused(Ring ring, Map<String, Recorded> looks, String message) {
        assertThatExceptionOfType(RingConflictException.class)
                .isThrownBy(() -> RingAgreement.changes(ring, looks, Map.of()))
                .withMessageContaining(message);
    }

    private static Map<String, Recorded> both(Recorded main, Recorded second) {
        Map<String, Recorded> looks = new HashMap<>();
        looks.put("main", main);
        looks.put("second", second);
        return looks;
    }

    private static Recorded fresh() {
        return new Recorded(null, Map.of(), NOW);
    }

    private static Recorded recorded(String name, Map<String, Entry> entries) {
        return new Recorded(name, entries, NOW);
    }

    private static Ring ring(@Nullable Instant since) {
        return new Ring(List.of(new Ring.Member("main", null), new Ring.Member("second", since)));
    }
}
