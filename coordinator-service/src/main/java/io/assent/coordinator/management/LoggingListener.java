package io.assent.coordinator.management;

import io.assent.coordinator.engine.FieldNames;
import io.assent.coordinator.engine.TransactionListener;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/** Tells operators what happened and what happens next. What goes well is told at DEBUG: it is most of it. */
final class LoggingListener implements TransactionListener {

    private static final Logger log = LoggerFactory.getLogger("assent.transactions");

    private final InstantSource clock;
    private final int linesPerMinute;
    private final LineBudget unacknowledged;
    private final LineBudget recovered;
    private final Map<Refused, LineBudget> refused = new EnumMap<>(Refused.class);

    LoggingListener(InstantSource clock, EventLogProperties properties) {
        this.clock = clock;
        this.linesPerMinute = properties.linesPerMinute();
        this.unacknowledged = new LineBudget(clock, linesPerMinute);
        this.recovered = new LineBudget(clock, linesPerMinute);
        for (Refused why : Refused.values()) {
            refused.put(why, new LineBudget(clock, 1));
        }
    }

    @Override
    public void begun(TransactionRecord transaction) {
        about(transaction.id(), log.atDebug())
                .log(
                        "Transaction {} ({}) was begun; it rolls back at {} unless its commit is asked for",
                        transaction.id(),
                        transaction.name(),
                        transaction.deadline());
    }

    @Override
    public void enlisted(TransactionId transaction, Branch branch) {
        about(transaction, branch, log.atDebug())
                .log("Branch {} ({}) was enlisted in {}", branch.id(), branch.participant(), transaction);
    }

    @Override
    public void decided(TransactionRecord transaction, @Nullable RollbackCause cause, boolean won, Duration took) {
        if (transaction.decision() == Decision.ROLLBACK) {
            about(transaction.id(), log.atInfo())
                    .log(
                            "ROLLBACK of {} ({}) is decided: {}; its branches are ordered to roll back",
                            transaction.id(),
                            transaction.name(),
                            transaction.reason());
        } else {
            about(transaction.id(), log.atDebug())
                    .log(
                            "COMMIT of {} ({}) is decided after {} ms{}; its branches are ordered to commit",
                            transaction.id(),
                            transaction.name(),
                            took.toMillis(),
                            won ? "" : ", by another request");
        }
    }

    @Override
    public void indeterminate(TransactionId transaction, @Nullable String detail, Duration retryIn) {
        about(transaction, log.atWarn())
                .log(
                        "Whether the decision of {} was written is not known ({}); nobody is told anything until it is asked for"
                                + " again at {}",
                        transaction,
                        detail,
                        at(retryIn));
    }

    @Override
    public void acknowledged(TransactionId transaction, Branch branch) {
        about(transaction, branch, log.atDebug())
                .log("Branch {} ({}) of {} has ended as decided", branch.id(), branch.participant(), transaction);
    }

    @Override
    public void unacknowledged(TransactionId transaction, Branch branch, Duration retryIn) {
        LineBudget.Answer answer = unacknowledged.next();
        if (answer == LineBudget.Answer.LEAVE_OUT && !log.isDebugEnabled()) {
            return;
        }
        about(transaction, branch, log.atWarn())
                .log(
                        "Branch {} ({}) of {} did not acknowledge: {}; next attempt {}",
                        branch.id(),
                        branch.participant(),
                        transaction,
                        branch.lastError() != null ? branch.lastError() : "it is " + branch.state(),
                        at(retryIn));
        pause(answer, "orders that were not acknowledged", "assent.redeliveries");
    }

    @Override
    public void heuristic(TransactionId transaction, Branch branch) {
        about(transaction, branch, log.atError())
                .log(
                        "HEURISTIC: branch {} ({}) of {} ended against the decision: it is {}. A person has to set the data right and"
                                + " then POST /v1/transactions/{}/resolution",
                        branch.id(),
                        branch.participant(),
                        transaction,
                        branch.state(),
                        transaction);
    }

    @Override
    public void completed(TransactionRecord transaction) {
        about(transaction.id(), log.atDebug())
                .log("Transaction {} is complete: {}", transaction.id(), transaction.outcome());
    }

    @Override
    public void recovered(TransactionRecord transaction) {
        LineBudget.Answer answer = recovered.next();
        if (answer == LineBudget.Answer.LEAVE_OUT && !log.isDebugEnabled()) {
            return;
        }
        about(transaction.id(), log.atInfo())
                .log(
                        "Transaction {} was left behind {}; this instance goes on with it",
                        transaction.id(),
                        transaction.decision() == null
                                ? "undecided past its deadline"
                                : "with " + transaction.decision() + " decided and orders outstanding");
        pause(answer, "transactions that were left behind", "assent.recovered");
    }

    private void pause(LineBudget.Answer answer, String what, String metric) {
        if (answer == LineBudget.Answer.WRITE_AND_PAUSE) {
            log.warn(
                    "{} lines in a minute about {}: the rest of this minute has none. The metric {} counts them;"
                            + " GET /v1/participants tells who is behind, GET /v1/transactions?state=COMMITTING what waits",
                    linesPerMinute,
                    what,
                    metric);
        }
    }

    /** One line a minute for each reason: whoever is overloaded has no time for one per request. */
    @Override
    public void refused(Refused why) {
        LineBudget budget = Objects.requireNonNull(refused.get(why), "there is one for every constant");
        if (budget.next() != LineBudget.Answer.LEAVE_OUT) {
            log.warn(
                    "Overloaded: requests are refused, {}. They have decided nothing and are asked for again; the metric"
                            + " assent.admission.refused counts them",
                    switch (why) {
                        case UNDECIDED -> "because too many wait for a decision (max-undecided)";
                        case IN_FLIGHT -> "because too many transactions are in memory (max-in-flight)";
                        case PARTICIPANT ->
                            "because a participant does not keep up with its orders (max-unacknowledged)";
                    });
        }
    }

    private static LoggingEventBuilder about(TransactionId transaction, LoggingEventBuilder line) {
        return line.addKeyValue(FieldNames.TRANSACTION, transaction);
    }

    private static LoggingEventBuilder about(TransactionId transaction, Branch branch, LoggingEventBuilder line) {
        return about(transaction, line)
                .addKeyValue(FieldNames.BRANCH, branch.id())
                .addKeyValue(FieldNames.PARTICIPANT, branch.participant());
    }

    private Instant at(Duration delay) {
        return clock.instant().plus(delay).truncatedTo(ChronoUnit.MILLIS);
    }
}
