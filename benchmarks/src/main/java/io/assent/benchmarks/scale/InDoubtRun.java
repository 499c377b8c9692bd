package io.assent.benchmarks.scale;

import io.assent.benchmarks.checkout.stub.StubProcess;
import io.assent.benchmarks.figures.Figures;
import io.assent.benchmarks.figures.Watch;
import io.assent.benchmarks.load.Initiator;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.protocol.TransactionId;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** Has transactions decided whose participant refuses the order, looks what that does to others, and lets it take them. */
final class InDoubtRun {

    /** The label of these transactions. */
    static final String NAME = "in-doubt";

    /** The participant that refuses the orders. */
    static final String REFUSING = "stub-2";

    private static final List<String> LOOKS =
            List.of("/v1/transactions", "/v1/transactions?state=COMMITTING", "/v1/participants");

    private static final int TIMES = 10;
    private static final int UNAVAILABLE = 503;
    private static final int OK = 200;

    /** Less than until the deadline of a commit, so that none is decided as a rollback. */
    private static final Duration DECIDED_WITHIN = Duration.ofSeconds(20);

    private static final long REFUSED_PAUSE_MILLIS = 50;
    private static final long LOOK_MILLIS = 250;
    private static final long TELL_NANOS = Duration.ofSeconds(5).toNanos();

    /** For the completion of all, besides so many seconds for each transaction. */
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int LEAST_PER_SECOND = 50;

    private final BenchSystem system;
    private final Initiator client;
    private final StubProcess stubs;
    private final ScaleReport.Options options;
    private final Throughput throughput;
    private final Candidate healthy;
    private final Consumer<String> progress;
    private final LogTable log;
    private final RestClient http;

    /** @param healthy what is loaded meanwhile; it has no branch of {@link #REFUSING} */
    InDoubtRun(
            BenchSystem system,
            Initiator client,
            StubProcess stubs,
            Candidate healthy,
            ScaleReport.Options options,
            Throughput throughput,
            Consumer<String> progress) {
        this.system = system;
        this.client = client;
        this.stubs = stubs;
        this.options = options;
        this.throughput = throughput;
        this.healthy = healthy;
        this.progress = progress;
        this.log = new LogTable(system.decisions());
        this.http = RestClient.builder()
                .baseUrl(system.coordinator().url().toString())
                .build();
    }

    /** @throws IllegalStateException if not all of them are complete in the end, or there are others */
    InDoubtPart measure(Watch watch, int processors) throws InterruptedException {
        InDoubtPart.State before = state("before");
        List<Throughput.Measured> beforeSlices = slices("before");

        stubs.answer(REFUSING, UNAVAILABLE);
        AtomicLong refused = new AtomicLong();
        Duration deciding = decide(refused);
        InDoubtPart.State with = state("in doubt");
        check(with.unfinished(), "are decided and not complete");
        List<Throughput.Measured> withSlices = slices("in doubt");
        check(log.unfinished(NAME), "are decided and not complete after the load of the other participant");

        stubs.answer(REFUSING, OK);
        Duration completing = awaitComplete();
        InDoubtPart.State after = state("complete");
        List<Throughput.Measured> afterSlices = slices("complete");
        check(log.ended(NAME, "COMMITTED"), "are complete and committed");

        return new InDoubtPart(
                watch.disturbance(processors),
                options.inDoubt(),
                seconds(deciding),
                refused.get(),
                seconds(completing),
                List.of(before, with, after),
                List.of(
                        result("before", beforeSlices, beforeSlices),
                        result("in doubt", withSlices, beforeSlices),
                        result("complete", afterSlices, beforeSlices)));
    }

    private void check(long found, String what) {
        if (found != options.inDoubt()) {
            throw new IllegalStateException("The log shows that " + found + " transactions " + what
                    + ", where there should be " + options.inDoubt());
        }
    }

    private ThroughputResult result(String when, List<Throughput.Measured> slices, List<Throughput.Measured> baseline) {
        List<ThroughputResult.Round> rounds = new ArrayList<>();
        for (int number = 0; number < slices.size(); number++) {
            rounds.add(new ThroughputResult.Round(
                    slices.get(number).sample(),
                    slices.get(number).batch(),
                    baseline.get(number).sample(),
                    baseline.get(number).sample()));
        }
        return ThroughputResult.of(when, healthy.clients(), "before", rounds);
    }

    private List<Throughput.Measured> slices(String when) throws InterruptedException {
        List<Throughput.Measured> slices = new ArrayList<>();
        for (int number = 0; number < options.rounds(); number++) {
            Throughput.Measured slice = throughput.slice(healthy);
            slices.add(slice);
            progress.accept(String.format(
                    Locale.ROOT,
                    "%s, %d of %d: %.0f transactions/s of the other participant",
                    when,
                    number + 1,
                    options.rounds(),
                    slice.sample().perSecond()));
        }
        return slices;
    }

    private Duration decide(AtomicLong refused) throws InterruptedException {
        Map<String, URI> participant =
                Map.of(REFUSING, Objects.requireNonNull(stubs.participants().get(REFUSING), REFUSING));
        return Many.times(options.inDoubt(), options.at(), "Transactions in doubt", progress, each -> {
            TransactionId id = TransactionId.create(Instant.now(), ThreadLocalRandom.current());
            long end = System.nanoTime() + DECIDED_WITHIN.toNanos();
            // With the same id, so that none is decided twice.
            while (!client.decide(id, NAME, participant)) {
                refused.incrementAndGet();
                if (System.nanoTime() - end > 0) {
                    throw new IllegalStateException(id + " was refused for " + DECIDED_WITHIN);
                }
                Thread.sleep(REFUSED_PAUSE_MILLIS);
            }
        });
    }

    private Duration awaitComplete() throws InterruptedException {
        long begun = System.nanoTime();
        long end = begun
                + PATIENCE.plusSeconds(options.inDoubt() / LEAST_PER_SECOND).toNanos();
        long told = begun;
        for (long left = log.unfinished(NAME); left > 0; left = log.unfinished(NAME)) {
            long now = System.nanoTime();
            if (now - end > 0) {
                throw new IllegalStateException(left + " of " + options.inDoubt()
                        + " transactions are not complete although their participant answers since "
                        + Duration.ofNanos(now - begun));
            }
            if (now - told > TELL_NANOS) {
                told = now;
                progress.accept("Transactions that are not complete: " + left);
            }
            Thread.sleep(LOOK_MILLIS);
        }
        return Duration.ofNanos(System.nanoTime() - begun);
    }

    private InDoubtPart.State state(String when) throws InterruptedException {
        client.startAfresh();
        CpuMeter coordinator = system.coordinator().cpu();
        CpuMeter stores = system.logServer().cpu();
        long takenOver = log.takenOver();
        double coordinatorBefore = coordinator.millis();
        double storesBefore = stores.millis();
        long begun = System.nanoTime();
        Thread.sleep(Duration.ofSeconds(options.seconds()).toMillis());
        double millis = (System.nanoTime() - begun) / 1e6;
        double coordinatorBusy = (coordinator.millis() - coordinatorBefore) / millis;
        double storesBusy = (stores.millis() - storesBefore) / millis;
        double takenOverPerSecond = (log.takenOver() - takenOver) * 1e3 / millis;
        List<InDoubtPart.Look> looks = LOOKS.stream().map(this::look).toList();
        return new InDoubtPart.State(
                when,
                log.unfinished(NAME),
                LiveHeap.bytes(system.coordinator().process().pid()),
                coordinatorBusy,
                storesBusy,
                takenOverPerSecond,
                looks);
    }

    private InDoubtPart.Look look(String path) {
        List<Double> millis = new ArrayList<>();
        @Nullable String failure = null;
        for (int number = 0; number < TIMES; number++) {
            long begun = System.nanoTime();
            try {
                http.get().uri(path).retrieve().body(String.class);
            } catch (RestClientException e) {
                failure = e.getMessage();
            }
            millis.add((System.nanoTime() - begun) / 1e6);
        }
        return new InDoubtPart.Look(
                path,
                Figures.median(millis),
                millis.stream().mapToDouble(each -> each).max().orElse(Double.NaN),
                failure);
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }
}
