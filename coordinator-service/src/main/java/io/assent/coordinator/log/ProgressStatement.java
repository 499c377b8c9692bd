package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.log.DecideStatement.Micros;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Records what became of branches, for many transactions in one statement. Rows are locked in order of their ids before
 * they are read, so that an execution which was adopted meanwhile is never lost; a transaction that holds one which has
 * not ended stays open, whatever the recorder thought.
 *
 * <p>Partitions: the range of the ids is a condition of its own, since only that lets the server skip partitions before it
 * opens them. So the work does not grow with what is kept.
 *
 * <p>The plan is made once, when a partition may still be empty, and a range of few rows then looks as cheap as one row; a
 * batch of 256 would read all rows between its first and its last id, again for each of them. So nothing is left to choose:
 * rows are locked by their ids in one scan that joins nothing, and written as {@link DecideStatement} does it, by an insert
 * that always meets its row, since that is locked. To lock each row in a lateral sub-select, with the list beside it, would
 * be the same in theory: PostgreSQL 18 crashes on it when it has to look at a row again that another session has changed.
 *
 * <p>Where every branch has ended as ordered, which is nearly always, nothing is outstanding and nothing heuristic. To look
 * for one that has not costs less than the log's functions, which find out what is left then; they are called for the others.
 *
 * <p>It marks the decision confirmed: the recorder was given it by a clean write (R4).
 *
 * <p>Its commit waits for neither disk nor standby. What a crash takes back is learned again: the transaction is still due,
 * the orders are sent once more, and participants tell the same facts.
 */
final class ProgressStatement implements BatchStatement<ProgressStatement.Encoded> {

    /** Whether some branch of a list has not ended as ordered. */
    static final String SOME_LEFT = "jsonb_path_exists(%s, '$[*] ? (!(@.acknowledged == true))')";

    static final String SQL = """
            with clock as materialized (
                select clock_timestamp() as now, set_config('synchronous_commit', 'off', true) as for_this_statement),
            item as materialized (
                select i.id, i.branches::jsonb as branches, i.complete,
                    i.next_attempt_in * interval '1 microsecond' as next_attempt_in
                from unnest(?::uuid[], ?::text[], ?::boolean[], ?::bigint[])
                    as i (id, branches, complete, next_attempt_in)),
            held as materialized (
                select r.* from assent_transaction r where r.id = any(?) and r.id between ? and ?
                order by r.id for update of r),
            locked as materialized (
                select t.id, t.begun, t.created_at, t.verdict, t.nonce, t.decided_at, t.branches,
                    t.confirmed, t.outcome, t.completed_at, t.next_attempt_at, t.changed_at, t.resolution,
                    t.verdict is not null as decided, t.completed_at is not null as was_complete,
                    i.branches as news, i.complete as complete_to_recorder, i.next_attempt_in
                from item i join held t on t.id = i.id),
            progressed as materialized (
                select l.*, case when l.decided then assent_progressed(l.branches, l.news, clock.now)
                        else l.branches end as now_branches
                from locked l, clock),
            told as materialized (
                select p.*, %s as some_left
                from progressed p),
            seen as materialized (
                select p.*,
                    p.decided and (p.was_complete or p.complete_to_recorder) and case
                        when p.some_left then not assent_outstanding(p.now_branches, p.verdict, false)
                        else true end as complete,
                    case when p.some_left then assent_outstanding(p.now_branches, p.verdict, true)
                        else false end as never_ordered
                from told p),
            written as (
                insert into assent_transaction as t (id, begun, created_at, verdict, nonce, decided_at, branches,
                    confirmed, outcome, completed_at, next_attempt_at, changed_at)
                select s.id, s.begun, s.created_at, s.verdict, s.nonce, s.decided_at, s.now_branches,
                    s.confirmed or s.decided,
                    case
                        when not s.decided then s.outcome
                        -- A person closed it before every fact was here: it stays heuristic, and becomes more exact.
                        when s.resolution is not null then
                            coalesce(assent_outcome(s.now_branches, s.verdict, false), s.outcome)
                        when s.some_left then assent_outcome(s.now_branches, s.verdict, s.complete)
                        when s.complete then
                            case s.verdict when 'COMMIT' then 'COMMITTED' else 'ROLLED_BACK' end
                        end,
                    case
                        when not s.decided or s.was_complete then s.completed_at
                        when s.complete then clock.now end,
                    case
                        when not s.decided or s.was_complete then s.next_attempt_at
                        when s.complete then null
                        when s.next_attempt_in is not null then clock.now + s.next_attempt_in
                        when s.complete_to_recorder or s.never_ordered then coalesce(s.next_attempt_at, clock.now)
                        end,
                    case when s.decided and ((s.complete and not s.was_complete) or not s.confirmed)
                        then clock.now else s.changed_at end
                from seen s, clock order by s.id
                on conflict (id) do update set
                    (branches, confirmed, outcome, completed_at, next_attempt_at, changed_at) =
                    (excluded.branches, excluded.confirmed, excluded.outcome, excluded.completed_at,
                        excluded.next_attempt_at, excluded.changed_at)
                returning %s)
            select t.id as item, t.* from written t
            union all
            select i.id, t.* from item i left join written t on false
            where not exists (select from locked l where l.id = i.id)
            """.formatted(SOME_LEFT.formatted("p.now_branches"), Rows.COLUMNS);

    private final BiConsumer<TransactionId, UnreadableRowException> unreadable;

    ProgressStatement(BiConsumer<TransactionId, UnreadableRowException> unreadable) {
        this.unreadable = unreadable;
    }

    @Override
    public Map<TransactionId, Reply> execute(Connection connection, List<Encoded> batch) throws SQLException {
        connection.clearWarnings();
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            bind(connection, statement, batch);
            try (ResultSet rows = statement.executeQuery()) {
                String warning = Warnings.after(connection, statement);
                Map<TransactionId, Reply> replies = new HashMap<>();
                while (rows.next()) {
                    TransactionId id = new TransactionId(rows.getObject("item", UUID.class));
                    replies.put(id, warning == null ? reply(id, rows) : Replies.indeterminate(warning));
                }
                return replies;
            }
        }
    }

    /** @param batch sorted by id */
    static void bind(Connection connection, PreparedStatement statement, List<Encoded> batch) throws SQLException {
        int n = batch.size();
        UUID[] ids = new UUID[n];
        String[] branches = new String[n];
        Boolean[] complete = new Boolean[n];
        @Nullable Long[] nextAttempts = new Long[n];
        for (int i = 0; i < n; i++) {
            Progress progress = batch.get(i).progress();
            ids[i] = progress.id().value();
            branches[i] = batch.get(i).branches();
            complete[i] = progress.complete();
            nextAttempts[i] = progress.nextAttemptIn() == null ? null : Micros.of(progress.nextAttemptIn());
        }
        statement.setArray(1, connection.createArrayOf("uuid", ids));
        statement.setArray(2, connection.createArrayOf("text", branches));
        statement.setArray(3, connection.createArrayOf("bool", complete));
        statement.setArray(4, connection.createArrayOf("int8", nextAttempts));
        statement.setArray(5, connection.createArrayOf("uuid", ids));
        statement.setObject(6, ids[0]);
        statement.setObject(7, ids[n - 1]);
    }

    private Reply reply(TransactionId id, ResultSet row) throws SQLException {
        if (row.getObject("id") == null) {
            return Replies.nothing(Status.ABSENT);
        }
        try {
            TransactionRecord now = Rows.written(row);
            return now.decision() == null ? Replies.there(Status.CONFLICT, now) : Replies.ok(now, true);
        } catch (UnreadableRowException e) {
            unreadable.accept(id, e);
            return Replies.unreadable(e.getMessage());
        }
    }

    /** Progress whose branches were written as JSON by the caller's thread. */
    record Encoded(Progress progress, String branches) implements Item {

        static Encoded of(Progress progress) {
            return new Encoded(progress, BranchJson.writeProgress(progress.branches()));
        }

        @Override
        public TransactionId id() {
            return progress.id();
        }
    }
}
