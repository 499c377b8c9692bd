package io.assent.benchmarks.micro;

import io.assent.benchmarks.figures.Rotation;
import io.assent.benchmarks.micro.LogResult.Between;
import io.assent.benchmarks.micro.Worker.Turn;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.PostgresServer;
import io.assent.benchmarks.system.PostgresServer.Wal;
import io.assent.demo.system.Database;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures the decision log with each size of batch by turns, each between two slices of the floor. For one thread. */
final class LogRun {

    private static final Logger log = LoggerFactory.getLogger(LogRun.class);

    private static final String INSERTS = "create table record (id text primary key, content text not null)";
    /** Until the new connections have their plans, which each of them makes once. */
    private static final Duration SHORT_WARM_UP = Duration.ofMillis(500);
    /** While one batch of each writer is written, the next one waits. */
    private static final int BATCHES_UNDER_WAY = 2;
    /** The coordinator's default, unless more have to wait. */
    private static final int QUEUE = 10_000;

    private final PostgresServer server;
    private final Worker worker;
    private final MicroReport.Options options;
    private final Consumer<String> progress;
    private final CpuMeter cpu;
    private final Database decisions;
    private final Database inserts;
    private final Map<Cell, List<Between>> slices = new LinkedHashMap<>();
    private final Map<Integer, List<LogSample>> floors = new LinkedHashMap<>();
    private long flushesOfOpening;
    private long connectedBefore;
    private long decided;
    private long failed;

    private record Cell(int writers, int maxBatch) {

        int underWay() {
            return BATCHES_UNDER_WAY * writers * maxBatch;
        }
    }

    /** @param progress is told, in a sentence each, what happens */
    LogRun(MicroSystem system, MicroReport.Options options, Consumer<String> progress) {
        this.server = system.server();
        this.worker = system.worker();
        this.options = options;
        this.progress = progress;
        this.cpu = server.cpu();
        this.decisions = server.createDatabase("decisions", "");
        this.inserts = server.createDatabase("inserts", INSERTS);
    }

    /** @throws IllegalStateException if the log does not work, or does not hold what it said; the message says what */
    void measure() throws InterruptedException {
        warmUp();
        for (int round = 0; round < options.rounds(); round++) {
            for (int writers : options.writers()) {
                List<String> line = new ArrayList<>();
                LogSample before = floor(writers);
                floors.computeIfAbsent(writers, each -> new ArrayList<>()).add(before);
                for (int maxBatch : Rotation.order(options.batches(), round)) {
                    Cell cell = new Cell(writers, maxBatch);
                    LogSample sample = decisions(cell);
                    LogSample after = floor(writers);
                    floors.computeIfAbsent(writers, each -> new ArrayList<>()).add(after);
                    slices.computeIfAbsent(cell, each -> new ArrayList<>()).add(new Between(sample, before, after));
                    line.add(String.format(Locale.ROOT, "%.0f in batches of %d", sample.perSecond(), maxBatch));
                    before = after;
                }
                progress.accept("Round " + (round + 1) + " of " + options.rounds() + ", " + MicroTable.writers(writers)
                        + ", decisions/s: " + String.join(", ", line));
            }
        }
        verify();
    }

    /** By number of writers, then by size of batch. */
    List<LogResult> results() {
        List<LogResult> results = new ArrayList<>();
        for (int writers : options.writers()) {
            for (int maxBatch : options.batches()) {
                results.add(
                        LogResult.of(writers, maxBatch, slices.getOrDefault(new Cell(writers, maxBatch), List.of())));
            }
        }
        return results;
    }

    /** By number of writers. */
    List<FloorResult> floors() {
        return options.writers().stream()
                .map(writers -> FloorResult.of(writers, floors.getOrDefault(writers, List.of())))
                .toList();
    }

    /** All that were written, those included that were not measured. */
    long decided() {
        return decided;
    }

    /** Where the log is. */
    Database database() {
        return decisions;
    }

    /** Makes the schema as well. Then opens and closes the log once more, to see what that alone flushes. */
    private void warmUp() throws InterruptedException {
        progress.accept("Warming up ...");
        Cell most = new Cell(Collections.max(options.writers()), Collections.max(options.batches()));
        open(most);
        Turn turn = decide(most, Duration.ofSeconds(options.warmupSeconds()).plus(SHORT_WARM_UP));
        if (turn.done() == 0) {
            throw new IllegalStateException("The log has written no decision: " + turn.failure());
        }
        close();
        Wal before = server.wal();
        open(most);
        // A pool that is closed while it fills leaves a connection behind.
        Thread.sleep(SHORT_WARM_UP.toMillis());
        close();
        flushesOfOpening = server.wal().minus(before).flushes();
    }

    /**
     * Each slice has the log to itself, from its opening to its closing: connections report what they have flushed when they end,
     * and only then nothing is counted for the next one.
     */
    private LogSample decisions(Cell cell) throws InterruptedException {
        Wal beforeOpening = server.wal();
        open(cell);
        Turn warmUp = decide(cell, SHORT_WARM_UP);
        Wal walBefore = server.wal();
        double cpuBefore = cpu.millis();
        Turn turn = decide(cell, Duration.ofSeconds(options.seconds()));
        double spent = cpu.millis() - cpuBefore;
        long bytes = server.wal().minus(walBefore).bytes();
        close();
        long flushes = server.wal().minus(beforeOpening).flushes() - flushesOfOpening;
        return new LogSample(
                turn.perSecond(),
                1_000 * spent / turn.done(),
                (double) Math.max(0, flushes) / (warmUp.done() + turn.done()),
                (double) bytes / turn.done(),
                (double) turn.done() / turn.statements(),
                turn.done(),
                turn.failed(),
                turn.failure());
    }

    private LogSample floor(int connections) throws InterruptedException {
        Wal walBefore = server.wal();
        double cpuBefore = cpu.millis();
        Turn turn = worker.insert(inserts, connections, Duration.ofSeconds(options.seconds()));
        double spent = cpu.millis() - cpuBefore;
        awaitConnections(inserts, 0);
        Wal written = server.wal().minus(walBefore);
        return new LogSample(
                turn.perSecond(),
                1_000 * spent / turn.done(),
                (double) written.flushes() / turn.done(),
                (double) written.bytes() / turn.done(),
                1,
                turn.done(),
                turn.failed(),
                turn.failure());
    }

    private void open(Cell cell) {
        connectedBefore = server.connections(decisions.name());
        worker.open(decisions, cell.writers(), cell.maxBatch(), Math.max(QUEUE, cell.underWay()));
    }

    private Turn decide(Cell cell, Duration length) {
        Turn turn = worker.decide(cell.underWay(), length);
        decided += turn.done();
        failed += turn.failed();
        return turn;
    }

    private void close() throws InterruptedException {
        worker.closeLog();
        awaitConnections(decisions, connectedBefore);
    }

    /** One that stays has little to report: those that write are closed first. */
    private void awaitConnections(Database database, long most) throws InterruptedException {
        if (!server.awaitConnections(database.name(), most)) {
            log.warn("A connection to {} was not closed.", database);
        }
    }

    /** The log holds a record for each decision that was answered; of those that failed some may have been written. */
    private void verify() {
        try (Connection connection = decisions.connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select count(*) from assent_transaction where verdict = 'COMMIT'")) {
            row.next();
            long records = row.getLong(1);
            if (records < decided || records > decided + failed) {
                throw new IllegalStateException(
                        records + " decisions are in the log, where " + decided + " were answered");
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The decisions cannot be counted: " + e.getMessage(), e);
        }
    }
}
