package io.assent.micro;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.log.DecisionLogConfiguration;
import io.assent.coordinator.log.LogDatabase;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionManagerCustomizationAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/** The coordinator's decision log as the service wires it, without the rest of the service, and decisions for it. For one thread. */
final class DecisionLogLoad implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final Duration LIFETIME = Duration.ofSeconds(30);
    private static final Duration NEXT_ATTEMPT = Duration.ofSeconds(10);

    private final ConfigurableApplicationContext context;
    private final DecisionLog log;
    private final DistributionSummary batches;

    /** As {@code LogConfiguration} has it, and nothing else: the starter is on this class path, too. */
    @Import(DecisionLogConfiguration.class)
    @ImportAutoConfiguration({
        FlywayAutoConfiguration.class,
        HibernateJpaAutoConfiguration.class,
        TransactionAutoConfiguration.class,
        TransactionManagerCustomizationAutoConfiguration.class
    })
    static class LogOnly {

        @Bean
        MeterRegistry registry() {
            return new SimpleMeterRegistry();
        }
    }

    private DecisionLogLoad(ConfigurableApplicationContext context) {
        this.context = context;
        this.log = context.getBean(DecisionLog.class);
        this.batches = context.getBean(MeterRegistry.class)
                .get("assent.log.decision.batch")
                .summary();
    }

    /**
     * Opens the log, with its schema if the database is empty.
     *
     * @param writers {@code assent.coordinator.log.writers}
     * @param maxBatch {@code assent.coordinator.log.max-batch}
     * @param queue {@code assent.coordinator.log.queue}
     */
    static DecisionLogLoad open(LogDatabase database, int writers, int maxBatch, int queue) {
        return new DecisionLogLoad(new SpringApplicationBuilder(LogOnly.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .logStartupInfo(false)
                .initializers(fresh -> fresh.getBeanFactory().registerSingleton("logDatabase", database))
                .run(
                        "--assent.coordinator.log.writers=" + writers,
                        "--assent.coordinator.log.max-batch=" + maxBatch,
                        "--assent.coordinator.log.queue=" + queue,
                        // Nothing is done over the pool but to open the log.
                        "--assent.coordinator.log.connections=5",
                        "--logging.level.root=warn"));
    }

    /** Keeps so many decisions under way for so long, each of a transaction of its own, and waits for the last ones. */
    Turn decide(int underWay, Duration length) throws InterruptedException {
        long statements = batches.count();
        Flight flight = new Flight(log, underWay, length);
        Turn turn = flight.fly(length.plus(PATIENCE));
        return turn.with(batches.count() - statements);
    }

    @Override
    public void close() {
        context.close();
    }

    /** Thread-safe: replies come on threads of the log. */
    private static final class Flight {

        private final DecisionLog log;
        private final int callers;
        private final long began = System.nanoTime();
        private final long nanos;
        private final CountDownLatch under;
        private final AtomicLong decided = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

        private Flight(DecisionLog log, int callers, Duration length) {
            this.log = log;
            this.callers = callers;
            this.nanos = length.toNanos();
            this.under = new CountDownLatch(callers);
        }

        private Turn fly(Duration patience) throws InterruptedException {
            for (int i = 0; i < callers; i++) {
                next();
            }
            if (!under.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalStateException(under.getCount() + " decisions are not answered after " + patience);
            }
            return new Turn(decided.get(), failed.get(), System.nanoTime() - began, 0, failure.get());
        }

        private void next() {
            if (System.nanoTime() - began >= nanos) {
                under.countDown();
                return;
            }
            log.decide(commit()).whenComplete(this::answered);
        }

        /** A caller that is refused calls no more: refusals come at once, and would come without end. */
        private void answered(@Nullable Reply reply, @Nullable Throwable defect) {
            if (reply != null && reply.status() == Status.OK && reply.changed()) {
                decided.incrementAndGet();
                next();
            } else {
                failed.incrementAndGet();
                failure.set(String.valueOf(reply != null ? reply.status() + " " + reply.detail() : defect));
                under.countDown();
            }
        }

        private static Proposal commit() {
            ThreadLocalRandom random = ThreadLocalRandom.current();
            Instant now = Instant.now();
            Instant deadline = now.plus(LIFETIME);
            TransactionId id = TransactionId.create(now, random);
            return new Proposal(
                    random.nextLong(),
                    id,
                    Decision.COMMIT,
                    "checkout",
                    deadline,
                    Drafts.branches(Drafts.votes(id, deadline, random)),
                    null,
                    NEXT_ATTEMPT,
                    null);
        }
    }
}
