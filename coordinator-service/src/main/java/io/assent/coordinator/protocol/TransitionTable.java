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
 * Every step that means something: where an event can lead from a phase. An event that is not listed for a phase changes
 * nothing there and asks for nothing; one that is listed may be ignored all the same, when it is late or doubled. Every
 * step is checked against this table; a test takes each of its transitions, another draws the picture from it.
 */
final class TransitionTable {

    private static final Map<TransactionPhase, Map<TransactionEvent, Set<TransactionPhase>>> TABLE = table();

    private TransitionTable() {}

    /** Where {@code event} can lead from {@code phase}; empty if it means nothing there. */
    static Set<TransactionPhase> next(TransactionPhase phase, TransactionEvent event) {
        return TABLE.getOrDefault(phase, Map.of()).getOrDefault(event, Set.of());
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
        row(table, DECIDING, TransactionEvent.DECISION_INDETERMINATE, DECIDING);
        row(table, DECIDING, TransactionEvent.PROPOSAL_CONFLICTED, CLOSING, DECIDING);
        row(table, DECIDING, TransactionEvent.NOT_WRITTEN, ACTIVE);

        row(table, COMMITTING, TransactionEvent.REPORTED, COMMITTING, COMPLETED);
        row(table, COMMITTING, TransactionEvent.ORDER_FAILED, COMMITTING);
        row(table, COMMITTING, TransactionEvent.REDELIVERY_DUE, COMMITTING);
        row(table, COMMITTING, TransactionEvent.ADOPTED, COMMITTING);
        row(table, COMMITTING, TransactionEvent.RESOLVED, COMPLETED);

        row(table, ROLLING_BACK, TransactionEvent.REPORTED, ROLLING_BACK, COMPLETED);
        row(table, ROLLING_BACK, TransactionEvent.ORDER_FAILED, ROLLING_BACK);
        row(table, ROLLING_BACK, TransactionEvent.REDELIVERY_DUE, ROLLING_BACK);
        row(table, ROLLING_BACK, TransactionEvent.ADOPTED, ROLLING_BACK);
        row(table, ROLLING_BACK, TransactionEvent.RESOLVED, COMPLETED);

        row(table, COMPLETED, TransactionEvent.ADOPTED, COMMITTING, ROLLING_BACK);
        row(table, COMPLETED, TransactionEvent.RESOLVED, COMPLETED);
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
