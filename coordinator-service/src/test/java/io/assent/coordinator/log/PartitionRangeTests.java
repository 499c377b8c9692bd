package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Goal: which partitions are made, and which may be dropped, by the calendar. Method: plain values. */
class PartitionRangeTests {

    /** Retention 2 h. */
    private static final LogProperties HOURLY = OpenLog.settings().build();

    private static final LogProperties BY_THE_MINUTE =
            OpenLog.settings().partitionWidth(Duration.ofMinutes(1)).build();

    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    @Test
    void aNewLogTakesAllThatMayStillBeWritten() {
        List<PartitionRange> made = PartitionRange.missing(Instant.EPOCH, NOON.plusSeconds(60), HOURLY);
        assertThat(made)
                .containsExactly(
                        range("2026-11-21T09:00:00Z", "2026-11-21T13:00:00Z"),
                        range("2026-11-21T13:00:00Z", "2026-11-21T14:00:00Z"));
    }

    @Test
    void partitionsFollowEachOtherAndAreMadeLongBeforeTheyAreNeeded() {
        Instant until = Instant.parse("2026-11-21T14:00:00Z");
        assertThat(PartitionRange.missing(until, NOON.plusSeconds(54 * 60), HOURLY))
                .isEmpty();
        assertThat(PartitionRange.missing(until, NOON.plusSeconds(56 * 60), HOURLY))
                .containsExactly(range("2026-11-21T14:00:00Z", "2026-11-21T15:00:00Z"));
    }

    @Test
    void narrowOnesAreMadeForTenMinutesAndTheClockMarginAtLeast() {
        List<PartitionRange> made = PartitionRange.missing(NOON, NOON, BY_THE_MINUTE);
        assertThat(made).hasSize(15);
        assertThat(made.get(14).until()).isEqualTo(NOON.plus(Duration.ofMinutes(15)));
        for (int i = 1; i < made.size(); i++) {
            assertThat(made.get(i).from()).isEqualTo(made.get(i - 1).until());
        }
    }

    @Test
    void aPauseOfAllCoordinatorsIsOnePartition() {
        assertThat(PartitionRange.missing(NOON.minus(Duration.ofDays(100)), NOON.plusSeconds(1), HOURLY))
                .first()
                .isEqualTo(range("2026-08-13T12:00:00Z", "2026-11-21T13:00:00Z"));
    }

    @Test
    void anotherWidthGoesOnWhereTheOldOneEnded() {
        LogProperties daily =
                OpenLog.settings().partitionWidth(Duration.ofDays(1)).build();
        assertThat(PartitionRange.missing(Instant.parse("2026-11-21T14:00:00Z"), NOON, daily))
                .containsExactly(
                        range("2026-11-21T14:00:00Z", "2026-11-22T00:00:00Z"),
                        range("2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"));
    }

    @Test
    void everythingInItLiesBelowTheHorizonByTheMarginOfClocksBeforeItExpires() {
        PartitionRange partition = range("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z");
        assertThat(partition.expired(Instant.parse("2026-11-21T12:04:59.999Z"), HOURLY))
                .isFalse();
        assertThat(partition.expired(Instant.parse("2026-11-21T12:05:00Z"), HOURLY))
                .isTrue();
    }

    @Test
    void itsIdsAreThoseMadeInItsTime() {
        PartitionRange partition = range("2026-11-21T09:00:00Z", "2026-11-21T10:00:00Z");
        TransactionId first = TransactionId.create(partition.from(), new Random(1));
        TransactionId last = TransactionId.create(partition.until().minusMillis(1), new Random(2));
        TransactionId next = TransactionId.create(partition.until(), new Random(3));
        assertThat(Long.compareUnsigned(
                        partition.first().getMostSignificantBits(),
                        first.value().getMostSignificantBits()))
                .isNegative();
        assertThat(Long.compareUnsigned(
                        partition.end().getMostSignificantBits(), last.value().getMostSignificantBits()))
                .isPositive();
        assertThat(Long.compareUnsigned(
                        partition.end().getMostSignificantBits(), next.value().getMostSignificantBits()))
                .isNegative();
    }

    @Test
    void itsNameTellsItsRange() {
        PartitionRange partition = range("2026-11-21T09:00:00Z", "2026-11-21T10:30:07Z");
        assertThat(partition.table()).isEqualTo("assent_transaction_20261121090000_20261121103007");
        assertThat(PartitionRange.of(partition.table())).contains(partition);
        assertThat(PartitionRange.of("assent_transaction_due")).isEmpty();
        assertThat(PartitionRange.of("assent_transaction_20261121090000_20269999999999"))
                .isEmpty();
        assertThat(PartitionRange.of("something_20261121090000_20261121103007")).isEmpty();
    }

    private static PartitionRange range(String from, String until) {
        return new PartitionRange(Instant.parse(from), Instant.parse(until));
    }
}
