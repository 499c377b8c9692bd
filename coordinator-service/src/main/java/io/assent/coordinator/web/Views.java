package io.assent.coordinator.web;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Completion;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionState;
import io.assent.protocol.wire.BranchView;
import io.assent.protocol.wire.TimelineEntry;
import io.assent.protocol.wire.TransactionView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shows transactions to people and programs. */
final class Views {

    private Views() {}

    /**
     * @param decision the decision that may be told of it (R4), or null: whoever calls knows whether it came from a
     *     clean write
     */
    static TransactionView transaction(
            TransactionRecord transaction, @Nullable Decision decision, boolean withTimeline) {
        boolean complete = decision != null && transaction.completedAt() != null;
        return new TransactionView(
                transaction.id().toString(),
                transaction.name(),
                state(transaction, decision).name(),
                decision == null ? null : decision.name(),
                decision == null ? null : (complete ? Completion.COMPLETE : Completion.PENDING).name(),
                decision == null || transaction.outcome() == null
                        ? null
                        : transaction.outcome().name(),
                decision == Decision.ROLLBACK ? transaction.reason() : null,
                text(transaction.deadline()),
                transaction.branches().stream()
                        .map(branch -> branch(transaction, branch, decision))
                        .toList(),
                withTimeline ? timeline(transaction, decision) : null);
    }

    /** The decision of a record that was merely read: told only if it is confirmed (R4). */
    static @Nullable Decision confirmed(TransactionRecord transaction) {
        return transaction.confirmed() ? transaction.decision() : null;
    }

    private static TransactionState state(TransactionRecord transaction, @Nullable Decision decision) {
        boolean complete = transaction.completedAt() != null;
        if (decision != null) {
            return switch (decision) {
                case COMMIT -> complete ? TransactionState.COMMITTED : TransactionState.COMMITTING;
                case ROLLBACK -> complete ? TransactionState.ROLLED_BACK : TransactionState.ROLLING_BACK;
            };
        }
        // A decision that may not be told, or one that is being made. A collected transaction has a record only once
        // somebody proposed a decision.
        return transaction.decision() != null || transaction.closedAt() != null || !transaction.begun()
                ? TransactionState.PREPARING
                : TransactionState.ACTIVE;
    }

    private static BranchView branch(TransactionRecord transaction, Branch branch, @Nullable Decision decision) {
        return new BranchView(
                branch.id().toString(),
                branch.participant().toString(),
                branch.url(),
                branch.ref() == null ? null : branch.ref().toString(),
                branch.vote().name(),
                branch.state() == null ? null : branch.state().name(),
                branch.acknowledged(),
                branch.attempts(),
                branch.lastError(),
                decision == null || branch.acknowledged() ? null : text(transaction.nextAttemptAt()));
    }

    private record Event(
            Instant at,
            String name,
            @Nullable String branch,
            @Nullable String detail) {}

    private static List<TimelineEntry> timeline(TransactionRecord transaction, @Nullable Decision decision) {
        List<Event> events = new ArrayList<>();
        if (transaction.begun()) {
            events.add(new Event(transaction.createdAt(), "BEGUN", null, null));
        }
        for (Branch branch : transaction.branches()) {
            add(
                    events,
                    branch.enlistedAt(),
                    "ENLISTED",
                    branch,
                    "%s voted %s".formatted(branch.participant(), branch.vote()));
        }
        add(events, transaction.closedAt(), "COMMIT_REQUESTED", null, null);
        if (decision != null) {
            add(
                    events,
                    transaction.decidedAt(),
                    "DECIDED",
                    null,
                    transaction.reason() == null ? decision.name() : decision + ": " + transaction.reason());
            for (Branch branch : transaction.branches()) {
                add(
                        events,
                        branch.acknowledgedAt(),
                        "ACKNOWLEDGED",
                        branch,
                        branch.state() == null ? null : branch.state().name());
            }
            if (transaction.resolution() != null) {
                add(events, transaction.completedAt(), "RESOLVED", null, transaction.resolution());
            }
            add(
                    events,
                    transaction.completedAt(),
                    "COMPLETED",
                    null,
                    transaction.outcome() == null ? null : transaction.outcome().name());
        }
        // Stable: what happened in one transaction of the database keeps the order above.
        return events.stream()
                .sorted(Comparator.comparing(Event::at))
                .map(event -> new TimelineEntry(event.at().toString(), event.name(), event.branch(), event.detail()))
                .toList();
    }

    private static void add(
            List<Event> events, @Nullable Instant at, String name, @Nullable Branch branch, @Nullable String detail) {
        if (at != null) {
            events.add(new Event(at, name, branch == null ? null : branch.id().toString(), detail));
        }
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
