package io.assent.benchmarks.micro;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Goal: what is reported of the decision log is what has happened there. Method: a real PostgreSQL, a second each; how fast it is is not looked at. */
class MicroIntegrationTests {

    private static final Path REPOSITORY = Path.of(System.getProperty("assent.repository", "."));

    @Test
    void everyPieceOfCodeHasItsFigures() {
        try (MicroSystem system = start(null)) {
            List<CodeResult> results = system.worker().code(new MicroReport.Code(0, 0, 1, 20));

            assertThat(results).hasSize(MicroReport.Code.BENCHMARKS).allSatisfy(result -> {
                assertThat(result.name()).contains("Benchmarks.");
                assertThat(result.nanos()).isPositive();
                assertThat(result.bytes()).isPositive();
                // One iteration says nothing about that.
                assertThat(result.error()).isNaN();
            });
        }
    }

    @Test
    void asManyDecisionsAreInTheLogAsAreReportedAndABatchIsAsLargeAsItMayBe(@TempDir Path data) throws Exception {
        MicroReport.Options options = new MicroReport.Options(
                List.of(MicroReport.LOG), MicroReport.Code.QUICK, List.of(2), List.of(1, 16), 1, 1, 0);
        List<String> progress = new ArrayList<>();
        try (MicroSystem system = start(data)) {
            LogRun run = new LogRun(system, options, progress::add);
            run.measure();
            long records;
            try (Connection connection = run.database().connect();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("select count(*) from assent_transaction")) {
                row.next();
                records = row.getLong(1);
            }
            assertThat(data).as("the data is where it was asked for").isNotEmptyDirectory();
            assertThat(system.dataFileSystem())
                    .isEqualTo(Files.getFileStore(data).type());
            assertThat(run.decided()).isEqualTo(records);
            List<LogResult> results = run.results();
            assertThat(results).extracting(LogResult::maxBatch).containsExactly(1, 16);
            assertThat(results).allSatisfy(result -> {
                assertThat(result.committed()).isPositive();
                assertThat(result.failed()).isZero();
                assertThat(result.perSecond()).isPositive();
                assertThat(result.rateToFloor()).isPositive();
                assertThat(result.cpuMicros()).isPositive();
                assertThat(result.cpuToFloor()).isPositive();
                assertThat(result.walBytes()).isPositive();
            });
            assertThat(results.stream().mapToLong(LogResult::committed).sum()).isLessThan(run.decided());
            LogResult alone = results.get(0);
            LogResult batches = results.get(1);
            assertThat(alone.batch()).isEqualTo(1);
            // Two writers may share a flush; nothing is durable without one.
            assertThat(alone.flushes()).isBetween(0.4, 1.5);
            assertThat(batches.batch()).isBetween(2.0, 16.0);
            assertThat(batches.flushes()).isBetween(0.001, alone.flushes());
            assertThat(run.floors()).singleElement().satisfies(floor -> {
                assertThat(floor.connections()).isEqualTo(2);
                assertThat(floor.perSecond()).isPositive();
                assertThat(floor.flushes()).isBetween(0.4, 1.5);
                assertThat(floor.walBytes()).isGreaterThan(400);
            });
        }
        assertThat(data).isEmptyDirectory();
        assertThat(progress).anySatisfy(line -> assertThat(line).startsWith("Round 1 of 1, 2 writers, decisions/s: "));
    }

    private static MicroSystem start(@Nullable Path data) {
        // Other runs of JMH on this machine do not matter here.
        return MicroSystem.start(REPOSITORY, data, List.of("-XX:TieredStopAtLevel=1", "-Djmh.ignoreLock=true"));
    }
}
