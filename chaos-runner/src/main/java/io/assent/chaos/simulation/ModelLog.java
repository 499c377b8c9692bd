package io.assent.chaos.simulation;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.Branches;
import io.assent.coordinator.protocol.Execution;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.Outcomes;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A primary and a standby. A write happens on the primary at once and is visible there; its caller hears OK only when the
 * standby has it. While the standby is stalled callers hear INDETERMINATE; when it is promoted, what it did not have is
 * gone, though it could be read a moment ago (L5). Progress does not wait for the standby: it gets there with the next write
 * that does.
 */
final class ModelLog {

    private final World world;
    private final Checker checker;
    private final Duration longestLifetime;
    private final Duration retention;
    private final Set<TransactionId> poisoned = new HashSet<>();
    private Map<TransactionId, Row> oldPrimary = Map.of();
    private long oldPrimaryUntil;
    private Map<TransactionId, Row> primary = new LinkedHashMap<>();
    private final Map<TransactionId, Row> standby = new LinkedHashMap<>();
    private final Set<TransactionId> unreplicated = new LinkedHashSet<>();
    private final Set<TransactionId> overwritten = new HashSet<>();
    private boolean stalled;

    /** One row; never changed once it is in a table. */
    private static final class Row implements Cloneable {
        TransactionId id;

        @Nullable
        String name;

        boolean begun;
        Instant createdAt;

        @Nullable
        Instant deadline;

        @Nullable
        Instant closedAt;

        @Nullable
        List<ExpectedBranch> expected;

        @Nullable
        Decision decision;

        long nonce;
        boolean confirmed;

        @Nullable
        Instant decidedAt;

        @Nullable
        String reason;

        List<Branch> branches = List.of();
        int asked;

        @Nullable
        Outcome outcome;

        @Nullable
        Instant completedAt;

        int attempts;

        @Nullable
        Instant nextAttemptAt;

        @Nullable
        String resolution;

        @Nullable
        String owner;

        @Nullable
        TransactionToken token;

        Row(TransactionId id, Instant createdAt) {
            this.id = id;
            this.createdAt = createdAt;
        }

        Row copy() {
            try {
                return (Row) clone();
            } catch (CloneNotSupportedException e) {
                throw new IllegalStateException(e);
            }
        }

        TransactionRecord record() {
            return new TransactionRecord(
                    id,
                    name,
                    begun,
                    createdAt,
                    deadline,
                    closedAt,
                    expected,
                    decision,
                    confirmed,
                    decidedAt,
                    reason,
                    branches,
                    asked,
                    outcome,
                    completedAt,
                    attempts,
                    nextAttemptAt,
                    createdAt,
                    resolution,
                    owner);
        }
    }

    private record Key(BranchId branch, @Nullable BranchRef ref) {
        static Key of(Branch branch) {
            return new Key(branch.id(), branch.ref());
        }
    }

    /** How far ahead of the database's clock an id may lie; five minutes in production. */
    static final Duration MARGIN = Duration.ofSeconds(2);

    /** @param retention how long what is complete is kept */
    ModelLog(World world, Checker checker, Duration longestLifetime, Duration retention) {
        this.world = world;
        this.checker = checker;
        this.longestLifetime = longestLifetime;
        this.retention = retention;
    }

    // ---- what happens to it

    void stall() {
        stalled = true;
        world.trace(() -> "log: the standby is stalled");
    }

    void heal() {
        stalled = false;
        replicate();
        world.trace(() -> "log: the standby has caught up");
    }

    /** @param oldStaysUp how long the old primary still answers reads (L5, L6) */
    void failOver(Duration oldStaysUp) {
        oldPrimary = primary;
        oldPrimaryUntil = world.time() + oldStaysUp.toNanos();
        for (TransactionId id : unreplicated) {
            Row lost = Objects.requireNonNull(primary.get(id));
            Row kept = standby.get(id);
            world.statistics.count(
                    lost.decision == null
                            ? "log: undecided row lost"
                            : lost.completedAt != null
                                            && kept != null
                                            && kept.decision != null
                                            && kept.completedAt == null
                                    ? "log: completion lost"
                                    : "log: row with decision lost or set back");
        }
        primary = new LinkedHashMap<>(standby);
        unreplicated.clear();
        stalled = false;
        world.trace(() -> "log: the standby is promoted");
    }

    /** A row becomes unreadable. */
    void poison(TransactionId id) {
        poisoned.add(id);
        world.statistics.count("log: row poisoned");
        world.trace(() -> "log: the row of " + Checker.brief(id) + " is unreadable");
    }

    Set<TransactionId> poisoned() {
        return poisoned;
    }

    void repair() {
        poisoned.clear();
    }

    /** What is complete and older than the retention goes (R9). One run of one coordinator's cleanup. */
    void forget(Process coordinator) {
        if (stalled || !coordinator.up()) {
            return;
        }
        replicate();
        Instant horizon = world.now().minus(retention);
        for (Row row : List.copyOf(primary.values())) {
            if (row.completedAt != null
                    && row.completedAt.isBefore(horizon)
                    && row.id.timestamp().isBefore(horizon)) {
                if (world.reached(CrashPoint.COORDINATOR_CLEANUP, coordinator, row.id)) {
                    return;
                }
                world.statistics.count("log: row forgotten");
                primary.remove(row.id);
                standby.remove(row.id);
                unreplicated.remove(row.id);
            }
        }
    }

    private void replicate() {
        for (TransactionId id : unreplicated) {
            Row row = Objects.requireNonNull(primary.get(id));
            standby.put(id, row);
            if (row.decision != null) {
                checker.stands(row.record());
            }
            if (row.completedAt != null && row.resolution == null) {
                checker.forgotten(row.record());
            }
        }
        unreplicated.clear();
    }

    Collection<TransactionRecord> rows() {
        return primary.values().stream().map(Row::record).toList();
    }

    boolean knows(TransactionId id, Execution execution) {
        Row row = primary.get(id);
        return row != null
                && row.branches.stream().anyMatch(branch -> Execution.of(branch).equals(execution));
    }

    /** The port as one incarnation of a coordinator holds it. */
    DecisionLog connect(Process coordinator) {
        return new Connection(coordinator);
    }

    /** The next decision of this transaction overwrites what is there. For wrong twins only. */
    void overwriteNext(TransactionId id) {
        overwritten.add(id);
    }

    /** Makes every undecided row due. For a wrong twin only. */
    void hurry() {
        primary.replaceAll((id, row) -> {
            if (row.decision != null) {
                return row;
            }
            Row due = row.copy();
            due.nextAttemptAt = world.now();
            return due;
        });
    }

    private void put(Row row) {
        primary.put(row.id, row);
        unreplicated.add(row.id);
    }

    private final class Connection implements DecisionLog {

        private final Process owner;
        private final int incarnation;

        Connection(Process owner) {
            this.owner = owner;
            this.incarnation = owner.epoch();
        }

        /** Executes a write now or not at all, and says what became of it as far as that can be known. */
        private CompletionStage<Reply> write(String what, TransactionId id, Supplier<Reply> statement) {
            return write(what, id, null, null, true, statement);
        }

        /**
         * The same with a crash point before it is sent, and one when the reply is there but unread.
         *
         * @param waits until the standby has it
         */
        private CompletionStage<Reply> write(
                String what,
                TransactionId id,
                @Nullable CrashPoint before,
                @Nullable CrashPoint after,
                boolean waits,
                Supplier<Reply> statement) {
            CompletableFuture<Reply> future = new CompletableFuture<>();
            if (!owner.lives(incarnation) || (before != null && world.reached(before, owner, id))) {
                return future;
            }
            int epoch = incarnation;
            world.later(latency(), null, () -> {
                Reply reply;
                if (world.chance(world.faults.logUnavailable())) {
                    reply = new Reply(Status.UNAVAILABLE, null, false, "simulated");
                } else if (world.chance(world.faults.logUnknown() / 2)) {
                    reply = new Reply(Status.INDETERMINATE, null, false, "request lost");
                } else if (poisoned.contains(id)) {
                    reply = new Reply(Status.UNREADABLE, null, false, "unreadable row");
                } else {
                    reply = statement.get();
                    if (stalled && waits) {
                        reply = new Reply(Status.INDETERMINATE, null, false, "wait cancelled");
                    } else {
                        if (waits) {
                            replicate();
                        }
                        if (world.chance(world.faults.logUnknown() / 2)) {
                            reply = new Reply(Status.INDETERMINATE, null, false, "reply lost");
                        }
                    }
                }
                Reply told = reply;
                world.statistics.count("log: " + told.status());
                world.trace(() -> "log: " + what + " of " + Checker.brief(id) + " by " + owner.name + ": "
                        + told.status()
                        + (told.record() == null ? "" : " " + told.record().decision()));
                deliver(epoch, () -> {
                    if (after == null || !world.reached(after, owner, id)) {
                        future.complete(told);
                    }
                });
            });
            return future;
        }

        private void deliver(int epoch, Runnable reply) {
            world.later(latency(), null, () -> {
                if (owner.lives(epoch)) {
                    world.later(Duration.ZERO, owner, reply);
                }
            });
        }

        private Duration latency() {
            return Duration.ofNanos(1_000L * world.between(100, 1_500));
        }

        private Reply ok(Row row, boolean changed) {
            return new Reply(Status.OK, row.record(), changed, null);
        }

        private Reply begun(Row row, boolean changed, boolean own) {
            return new Reply(Status.OK, row.record(), changed, null, own ? row.token : null);
        }

        private boolean tooOld(TransactionId id) {
            return id.timestamp().plus(longestLifetime).isBefore(world.now());
        }

        private boolean inFuture(TransactionId id) {
            return id.timestamp().isAfter(world.now().plus(MARGIN));
        }

        @Override
        public CompletionStage<Reply> begin(NewTransaction wanted) {
            return write(
                    "begin",
                    wanted.id(),
                    CrashPoint.COORDINATOR_BEFORE_BEGIN,
                    CrashPoint.COORDINATOR_AFTER_BEGIN,
                    true,
                    () -> {
                        Row row = primary.get(wanted.id());
                        if (foreign(row, wanted.owner())) {
                            return new Reply(Status.FOREIGN, null, false, null);
                        }
                        if (row != null) {
                            return row.begun && row.decision == null
                                    ? begun(row, false, Objects.equals(row.owner, wanted.owner()))
                                    : new Reply(Status.CONFLICT, row.record(), false, null);
                        }
                        if (tooOld(wanted.id())) {
                            return new Reply(Status.TOO_OLD, null, false, null);
                        }
                        if (inFuture(wanted.id())) {
                            return new Reply(Status.IN_FUTURE, null, false, null);
                        }
                        Row begun = new Row(wanted.id(), world.now());
                        begun.begun = true;
                        begun.name = wanted.name();
                        begun.owner = wanted.owner();
                        begun.token = wanted.token();
                        begun.deadline = world.now().plus(wanted.timeout());
                        begun.nextAttemptAt = begun.deadline;
                        put(begun);
                        return begun(begun, true, true);
                    });
        }

        @Override
        public CompletionStage<Reply> enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
            return write(
                    "enlist " + branch.id(),
                    id,
                    CrashPoint.COORDINATOR_BEFORE_ENLIST,
                    CrashPoint.COORDINATOR_AFTER_ENLIST,
                    true,
                    () -> {
                        Row row = primary.get(id);
                        if (row == null || (token != null && !token.equals(row.token))) {
                            return new Reply(tooOld(id) ? Status.TOO_OLD : Status.ABSENT, null, false, null);
                        }
                        boolean late = row.deadline != null && !world.now().isBefore(row.deadline);
                        if (row.decision != null || row.closedAt != null || late) {
                            return new Reply(Status.CLOSED, row.record(), false, null);
                        }
                        for (Branch there : row.branches) {
                            if (there.id().equals(branch.id())) {
                                return Objects.equals(there.ref(), branch.ref())
                                        ? ok(row, false)
                                        : new Reply(Status.CONFLICT, row.record(), false, null);
                            }
                        }
                        Row grown = row.copy();
                        grown.branches = new ArrayList<>(row.branches);
                        grown.branches.add(branch);
                        put(grown);
                        return ok(grown, true);
                    });
        }

        @Override
        public CompletionStage<Reply> close(
                TransactionId id, @Nullable List<ExpectedBranch> expected, @Nullable String owner) {
            return write("close", id, () -> {
                Row row = primary.get(id);
                if (row == null) {
                    return new Reply(Status.ABSENT, null, false, null);
                }
                if (foreign(row, owner)) {
                    return new Reply(Status.FOREIGN, null, false, null);
                }
                Row closed = row.copy();
                if (row.decision == null && row.closedAt == null) {
                    closed.closedAt = world.now();
                    closed.expected = expected;
                }
                put(closed);
                return ok(closed, row.closedAt == null);
            });
        }

        @Override
        public CompletionStage<Reply> decide(Proposal proposal) {
            return write(
                    "decide " + proposal.decision(),
                    proposal.id(),
                    CrashPoint.COORDINATOR_BEFORE_DECIDE,
                    CrashPoint.COORDINATOR_DECIDE_UNREAD,
                    true,
                    () -> decideNow(proposal));
        }

        private Reply decideNow(Proposal proposal) {
            Row row = primary.get(proposal.id());
            if (foreign(row, proposal.owner())) {
                return new Reply(Status.FOREIGN, null, false, null);
            }
            boolean overwrite = overwritten.remove(proposal.id());
            if (row != null && row.decision != null && !overwrite) {
                Row asked = row.copy();
                asked.asked++;
                put(asked);
                return ok(asked, row.nonce == proposal.nonce());
            }
            if (row == null && inFuture(proposal.id())) {
                return new Reply(Status.IN_FUTURE, null, false, null);
            }
            boolean forgotten = proposal.id().timestamp().isBefore(world.now().minus(retention));
            if (row == null && (proposal.decision() == Decision.COMMIT ? tooOld(proposal.id()) : forgotten)) {
                return new Reply(Status.TOO_OLD, null, false, null);
            }
            Row next = row == null ? new Row(proposal.id(), world.now()) : row.copy();
            if (row == null) {
                next.owner = proposal.owner();
            }
            Decision decision = proposal.decision();
            String reason = proposal.reason();
            if (decision == Decision.COMMIT) {
                if (passed(proposal.deadline()) || passed(next.deadline)) {
                    decision = Decision.ROLLBACK;
                    reason = "the deadline had passed";
                } else if (row != null && row.begun && row.closedAt == null) {
                    return new Reply(Status.CONFLICT, row.record(), false, null);
                } else if (row != null && row.begun && !keys(row.branches).equals(keys(proposal.branches()))) {
                    decision = Decision.ROLLBACK;
                    reason = "the enlisted branches are not those that voted";
                }
            }
            next.decision = decision;
            next.nonce = proposal.nonce();
            next.decidedAt = world.now();
            next.reason = reason;
            next.nextAttemptAt = world.now().plus(proposal.nextAttemptIn());
            Map<Key, Branch> merged = new LinkedHashMap<>();
            next.branches.forEach(branch -> merged.put(Key.of(branch), branch));
            for (Branch branch : proposal.branches()) {
                merged.put(Key.of(branch), branch);
            }
            List<Branch> decided = new ArrayList<>();
            for (Branch b : merged.values()) {
                decided.add(new Branch(
                        b.id(),
                        b.participant(),
                        b.url(),
                        b.ref(),
                        b.vote(),
                        decision == Decision.COMMIT && b.vote() == Vote.PREPARED,
                        null,
                        b.acknowledged(),
                        0,
                        null,
                        world.now(),
                        null));
            }
            next.branches = decided;
            put(next);
            return ok(next, true);
        }

        private boolean foreign(@Nullable Row row, @Nullable String asker) {
            return row != null && !row.record().belongsTo(asker);
        }

        private boolean passed(@Nullable Instant deadline) {
            return deadline != null && !world.now().isBefore(deadline);
        }

        private Set<Key> keys(List<Branch> branches) {
            Set<Key> keys = new HashSet<>();
            branches.forEach(branch -> keys.add(Key.of(branch)));
            return keys;
        }

        @Override
        public CompletionStage<Reply> adopt(TransactionId id, List<Branch> branches) {
            return write("adopt", id, () -> {
                Row row = primary.get(id);
                if (row == null || row.decision == null) {
                    return new Reply(Status.ABSENT, null, false, null);
                }
                Map<Key, Branch> merged = new LinkedHashMap<>();
                row.branches.forEach(branch -> merged.put(Key.of(branch), branch));
                branches.forEach(branch -> merged.putIfAbsent(Key.of(branch), branch));
                Row grown = row.copy();
                grown.branches = List.copyOf(merged.values());
                if (row.completedAt != null && grown.branches.size() > row.branches.size()) {
                    grown.completedAt = null;
                    grown.outcome = Outcomes.of(row.decision, grown.branches, false);
                    grown.nextAttemptAt = world.now();
                    world.statistics.count("log: adoption opened it again");
                }
                put(grown);
                return ok(grown, true);
            });
        }

        @Override
        public CompletionStage<Reply> record(Progress progress) {
            CrashPoint before = progress.complete() ? CrashPoint.COORDINATOR_BEFORE_COMPLETION : null;
            return write("record", progress.id(), before, null, false, () -> {
                Row row = primary.get(progress.id());
                if (row == null || row.decision == null) {
                    return new Reply(Status.ABSENT, null, false, null);
                }
                Map<Key, BranchProgress> news = new HashMap<>();
                progress.branches().forEach(b -> news.put(new Key(b.id(), b.ref()), b));
                List<Branch> branches = new ArrayList<>();
                for (Branch b : row.branches) {
                    BranchProgress p = news.get(Key.of(b));
                    branches.add(
                            p == null || b.acknowledged()
                                    ? b
                                    : new Branch(
                                            b.id(),
                                            b.participant(),
                                            b.url(),
                                            b.ref(),
                                            b.vote(),
                                            b.member(),
                                            p.state() == null ? b.state() : p.state(),
                                            p.acknowledged(),
                                            Math.max(b.attempts(), p.attempts()),
                                            p.lastError(),
                                            b.enlistedAt(),
                                            p.acknowledged() ? world.now() : null));
                }
                boolean open = branches.stream().anyMatch(b -> Branches.outstanding(b, branches));
                Row next = row.copy();
                next.branches = branches;
                next.confirmed = true;
                if (row.completedAt == null) {
                    if (progress.complete() && !open) {
                        next.completedAt = world.now();
                        next.nextAttemptAt = null;
                    } else if (progress.nextAttemptIn() != null) {
                        next.nextAttemptAt = world.now().plus(progress.nextAttemptIn());
                    }
                }
                Outcome outcome =
                        Outcomes.of(row.decision, branches, next.completedAt != null && row.resolution == null);
                next.outcome = outcome == null && row.resolution != null ? row.outcome : outcome;
                put(next);
                return ok(next, true);
            });
        }

        @Override
        public CompletionStage<Reply> resolve(TransactionId id, String reason) {
            return write("resolve", id, () -> {
                Row row = primary.get(id);
                if (row == null) {
                    return new Reply(Status.ABSENT, null, false, null);
                }
                if (row.completedAt != null && reason.equals(row.resolution)) {
                    return ok(row, false);
                }
                if (row.completedAt != null || row.outcome == null || !row.outcome.heuristic()) {
                    return new Reply(Status.CONFLICT, row.record(), false, null);
                }
                Row closed = row.copy();
                closed.completedAt = world.now();
                closed.nextAttemptAt = null;
                closed.resolution = reason;
                world.statistics.count("log: resolved by a person");
                put(closed);
                return ok(closed, true);
            });
        }

        @Override
        public CompletionStage<Reading> find(Collection<TransactionId> ids) {
            CompletableFuture<Reading> future = new CompletableFuture<>();
            int epoch = incarnation;
            world.later(latency(), null, () -> {
                Instant horizon = world.now().minus(retention);
                boolean stale = world.time() < oldPrimaryUntil && world.chance(0.5);
                Map<TransactionId, Row> table = stale ? oldPrimary : primary;
                if (stale) {
                    world.statistics.count("log: read from the old primary");
                }
                Map<TransactionId, TransactionRecord> found = new HashMap<>();
                boolean down = world.chance(world.faults.logUnavailable());
                if (!down) {
                    for (TransactionId id : ids) {
                        Row row = table.get(id);
                        if (row != null && !poisoned.contains(id)) {
                            found.put(id, row.record());
                        }
                    }
                }
                Set<TransactionId> unreadable = new HashSet<>(poisoned);
                unreadable.retainAll(table.keySet());
                Reading reading =
                        new Reading(down ? Status.UNAVAILABLE : Status.OK, found, unreadable, world.now(), horizon);
                deliver(epoch, () -> future.complete(reading));
            });
            return future;
        }

        @Override
        public CompletionStage<List<TransactionRecord>> claim(int limit, Duration lease) {
            CompletableFuture<List<TransactionRecord>> future = new CompletableFuture<>();
            int epoch = incarnation;
            world.later(latency(), null, () -> {
                List<TransactionRecord> claimed = new ArrayList<>();
                if (!stalled && !world.chance(world.faults.logUnavailable())) {
                    List<Row> due = primary.values().stream()
                            .filter(row -> row.completedAt == null
                                    && row.nextAttemptAt != null
                                    && !row.nextAttemptAt.isAfter(world.now()))
                            .sorted(Comparator.comparing(row -> Objects.requireNonNull(row.nextAttemptAt)))
                            .limit(limit)
                            .toList();
                    for (Row row : due) {
                        Row taken = row.copy();
                        taken.attempts++;
                        taken.nextAttemptAt = world.now().plus(lease);
                        // Read before it is known to be replicated: a claim says nothing about a decision (R4).
                        put(taken);
                        if (poisoned.contains(taken.id)) {
                            world.statistics.count("recovery: unreadable row left out");
                            continue;
                        }
                        claimed.add(taken.record());
                        world.statistics.count(row.decision == null ? "recovery: undecided" : "recovery: decided");
                    }
                    replicate();
                }
                deliver(epoch, () -> {
                    if (claimed.isEmpty()
                            || !world.reached(
                                    CrashPoint.COORDINATOR_AFTER_CLAIM,
                                    owner,
                                    claimed.get(0).id())) {
                        future.complete(claimed);
                    }
                });
            });
            return future;
        }
    }
}
