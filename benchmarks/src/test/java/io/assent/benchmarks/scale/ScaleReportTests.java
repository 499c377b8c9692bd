package io.assent.benchmarks.scale;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import io.assent.benchmarks.Machine;
import io.assent.benchmarks.figures.Disturbance;
import io.assent.benchmarks.figures.Latencies;
import io.assent.benchmarks.figures.Sample;
import io.assent.benchmarks.load.Operation;
import io.assent.benchmarks.scale.ThroughputResult.Round;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;

/** Goal: figures are compared with what was measured around them, and shown. Method: made-up rounds. */
class ScaleReportTests {

    private static final Disturbance NONE = new Disturbance(0, 0, 0, 0);

    private final List<Round> rounds = List.of(round(1000, 900, 1100), round(3000, 1900, 2100), round(500, 990, 1010));

    private static Round round(double perSecond, double before, double after) {
        return new Round(sample(perSecond), 4, sample(before), sample(after));
    }

    private static Sample sample(double perSecond) {
        return new Sample(
                perSecond,
                2,
                9,
                (long) perSecond,
                1,
                "commit: 503",
                new Sample.Cpu(0.1, 0.4, 0.2, 0.3, 0),
                new Sample.WalBytes(0, 700),
                new Latencies(Collections.nCopies(Latencies.PERCENTILES.size(), 2.0)));
    }

    @Test
    void theMedianOfTheRoundsIsComparedWithTheBaselineAroundEach() {
        ThroughputResult result = ThroughputResult.of("2 coordinators", 32, "1 coordinator", rounds);

        assertThat(result.rateToBaseline()).isCloseTo(1.0, within(1e-9));
        assertThat(result.perSecond()).isEqualTo(1000);
        assertThat(result.spread()).as("of the ratios 1, 1.5 and 0.5").isCloseTo(0.5, within(1e-9));
        assertThat(result.committed()).isEqualTo(4500);
        assertThat(result.failed()).isEqualTo(3);
        assertThat(result.who()).isEqualTo("2 coordinators with 32 clients");
    }

    @Test
    void whatIsComparedWithNothingIsJudgedByItsOwnRate() {
        ThroughputResult result = ThroughputResult.of(
                "insert", 1, "insert", List.of(Round.alone(sample(100), 0), Round.alone(sample(300), 0)));

        assertThat(result.rateToBaseline()).isEqualTo(1);
        assertThat(result.spread()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void tableAndSpreadsheetHaveEveryPart() {
        ScaleReport report = new ScaleReport(
                "scale",
                Instant.parse("2026-01-15T12:00:00Z"),
                new ScaleReport.Options(Part.names(), List.of(1), 32, 100, 200, 3, 2, 10),
                new Machine(2, "Linux", "17", List.of(), "18.6", "ext4"),
                List.of(),
                List.of(
                        new ThroughputPart(
                                "clients", NONE, List.of(ThroughputResult.of("coordinator", 8, "insert", rounds))),
                        new ThroughputPart(
                                "shards", NONE, List.of(ThroughputResult.of("2 logs", 32, "1 log", rounds)))),
                new MemoryPart(
                        NONE, 100, 50, 60, 12, 345, List.of(new MemoryPart.State("with them", 100, 1 << 20, 1 << 21))),
                new InDoubtPart(
                        NONE,
                        200,
                        4,
                        5,
                        10,
                        List.of(new InDoubtPart.State(
                                "in doubt",
                                200,
                                1 << 20,
                                0.5,
                                Double.NaN,
                                42,
                                List.of(new InDoubtPart.Look("/v1/transactions", 3, 9, null)))),
                        List.of(ThroughputResult.of("in doubt", 32, "before", rounds))));

        assertThat(ScaleTable.text(report))
                .contains("More clients at one coordinator", "One coordinator with more logs")
                .containsPattern("coordinator \\| +8 \\| +1000 \\| +1\\.00 \\|")
                .contains("For each of the 100: 12 bytes of the coordinator's heap, 345 bytes in the log.")
                .containsPattern("in doubt +\\| +200 \\| +1\\.0 \\| +0\\.50 \\| +- \\| +42 \\|")
                .containsPattern("/v1/transactions \\| +in doubt \\| +3\\.0 \\| +9\\.0 \\| +- \\|")
                .contains("200 were decided in 4.0 s (50/s), refused 5 times");
        assertThat(ScaleCsv.text(report).lines())
                .allMatch(row -> row.chars().filter(each -> each == ',').count() == 5)
                .contains(
                        "clients,coordinator,8,2,per_second,3000.0000",
                        "memory,with them,,,open,100.0000",
                        "in-doubt,in doubt,,,log_processors,",
                        "in-doubt,in doubt,32,1,rate_to_baseline,1.0000");
    }

    @Test
    void liveBytesAreThoseOfTheTotal() {
        assertThat(LiveHeap.total(
                        List.of("4711:", " num     #instances         #bytes  class name", "Total   123  4567")))
                .isEqualTo(4567);
        assertThatIllegalStateException()
                .isThrownBy(() -> LiveHeap.total(List.of("4711:", "java.io.IOException: gone")))
                .withMessageContaining("gone");
    }

    @Test
    void clientsAreSpreadEvenlyAndStayWhereTheyAre() throws Exception {
        List<Set<Integer>> seen = new ArrayList<>();
        List<Operation> operations = new ArrayList<>();
        for (int number = 0; number < 3; number++) {
            Set<Integer> clients = new TreeSet<>();
            seen.add(clients);
            operations.add(new Operation() {
                @Override
                public int rows() {
                    return Integer.MAX_VALUE;
                }

                @Override
                public void startAfresh() {}

                @Override
                public void run(int row, String key) {
                    clients.add(row % 8);
                }
            });
        }
        Spread spread = new Spread(operations, 8);
        for (int row = 0; row < 80; row++) {
            spread.run(row, "key");
        }

        assertThat(seen).containsExactly(Set.of(0, 3, 6), Set.of(1, 4, 7), Set.of(2, 5));
    }

    @Test
    void whatIsDoneManyTimesIsDoneOnceForEachNumberAndEndsWithTheFirstFailure() throws Exception {
        Set<Integer> numbers = new ConcurrentSkipListSet<>();
        Many.times(1000, 7, "Numbers", text -> {}, numbers::add);

        assertThat(numbers).hasSize(1000).contains(0, 999);
        assertThatIllegalStateException()
                .isThrownBy(() -> Many.times(10, 1, "Numbers", text -> {}, number -> {
                    if (number == 4) {
                        throw new IllegalArgumentException("no four");
                    }
                }))
                .withMessageContaining("Numbers: 4 of 10")
                .withMessageContaining("no four");
    }
}
