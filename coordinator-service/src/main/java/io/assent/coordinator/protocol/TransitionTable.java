package io.assent.coordinator.protocol;

import static io.assent.coordinator.protocol.TransactionPhase.ACTIVE;
import static io.assent.coordinator.protocol.TransactionPhase.CLOSING;
import static io.assent.coordinator.protocol.TransactionPhase.COMMITTING;
import static io.assent.coordinator.protocol.TransactionPhase.COMPLETED;
import static io.assent.coordinator.protocol.TransactionPhase.DECIDING;
import static io.assent.coordinator.protocol.TransactionPhase.PREPARING;
import static io.assent.coordinator.protocol.TransactionPhase.ROLLING_BACK;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * Every phase a transaction can go to from every phase, by event. What is not listed stays where it is. Every step is
 * checked against it; a test takes each transition, another draws the picture from it.
 */
final class TransitionTable {

    private static final Map<TransactionPhase, Map<TransactionEvent, Set<TransactionPhase>>> TABLE = table();

    private TransitionTable() {}

    /** Where {@code event} can lead from {@code phase}; the phase itself where the event may change nothing. */
    static Set<TransactionPhase> next(TransactionPhase phase, TransactionEvent event) {
        Set<TransactionPhase> next = TABLE.getOrDefault(phase, Map.of()).get(event);
        return next == null ? EnumSet.of(phase) : next;
    }

    /** @throws IllegalStateException if the table does not hold this transition: a bug */
    static void check(TransactionPhase from, TransactionEvent event, TransactionPhase to) {
        if (!next(from, event).contains(to)) {
            throw new IllegalStateException("no transition from " + from + " by " + event + " to " + to);
        }
    }

    private static Map<TransactionPhase, Map<TransactionEvent, Set<TransactionPhase>>> table() {
        var table = new EnumMap<TransactionPhase, Map<TransactionEvent, Set<TransactionPhase>>>(TransactionPhase.class);
        row(table, ACTIVE, TransactionEvent.COMMIT_REQUESTED, CLOSING, PREPARING, DECIDING);
        row(table, ACTIVE, TransactionEvent.ROLLBACK_REQUESTED, DECIDING);
        row(table, ACTIVE, TransactionEvent.RECOVERED, DECIDING, COMMITTING, ROLLING_BACK, COMPLETED);

        row(table, CLOSING, TransactionEvent.CLOSED, PREPARING, DECIDING, COMMITTING, ROLLING_BACK, COMPLETED);
        row(table, CLOSING, TransactionEvent.ROLLBACK_REQUESTED, DECIDING);
        row(table, CLOSING, TransactionEvent.DEADLINE_PASSED, DECIDING);
        row(table, CLOSING, TransactionEvent.NOT_WRITTEN, ACTIVE);

        row(table, PREPARING, TransactionEvent.VOTED, PREPARING, DECIDING);
        row(table, PREPARING, TransactionEvent.VOTE_UNKNOWN, PREPARING, DECIDING);
        row(table, PREPARING, TransactionEvent.ROLLBACK_REQUESTED, DECIDING);
        row(table, PREPARING, TransactionEvent.DEADLINE_PASSED, DECIDING);

        row(table, DECIDING, TransactionEvent.DECIDED, COMMITTING, ROLLING_BACK, COMPLETED);
        row(table, DECIDING, TransactionEvent.PROPOSAL_CONFLICTED, CLOSING, DECIDING);
        row(table, DECIDING, TransactionEvent.NOT_WRITTEN, ACTIVE);

        row(table, COMMITTING, TransactionEvent.REPORTED, COMMITTING, COMPLETED);
        row(table, COMMITTING, TransactionEvent.RESOLVED, COMPLETED);
        row(table, ROLLING_BACK, TransactionEvent.REPORTED, ROLLING_BACK, COMPLETED);
        row(table, ROLLING_BACK, TransactionEvent.RESOLVED, COMPLETED);
        row(table, COMPLETED, TransactionEvent.ADOPTED, COMMITTING, ROLLING_BACK, COMPLETED);
        return table;
    }

    private static void row(
            Map<TransactionPhase, Map<TransactionEvent, Set<TransactionPhase>>> table,
            TransactionPhase phase,
            TransactionEvent event,
            TransactionPhase first,
            TransactionPhase... rest) {
        table.computeIfAbsent(phase, any -> new EnumMap<>(TransactionEvent.class))
                .put(event, EnumSet.of(first, rest));
    }
}
