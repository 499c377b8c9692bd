package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.log.DecideStatement.Micros;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The writes that prepare a decision or follow it: each locks its row, looks, writes and commits. Each writes also when it
 * changes nothing, so that its commit waits for the standby and what it returns may be told (R4). Only what belongs to
 * somebody else is left as it is, and nothing of it is returned.
 *
 * <p>Blocks; thread-safe.
 */
final class ShortTransactions {

    /** Whoever adopts a branch orders its end at once; should that instance die, another one takes over after this. */
    private static final Duration ADOPTED_NEXT_ATTEMPT_IN = Duration.ofSeconds(5);

    private final DataSource pool;
    private final ConnectionVerifier verifier;
    private final LogProperties properties;
    private final BiConsumer<TransactionId, UnreadableRowException> unreadable;

    /** @param pool of verified connections (L4) */
    ShortTransactions(
            DataSource pool,
            ConnectionVerifier verifier,
            LogProperties properties,
            BiConsumer<TransactionId, UnreadableRowException> unreadable) {
        this.pool = pool;
        this.verifier = verifier;
        this.properties = properties;
        this.unreadable = unreadable;
    }

    Reply begin(NewTransaction begin) {
        String name = BranchJson.text(begin.name());
        return inTransaction(begin.id(), connection -> {
            TransactionRecord inserted = insert(connection, begin, name);
            if (inserted != null) {
                return Replies.begun(inserted, true, begin.token());
            }
            Locked locked = lock(connection, begin.id());
            if (locked.row() == null) {
                return locked.heldIn() != null ? Replies.held() : notBegun(begin.id(), locked);
            }
            if (!locked.row().belongsTo(begin.owner())) {
                return Replies.nothing(Status.FOREIGN);
            }
            TransactionRecord there = touch(connection, begin.id());
            boolean equal = there.begun()
                    && there.decision() == null
                    && Objects.equals(there.name(), name)
                    && there.createdAt()
                            .plusNanos(1_000 * Micros.of(begin.timeout()))
                            .equals(there.deadline());
            if (!equal) {
                return Replies.there(Status.CONFLICT, there);
            }
            // Operators may see everybody's transactions, but that is not to take part in them.
            boolean own = Objects.equals(there.owner(), begin.owner());
            return Replies.begun(there, false, own ? token(connection, begin.id()) : null);
        });
    }

    /** The one that was written first. It never changes, so of a row that is locked here it is known to be replicated. */
    private static @Nullable TransactionToken token(Connection connection, TransactionId id) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select t.token from assent_transaction t where t.id = ?")) {
            statement.setObject(1, id.value());
            try (ResultSet row = statement.executeQuery()) {
                String token = row.next() ? row.getString("token") : null;
                return token == null ? null : token(token);
            }
        }
    }

    private static TransactionToken token(String text) {
        try {
            return new TransactionToken(text);
        } catch (IllegalArgumentException e) {
            throw new UnreadableRowException("its token is not one of ours", e);
        }
    }

    private @Nullable TransactionRecord insert(Connection connection, NewTransaction begin, @Nullable String name)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into assent_transaction as t
                    (id, name, begun, created_at, deadline, next_attempt_at, changed_at, owner, token)
                select ?, ?, true, c.now, c.now + c.timeout, c.now + c.timeout, c.now, ?, ?
                from (select clock_timestamp() as now, ? * interval '1 microsecond' as timeout,
                    timestamptz 'epoch' + ? * interval '1 millisecond' as made) c, assent_log_range r
                where c.made between c.now - ? * interval '1 millisecond' and c.now + ? * interval '1 millisecond'
                    and c.made >= r.forgotten_before and c.made < r.made_until
                    and not coalesce(?::uuid >= assent_ring_end(?::text[]), false)
                    and not exists (select from assent_log_epoch e
                        where e.ended_at is null and c.made >= e.held_from and c.made < e.held_until)
                on conflict (id) do nothing
                returning %s
                """.formatted(Rows.COLUMNS))) {
            statement.setObject(1, begin.id().value());
            statement.setString(2, name);
            statement.setString(3, begin.owner());
            statement.setString(4, value(begin.token()));
            statement.setLong(5, Micros.of(begin.timeout()));
            statement.setLong(6, begin.id().timestamp().toEpochMilli());
            statement.setLong(7, properties.longestLifetime().toMillis());
            statement.setLong(8, LogProperties.CLOCK_MARGIN.toMillis());
            statement.setObject(9, begin.id().value());
            statement.setArray(10, known(connection));
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? Rows.written(row) : null;
            }
        }
    }

    private static Reply notBegun(TransactionId id, Locked locked) {
        Instant made = id.timestamp();
        if (made.isAfter(locked.now().plus(LogProperties.CLOCK_MARGIN))) {
            return Replies.nothing(Status.IN_FUTURE);
        }
        if (!made.isBefore(locked.madeUntil())) {
            return Replies.noPartition(id);
        }
        return Replies.nothing(made.isAfter(locked.now()) ? Status.IN_FUTURE : Status.TOO_OLD);
    }

    Reply enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        return inTransaction(id, connection -> {
            Locked locked = lock(connection, id, token);
            TransactionRecord row = locked.row();
            if (row == null) {
                Instant oldest = locked.now().minus(properties.longestLifetime());
                boolean tooOld =
                        id.timestamp().isBefore(oldest) || id.timestamp().isBefore(locked.forgottenBefore());
                return Replies.nothing(tooOld ? Status.TOO_OLD : Status.ABSENT);
            }
            Instant deadline = row.deadline();
            if (row.decision() != null
                    || row.closedAt() != null
                    || !row.begun()
                    || (deadline != null && !deadline.isAfter(locked.now()))) {
                return Replies.there(Status.CLOSED, touch(connection, id));
            }
            Branch there = row.branches().stream()
                    .filter(b -> b.id().equals(branch.id()))
                    .findFirst()
                    .orElse(null);
            if (there == null) {
                if (row.branches().size() >= properties.maxBranches()) {
                    return Replies.there(Status.FULL, touch(connection, id));
                }
                List<Branch> more = new ArrayList<>(row.branches());
                more.add(fresh(branch).enlistedAt(locked.now()));
                return Replies.ok(writeBranches(connection, id, more), true);
            }
            boolean voteKnown = there.vote() != Vote.PENDING;
            boolean voteAsked = branch.vote() != Vote.PENDING;
            if (!there.participant().equals(branch.participant())
                    || !Objects.equals(there.url(), branch.url())
                    || !Objects.equals(there.ref(), branch.ref())
                    || (voteKnown && voteAsked && there.vote() != branch.vote())) {
                return Replies.there(Status.CONFLICT, touch(connection, id));
            }
            if (voteKnown || !voteAsked) {
                return Replies.ok(touch(connection, id), false);
            }
            List<Branch> voted = row.branches().stream()
                    .map(b -> b == there ? b.withVote(branch.vote(), branch.lastError()) : b)
                    .toList();
            return Replies.ok(writeBranches(connection, id, voted), false);
        });
    }

    Reply close(TransactionId id, @Nullable List<ExpectedBranch> expected, @Nullable String owner) {
        return inTransaction(id, connection -> {
            TransactionRecord row = lock(connection, id).row();
            if (row == null) {
                return Replies.nothing(Status.ABSENT);
            }
            if (!row.belongsTo(owner)) {
                return Replies.nothing(Status.FOREIGN);
            }
            if (row.decision() != null || row.closedAt() != null) {
                return Replies.ok(touch(connection, id), false);
            }
            try (PreparedStatement statement = connection.prepareStatement("""
                    update assent_transaction t
                    set closed_at = c.now, changed_at = c.now, expected = ?::jsonb
                    from (select clock_timestamp() as now) c where t.id = ?
                    returning %s
                    """.formatted(Rows.COLUMNS))) {
                statement.setString(1, expected == null ? null : BranchJson.writeExpected(expected));
                statement.setObject(2, id.value());
                return Replies.ok(one(statement), true);
            }
        });
    }

    Reply adopt(TransactionId id, List<Branch> branches) {
        return inTransaction(id, connection -> {
            Locked locked = lock(connection, id);
            TransactionRecord row = locked.row();
            if (row == null) {
                return Replies.nothing(Status.ABSENT);
            }
            if (row.decision() == null) {
                return Replies.there(Status.CONFLICT, touch(connection, id));
            }
            List<Branch> all = new ArrayList<>(row.branches());
            for (Branch branch : branches) {
                if (all.stream().noneMatch(b -> b.id().equals(branch.id()) && Objects.equals(b.ref(), branch.ref()))) {
                    all.add(fresh(branch).enlistedAt(locked.now()));
                }
            }
            if (all.size() == row.branches().size()) {
                return Replies.ok(touch(connection, id), false);
            }
            if (all.size() > properties.maxBranches()) {
                return Replies.there(Status.FULL, touch(connection, id));
            }
            try (PreparedStatement statement = connection.prepareStatement("""
                    update assent_transaction t
                    set branches = n.branches, outcome = assent_outcome(n.branches, t.verdict, false),
                        completed_at = null, resolution = null,
                        next_attempt_at = least(t.next_attempt_at, c.now + ? * interval '1 microsecond'),
                        changed_at = case when t.completed_at is null then t.changed_at else c.now end
                    from (select clock_timestamp() as now) c, (select ?::jsonb as branches) n where t.id = ?
                    returning %s
                    """.formatted(Rows.COLUMNS))) {
                statement.setLong(1, Micros.of(ADOPTED_NEXT_ATTEMPT_IN));
                statement.setString(2, BranchJson.write(all, null));
                statement.setObject(3, id.value());
                return Replies.ok(one(statement), true);
            }
        });
    }

    Reply resolve(TransactionId id, String reason) {
        String resolution = BranchJson.text(reason);
        return inTransaction(id, connection -> {
            TransactionRecord row = lock(connection, id).row();
            if (row == null) {
                return Replies.nothing(Status.ABSENT);
            }
            if (row.completedAt() != null && Objects.equals(row.resolution(), resolution)) {
                return Replies.ok(touch(connection, id), false);
            }
            if (row.outcome() == null || !row.outcome().heuristic() || row.completedAt() != null) {
                return Replies.there(Status.CONFLICT, touch(connection, id));
            }
            try (PreparedStatement statement = connection.prepareStatement("""
                    update assent_transaction t
                    set completed_at = c.now, changed_at = c.now, next_attempt_at = null, resolution = ?
                    from (select clock_timestamp() as now) c where t.id = ?
                    returning %s
                    """.formatted(Rows.COLUMNS))) {
                statement.setString(1, resolution);
                statement.setObject(2, id.value());
                return Replies.ok(one(statement), true);
            }
        });
    }

    /**
     * A person decides a transaction that is held. CONFLICT if it is decided, ABSENT if it is not held. The next recovery
     * pass of any instance delivers the decision.
     *
     * @param branches executions known to the person; with none, those that are recorded
     */
    Reply settle(TransactionId id, Decision decision, List<Branch> branches, String reason) {
        String why = BranchJson.text(reason);
        return inTransaction(id, connection -> {
            Locked locked = lock(connection, id);
            TransactionRecord row = locked.row();
            if (row != null && row.decision() != null) {
                return Replies.there(Status.CONFLICT, touch(connection, id));
            }
            if (locked.heldIn() == null) {
                return Replies.nothing(Status.ABSENT);
            }
            audit(connection, id, locked.heldIn(), decision, why);
            List<Branch> named = branches.isEmpty() && row != null ? row.branches() : branches;
            try (PreparedStatement statement = connection.prepareStatement("""
                    insert into assent_transaction as t (id, begun, created_at, verdict, nonce, decided_at, reason, branches,
                        next_attempt_at, changed_at)
                    select ?, false, c.now, ?, (random() * 9e18)::bigint, c.now, ?, ?::jsonb, c.now, c.now
                    from (select clock_timestamp() as now) c
                    on conflict (id) do update set verdict = excluded.verdict, nonce = excluded.nonce,
                        decided_at = excluded.decided_at, reason = excluded.reason,
                        branches = assent_merged(t.branches, excluded.branches),
                        next_attempt_at = excluded.next_attempt_at, changed_at = excluded.changed_at
                        where t.verdict is null
                    returning %s
                    """.formatted(Rows.COLUMNS))) {
                statement.setObject(1, id.value());
                statement.setString(2, decision.name());
                statement.setString(3, "decided by an operator after the log was restored: " + why);
                statement.setString(4, BranchJson.write(named, decision));
                return Replies.ok(one(statement), true);
            }
        });
    }

    private static void audit(
            Connection connection, TransactionId id, int epoch, Decision decision, @Nullable String reason)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into assent_log_settlement (id, epoch, decision, reason, settled_at)
                values (?, ?, ?, ?, clock_timestamp())
                """)) {
            statement.setObject(1, id.value());
            statement.setInt(2, epoch);
            statement.setString(3, decision.name());
            statement.setString(4, reason);
            statement.executeUpdate();
        }
    }

    /** Nothing has been ordered yet, whatever the caller says: membership comes with the decision only. */
    private static Branch fresh(Branch b) {
        return Branch.named(b.id(), b.participant(), b.url(), b.ref(), b.vote(), b.lastError());
    }

    private static TransactionRecord writeBranches(Connection connection, TransactionId id, List<Branch> branches)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update assent_transaction t set branches = ?::jsonb where t.id = ? returning " + Rows.COLUMNS)) {
            statement.setString(1, BranchJson.write(branches, null));
            statement.setObject(2, id.value());
            return one(statement);
        }
    }

    /** Writes without changing anything: what it returns was replicated when the commit is through (R4). */
    private static TransactionRecord touch(Connection connection, TransactionId id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "update assent_transaction t set asked = t.asked where t.id = ? returning " + Rows.COLUMNS)) {
            statement.setObject(1, id.value());
            return one(statement);
        }
    }

    private static TransactionRecord one(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new IllegalStateException("a row that is locked here was not there to be updated");
            }
            return Rows.written(row);
        }
    }

    private Array known(Connection connection) throws SQLException {
        return connection.createArrayOf("text", verifier.ring().known());
    }

    private static @Nullable String value(@Nullable TransactionToken token) {
        return token == null ? null : token.value();
    }

    private Locked lock(Connection connection, TransactionId id) throws SQLException {
        return lock(connection, id, null);
    }

    /**
     * @param token null: it is not looked at. Of a row with another one, or with none, nothing is read here, and it is not
     *     locked: so nothing that follows can tell it from one that is not there
     * @throws LogRefusedException if the transaction may be in a log that this instance does not know
     */
    private Locked lock(Connection connection, TransactionId id, @Nullable TransactionToken token) throws SQLException {
        TransactionRecord row = null;
        try (PreparedStatement statement = connection.prepareStatement("select " + Rows.COLUMNS
                + " from assent_transaction t where t.id = ? and (?::text is null or t.token = ?) for update")) {
            statement.setObject(1, id.value());
            statement.setString(2, value(token));
            statement.setString(3, value(token));
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    row = Rows.read(rows);
                }
            }
        }
        // After the lock was given: waiting for it may have taken the rest of a deadline.
        try (PreparedStatement statement = connection.prepareStatement("""
                select clock_timestamp() as now, r.forgotten_before, r.made_until,
                    coalesce(?::uuid >= assent_ring_end(?::text[]), false) as elsewhere,
                    (select max(e.epoch) from assent_log_epoch e where e.ended_at is null
                        and p.made >= e.held_from and p.made < e.held_until) as held_in
                from assent_log_range r,
                    (select timestamptz 'epoch' + ? * interval '1 millisecond' as made) p where r.only_one
                """)) {
            statement.setObject(1, id.value());
            statement.setArray(2, known(connection));
            statement.setLong(3, id.timestamp().toEpochMilli());
            try (ResultSet clock = statement.executeQuery()) {
                clock.next();
                if (clock.getBoolean("elsewhere")) {
                    throw new LogRefusedException(Replies.otherLogMayHave(id));
                }
                return new Locked(
                        row,
                        Rows.mandatory(Rows.instant(clock, "now")),
                        Rows.mandatory(Rows.instant(clock, "forgotten_before")),
                        Rows.mandatory(Rows.instant(clock, "made_until")),
                        clock.getObject("held_in", Integer.class));
            }
        }
    }

    private Reply inTransaction(TransactionId id, Work work) {
        Connection connection;
        try {
            connection = pool.getConnection();
        } catch (SQLException e) {
            return Replies.unavailable(Causes.text(e));
        }
        boolean committing = false;
        try (connection) {
            connection.setAutoCommit(false);
            Reply reply = work.in(connection);
            connection.clearWarnings();
            committing = true;
            connection.commit();
            String doubt = Warnings.after(connection);
            if (doubt == null) {
                connection.setAutoCommit(true);
                doubt = verifier.doubt(connection);
            }
            return doubt == null ? reply : Replies.indeterminate(doubt);
        } catch (SQLException e) {
            // Before the commit was sent, and after a definite refusal, nothing can have been written.
            return committing && SqlFailure.of(e) == SqlFailure.UNKNOWN
                    ? Replies.indeterminate(GroupWriter.describe(e))
                    : Replies.unavailable(GroupWriter.describe(e));
        } catch (UnreadableRowException e) {
            unreadable.accept(id, e);
            return Replies.unreadable(e.getMessage());
        }
    }

    /**
     * @param row as it is now that it is locked; null if there is none
     * @param forgottenBefore ids made before may have been dropped
     * @param madeUntil there are partitions for ids made before
     * @param heldIn the epoch in which ids of this time are held; null if they are not
     */
    private record Locked(
            @Nullable TransactionRecord row,
            Instant now,
            Instant forgottenBefore,
            Instant madeUntil,
            @Nullable Integer heldIn) {}

    private interface Work {

        Reply in(Connection connection) throws SQLException;
    }
}
