package io.assent.coordinator.log;

import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The commit point (R1): one conditional write for a whole batch. Every proposal that may be written writes, the losing
 * ones a counter (R4), so that the commit of the statement waits for the standby and everything it returns may be told.
 *
 * <p>Cases, for one proposal:
 *
 * <ul>
 *   <li>no row: it is inserted decided; COMMIT becomes ROLLBACK when its deadline has passed (R10); nothing is inserted for
 *       an id that is too old or lies in the future (R9);
 *   <li>a begun row, undecided: it is decided; COMMIT becomes ROLLBACK when either deadline has passed or when other
 *       executions are enlisted than the proposal names;
 *   <li>a begun row that still takes branches: COMMIT leaves it undecided (CONFLICT), since a branch could slip in between;
 *       the proposer has to close it first. Past its deadline it is rolled back;
 *   <li>a decided row: the decision stands;
 *   <li>a row of another owner than the proposal's: FOREIGN, and nothing is written, not even the counter. It is the only one
 *       that the statement does not return;
 *   <li>anything else of a time that a restored log may have lost: HELD, and nothing is written;
 *   <li>an id of a time from which there is a log that this instance does not know: nothing is written, since it may belong
 *       there.
 * </ul>
 *
 * <p>Locks: rows of ids beyond the longest lifetime are locked first, in order of ids, so that their partition cannot be
 * dropped between "there is a record" and the write. They are the smallest ids of the batch, so all locks are still taken
 * in order of ids. A forgotten transaction cannot be decided anew in any case: its partition is gone, is never made again,
 * and there is no other place for its id (R9).
 *
 * <p>Partitions: the insert opens those it writes to, and nothing else here names the table, so the plan does not grow with
 * what is kept.
 */
final class DecideStatement implements BatchStatement<DecideStatement.Encoded> {

    private static final String NO_PARTITION = "NO_PARTITION";
    private static final String OTHER_LOG = "OTHER_LOG";

    private final String sql;
    private final String[] known;
    private final BiConsumer<TransactionId, UnreadableRowException> unreadable;

    /** @param known the logs of the ring that this instance knows */
    DecideStatement(
            LogProperties properties, String[] known, BiConsumer<TransactionId, UnreadableRowException> unreadable) {
        this.known = known.clone();
        this.unreadable = unreadable;
        this.sql = """
                with clock as materialized (select clock_timestamp() as now),
                proposed as materialized (
                    select p.id, p.verdict, p.nonce, p.name, p.reason, p.branches::jsonb as branches, p.owner,
                        timestamptz 'epoch' + p.made * interval '1 millisecond' as made,
                        timestamptz 'epoch' + p.deadline * interval '1 microsecond' as deadline,
                        p.next_attempt_in * interval '1 microsecond' as next_attempt_in
                    from unnest(?::uuid[], ?::text[], ?::bigint[], ?::text[], ?::text[], ?::text[], ?::bigint[],
                            ?::bigint[], ?::bigint[], ?::text[])
                        as p (id, verdict, nonce, name, reason, branches, made, deadline, next_attempt_in, owner)),
                ring as materialized (select assent_ring_end(?::text[]) as until),
                hold as materialized (
                    select e.held_from, e.held_until from assent_log_epoch e
                    where e.ended_at is null and e.held_from is not null),
                judged as materialized (
                    select p.*, case
                        when p.id >= ring.until then 'OTHER_LOG'
                        when exists (select from hold h where p.made >= h.held_from and p.made < h.held_until)
                            and not assent_decided(p.id) then 'HELD'
                        when p.made > clock.now + interval '%3$d milliseconds'
                            and not assent_recorded(p.id, false) then 'IN_FUTURE'
                        when p.made < greatest(r.forgotten_before, clock.now - case p.verdict
                                when 'COMMIT' then interval '%1$d milliseconds' else interval '%2$d milliseconds' end)
                            and not assent_recorded(p.id, true) then 'TOO_OLD'
                        when p.made >= r.made_until then 'NO_PARTITION'
                        else 'OK' end as status
                    from proposed p, clock, ring, assent_log_range r where r.only_one),
                written as (
                    insert into assent_transaction as t (id, name, begun, created_at, deadline, verdict, nonce,
                        decided_at, reason, branches, next_attempt_at, changed_at, owner)
                    select j.id, j.name, false, clock.now, j.deadline,
                        case when j.verdict = 'COMMIT' and j.deadline <= clock.now then 'ROLLBACK' else j.verdict end,
                        j.nonce, clock.now,
                        case when j.verdict = 'COMMIT' and j.deadline <= clock.now
                            then 'the deadline had passed before the decision' else j.reason end,
                        j.branches, clock.now + j.next_attempt_in, clock.now, j.owner
                    from judged j, clock where j.status = 'OK' order by j.id
                    on conflict (id) do update set
                        (verdict, nonce, decided_at, reason, branches, next_attempt_at, changed_at, asked) = (
                            select t.verdict, t.nonce, t.decided_at, t.reason, t.branches, t.next_attempt_at,
                                t.changed_at, t.asked + 1
                            where t.verdict is not null
                                or assent_open(t.deadline, t.closed_at, excluded.verdict, excluded.decided_at)
                            union all
                            select case when r.refusal is null then excluded.verdict else 'ROLLBACK' end,
                                excluded.nonce, excluded.decided_at, coalesce(r.refusal, excluded.reason),
                                assent_merged(t.branches, excluded.branches), excluded.next_attempt_at,
                                excluded.changed_at, t.asked
                            from (select case when excluded.verdict = 'COMMIT' then assent_refusal(t.deadline,
                                t.branches, excluded.branches, excluded.decided_at) end as refusal) r
                            where t.verdict is null
                                and not assent_open(t.deadline, t.closed_at, excluded.verdict, excluded.decided_at))
                        where t.owner is null or excluded.owner is null or t.owner = excluded.owner
                    returning %4$s)
                select t.id as proposal, 'OK' as status, t.* from written t
                union all
                select j.id, j.status, t.* from judged j left join written t on false where j.status <> 'OK'
                """.formatted(
                        properties.longestLifetime().toMillis(),
                        properties.retention().toMillis(),
                        LogProperties.CLOCK_MARGIN.toMillis(),
                        Rows.COLUMNS);
    }

    @Override
    public Map<TransactionId, Reply> execute(Connection connection, List<Encoded> batch) throws SQLException {
        int n = batch.size();
        UUID[] ids = new UUID[n];
        String[] verdicts = new String[n];
        Long[] nonces = new Long[n];
        @Nullable String[] names = new String[n];
        @Nullable String[] reasons = new String[n];
        String[] branches = new String[n];
        Long[] made = new Long[n];
        @Nullable Long[] deadlines = new Long[n];
        Long[] nextAttempts = new Long[n];
        @Nullable String[] owners = new String[n];
        for (int i = 0; i < n; i++) {
            Proposal proposal = batch.get(i).proposal();
            ids[i] = proposal.id().value();
            verdicts[i] = proposal.decision().name();
            nonces[i] = proposal.nonce();
            names[i] = BranchJson.text(proposal.name());
            reasons[i] = BranchJson.text(proposal.reason());
            branches[i] = batch.get(i).branches();
            made[i] = proposal.id().timestamp().toEpochMilli();
            deadlines[i] = Micros.of(proposal.deadline());
            nextAttempts[i] = Micros.of(proposal.nextAttemptIn());
            owners[i] = proposal.owner();
        }
        // No query timeout here, ever (L2).
        connection.clearWarnings();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("uuid", ids));
            statement.setArray(2, connection.createArrayOf("text", verdicts));
            statement.setArray(3, connection.createArrayOf("int8", nonces));
            statement.setArray(4, connection.createArrayOf("text", names));
            statement.setArray(5, connection.createArrayOf("text", reasons));
            statement.setArray(6, connection.createArrayOf("text", branches));
            statement.setArray(7, connection.createArrayOf("int8", made));
            statement.setArray(8, connection.createArrayOf("int8", deadlines));
            statement.setArray(9, connection.createArrayOf("int8", nextAttempts));
            statement.setArray(10, connection.createArrayOf("text", owners));
            statement.setArray(11, connection.createArrayOf("text", known));
            try (ResultSet rows = statement.executeQuery()) {
                // Before anything in it is looked at: a warning makes all of it unknown (L1).
                String warning = Warnings.after(connection, statement);
                return warning == null ? replies(rows, batch) : indeterminate(batch, warning);
            }
        }
    }

    private Map<TransactionId, Reply> replies(ResultSet rows, List<Encoded> batch) throws SQLException {
        Map<TransactionId, Long> nonces = new HashMap<>();
        batch.forEach(encoded -> nonces.put(encoded.id(), encoded.proposal().nonce()));
        Map<TransactionId, Reply> replies = new HashMap<>();
        while (rows.next()) {
            TransactionId id = new TransactionId(rows.getObject("proposal", UUID.class));
            String said = rows.getString("status");
            if (said.equals(NO_PARTITION)) {
                replies.put(id, Replies.noPartition(id));
                continue;
            }
            if (said.equals(OTHER_LOG)) {
                replies.put(id, Replies.otherLog(id));
                continue;
            }
            Status status = Status.valueOf(said);
            if (status == Status.HELD) {
                replies.put(id, Replies.held());
                continue;
            }
            if (status != Status.OK) {
                replies.put(id, Replies.nothing(status));
                continue;
            }
            try {
                boolean stands = Long.valueOf(rows.getLong("nonce")).equals(nonces.get(id));
                TransactionRecord written = Rows.written(rows);
                replies.put(
                        id,
                        written.decision() == null
                                ? Replies.there(Status.CONFLICT, written)
                                : Replies.ok(written, stands));
            } catch (UnreadableRowException e) {
                unreadable.accept(id, e);
                replies.put(id, Replies.unreadable(e.getMessage()));
            }
        }
        batch.stream()
                .filter(encoded -> encoded.proposal().owner() != null)
                .forEach(encoded -> replies.putIfAbsent(encoded.id(), Replies.nothing(Status.FOREIGN)));
        return replies;
    }

    private static Map<TransactionId, Reply> indeterminate(List<Encoded> batch, String warning) {
        Map<TransactionId, Reply> replies = new HashMap<>();
        batch.forEach(encoded -> replies.put(encoded.id(), Replies.indeterminate(warning)));
        return replies;
    }

    /** A proposal whose branches were written as JSON by the caller's thread. */
    record Encoded(Proposal proposal, String branches) implements Item {

        static Encoded of(Proposal proposal) {
            return new Encoded(proposal, BranchJson.write(proposal.branches(), proposal.decision()));
        }

        @Override
        public TransactionId id() {
            return proposal.id();
        }
    }

    /** Times as PostgreSQL counts them; what lies beyond its range is as good as the end of it. */
    static final class Micros {

        private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");
        private static final Instant LAST = Instant.parse("9999-12-31T23:59:59Z");
        private static final Duration LONGEST = Duration.ofDays(365L * 200);

        private Micros() {}

        static @Nullable Long of(@Nullable Instant instant) {
            if (instant == null) {
                return null;
            }
            Instant bounded = instant.isBefore(FIRST) ? FIRST : instant.isAfter(LAST) ? LAST : instant;
            return TimeUnit.SECONDS.toMicros(bounded.getEpochSecond()) + bounded.getNano() / 1_000;
        }

        static Long of(Duration duration) {
            Duration bounded = duration.compareTo(LONGEST) > 0 ? LONGEST : duration;
            return TimeUnit.SECONDS.toMicros(bounded.getSeconds()) + bounded.getNano() / 1_000;
        }
    }
}
