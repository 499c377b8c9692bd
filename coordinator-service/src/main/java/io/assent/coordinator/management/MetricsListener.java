package io.assent.coordinator.management;

import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Counts and times. Tags have few values: no ids, names or addresses. */
final class MetricsListener implements TransactionListener {

    private static final Duration[] BUCKETS = {
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private final Counter begun;
    private final Counter enlisted;
    private final Counter indeterminate;
    private final Counter acknowledged;
    private final Counter unacknowledged;
    private final Counter heuristics;
    private final Counter recovered;
    private final Map<Decision, Timer> won = new EnumMap<>(Decision.class);
    private final Map<Decision, Timer> lost = new EnumMap<>(Decision.class);
    private final Map<Outcome, Timer> completed = new EnumMap<>(Outcome.class);
    private final Map<Refused, Counter> refused = new EnumMap<>(Refused.class);
    private final Map<RollbackCause, Counter> rollbacks = new EnumMap<>(RollbackCause.class);

    /** @param log the name of the log that the transactions are in */
    MetricsListener(MeterRegistry registry, String log) {
        begun = counter(registry, log, "assent.begun", "Transactions begun");
        enlisted = counter(registry, log, "assent.enlisted", "Branches enlisted");
        indeterminate = counter(registry, log, "assent.indeterminate", "Decision writes whose result was not known");
        acknowledged = counter(registry, log, "assent.acknowledged", "Branches that have ended as decided");
        unacknowledged =
                counter(registry, log, "assent.redeliveries", "Orders that were not acknowledged and are sent again");
        heuristics = counter(registry, log, "assent.heuristics", "Branches that ended against the decision");
        recovered = counter(registry, log, "assent.recovered", "Transactions taken over by a recovery pass");
        for (Decision decision : Decision.values()) {
            won.put(decision, decided(registry, log, decision, "true"));
            lost.put(decision, decided(registry, log, decision, "false"));
        }
        for (Outcome outcome : Outcome.values()) {
            completed.put(
                    outcome,
                    Timer.builder("assent.completion")
                            .description("From the decision to the last acknowledgement")
                            .tag("log", log)
                            .tag("outcome", outcome.name())
                            .serviceLevelObjectives(BUCKETS)
                            .register(registry));
        }
        for (Refused why : Refused.values()) {
            refused.put(
                    why,
                    Counter.builder("assent.admission.refused")
                            .description("Begins and commits that were refused as overloaded; they decided nothing")
                            .tag("log", log)
                            .tag("reason", tag(why))
                            .register(registry));
        }
        for (RollbackCause cause : RollbackCause.values()) {
            rollbacks.put(
                    cause,
                    Counter.builder("assent.rollbacks")
                            .description("ROLLBACKs that this instance wrote, by why")
                            .tag("log", log)
                            .tag("reason", tag(cause))
                            .register(registry));
        }
    }

    @Override
    public void refused(Refused why) {
        of(refused, why).increment();
    }

    @Override
    public void begun(TransactionRecord transaction) {
        begun.increment();
    }

    @Override
    public void enlisted(TransactionId transaction, Branch branch) {
        enlisted.increment();
    }

    @Override
    public void decided(
            TransactionRecord transaction, @Nullable RollbackCause cause, boolean byThisRequest, Duration took) {
        if (transaction.decision() != null) {
            of(byThisRequest ? won : lost, transaction.decision()).record(took);
        }
        if (cause != null) {
            of(rollbacks, cause).increment();
        }
    }

    @Override
    public void indeterminate(TransactionId transaction, @Nullable String detail, Duration retryIn) {
        indeterminate.increment();
    }

    @Override
    public void acknowledged(TransactionId transaction, Branch branch) {
        acknowledged.increment();
    }

    @Override
    public void unacknowledged(TransactionId transaction, Branch branch, Duration retryIn) {
        unacknowledged.increment();
    }

    @Override
    public void heuristic(TransactionId transaction, Branch branch) {
        heuristics.increment();
    }

    @Override
    public void completed(TransactionRecord transaction) {
        if (transaction.outcome() != null && transaction.decidedAt() != null && transaction.completedAt() != null) {
            Duration took = Duration.between(transaction.decidedAt(), transaction.completedAt());
            of(completed, transaction.outcome()).record(took.isNegative() ? Duration.ZERO : took);
        }
    }

    @Override
    public void recovered(TransactionRecord transaction) {
        recovered.increment();
    }

    private static String tag(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static <K, M> M of(Map<K, M> meters, K key) {
        return Objects.requireNonNull(meters.get(key), "there is one for every constant");
    }

    private static Counter counter(MeterRegistry registry, String log, String name, String description) {
        return Counter.builder(name).description(description).tag("log", log).register(registry);
    }

    private static Timer decided(MeterRegistry registry, String log, Decision decision, String byThisRequest) {
        return Timer.builder("assent.decision")
                .description("From the request to the decision's clean write")
                .tag("log", log)
                .tag("decision", decision.name())
                .tag("won", byThisRequest)
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }
}
