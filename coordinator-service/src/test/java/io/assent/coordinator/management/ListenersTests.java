package io.assent.coordinator.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.logging.LogLevel;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Goal: an operator reads what happened and what happens next, and can count it. Method: one event at a time. */
@ExtendWith(OutputCaptureExtension.class)
class ListenersTests {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final TransactionId TX = TransactionId.create(NOW, new Random(3));

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final TransactionListener listener = new Listeners(List.of(
            failing(),
            new LoggingListener(InstantSource.fixed(NOW), new EventLogProperties(100)),
            new MetricsListener(registry, "main")));

    /** The log levels belong to the whole JVM: a test that ran before may have set others. */
    @BeforeEach
    void tellEverything() {
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel("assent.transactions", LogLevel.INFO);
    }

    @Test
    void a_branch_that_does_not_acknowledge_is_told_with_the_next_attempt(CapturedOutput output) {
        listener.unacknowledged(TX, branch(null, "status 503"), Duration.ofSeconds(10));

        assertThat(output)
                .contains("Branch 1 (payment-service) of " + TX)
                .contains("status 503; next attempt 2026-01-31T12:00:10Z");
        assertThat(count("assent.redeliveries")).isEqualTo(1);
    }

    @Test
    void thousands_that_wait_for_one_participant_do_not_fill_the_log(CapturedOutput output) {
        AtomicLong seconds = new AtomicLong();
        TransactionListener told =
                new LoggingListener(() -> NOW.plusSeconds(seconds.get()), new EventLogProperties(100));
        for (int i = 0; i < 5_000; i++) {
            told.unacknowledged(TX, branch(null, "status 503"), Duration.ofSeconds(10));
            told.recovered(record(Decision.COMMIT, null));
        }
        assertThat(output.getOut().lines().filter(line -> line.contains("status 503")))
                .hasSize(100);
        assertThat(output.getOut().lines().filter(line -> line.contains("was left behind")))
                .hasSize(100);
        assertThat(output)
                .containsOnlyOnce("100 lines in a minute about orders that were not acknowledged")
                .containsOnlyOnce("100 lines in a minute about transactions that were left behind")
                .contains("assent.redeliveries")
                .contains("GET /v1/participants");

        seconds.set(60);
        told.unacknowledged(TX, branch(null, "status 504"), Duration.ofSeconds(10));
        assertThat(output).as("the next minute").contains("status 504");
        LoggingSystem.get(getClass().getClassLoader()).setLogLevel("assent.transactions", LogLevel.DEBUG);
        for (int i = 0; i < 200; i++) {
            told.unacknowledged(TX, branch(null, "status 505"), Duration.ofSeconds(10));
        }
        assertThat(output.getOut().lines().filter(line -> line.contains("status 505")))
                .as("who wants to see everything does")
                .hasSize(200);
    }

    @Test
    void a_heuristic_has_a_line_and_a_counter_of_its_own(CapturedOutput output) {
        listener.heuristic(TX, branch(BranchState.ROLLED_BACK, null));

        assertThat(output)
                .contains("ERROR")
                .contains("HEURISTIC: branch 1 (payment-service) of " + TX)
                .contains("/v1/transactions/" + TX + "/resolution");
        assertThat(count("assent.heuristics")).isEqualTo(1);
    }

    @Test
    void an_unknown_decision_and_a_takeover_are_told(CapturedOutput output) {
        listener.indeterminate(TX, "socket timeout", Duration.ofSeconds(2));
        listener.recovered(record(Decision.COMMIT, null));

        assertThat(output).contains("socket timeout").contains("2026-01-31T12:00:02Z");
        assertThat(output).contains(TX + " was left behind with COMMIT decided");
        assertThat(count("assent.indeterminate")).isEqualTo(1);
        assertThat(count("assent.recovered")).isEqualTo(1);
    }

    @Test
    void decisions_and_completions_are_timed_by_what_came_of_them() {
        listener.begun(record(null, null));
        listener.enlisted(TX, branch(null, null));
        listener.decided(record(Decision.COMMIT, null), null, true, Duration.ofMillis(7));
        listener.decided(record(Decision.ROLLBACK, null), null, false, Duration.ofMillis(9));
        listener.decided(record(Decision.ROLLBACK, null), RollbackCause.NO_VOTE, true, Duration.ofMillis(9));
        listener.acknowledged(TX, branch(BranchState.COMMITTED, null));
        listener.completed(record(Decision.COMMIT, Outcome.COMMITTED));

        assertThat(registry.get("assent.decision")
                        .tags("decision", "COMMIT", "won", "true")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("assent.decision")
                        .tags("decision", "ROLLBACK", "won", "false")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(count("assent.rollbacks", "reason", "no-vote")).isEqualTo(1);
        assertThat(count("assent.rollbacks", "reason", "deadline")).isZero();
        assertThat(registry.get("assent.completion")
                        .tag("outcome", "COMMITTED")
                        .timer()
                        .totalTime(java.util.concurrent.TimeUnit.SECONDS))
                .isEqualTo(1);
        assertThat(count("assent.begun")).isEqualTo(1);
        assertThat(count("assent.enlisted")).isEqualTo(1);
        assertThat(count("assent.acknowledged")).isEqualTo(1);
    }

    /** One that is not passed on would be lost without a word: a listener need not have it. */
    @Test
    void everything_is_passed_on_to_all() {
        assertThat(TransactionListener.class.getMethods())
                .allSatisfy(method -> assertThat(
                                Listeners.class.getDeclaredMethod(method.getName(), method.getParameterTypes()))
                        .isNotNull());
    }

    private double count(String name, String... tags) {
        return registry.get(name).tags(tags).counter().count();
    }

    /** Breaks the contract on every event. */
    private static TransactionListener failing() {
        return (TransactionListener) Proxy.newProxyInstance(
                ListenersTests.class.getClassLoader(), new Class<?>[] {TransactionListener.class}, (p, method, a) -> {
                    throw new IllegalStateException("a listener with a bug");
                });
    }

    private static Branch branch(BranchState state, String lastError) {
        return new Branch(
                new BranchId("1"),
                new ParticipantName("payment-service"),
                null,
                new BranchRef("assent:x"),
                Vote.PREPARED,
                true,
                state,
                false,
                3,
                lastError,
                NOW,
                null);
    }

    private static TransactionRecord record(Decision decision, Outcome outcome) {
        return new TransactionRecord(
                TX,
                "checkout",
                true,
                NOW,
                NOW,
                null,
                null,
                decision,
                true,
                NOW,
                null,
                List.of(),
                0,
                outcome,
                NOW.plusSeconds(1),
                0,
                null,
                NOW,
                null,
                null);
    }
}
