package io.assent.chaos.simulation;

import io.assent.participant.protocol.ExecutionRef;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL as far as a participant needs it: prepared transactions with their locks, the marker table with its key, one
 * table of accounts and one of entries, and the SQLSTATEs of what goes wrong. It understands the statements that the
 * starter issues word for word, and no others: what it does not know is an error of the model, said loudly.
 *
 * <p>Durable are committed rows and prepared transactions. A connection that breaks takes its open transaction with it,
 * unless the statement under way was PREPARE or an end of a prepared transaction, which the backend may still carry out
 * afterwards (a lost reply, pgjdbc #4438).
 */
final class ModelPostgres {

    /** What the application writes: the account's row is locked, the entry is what must be there exactly once. */
    static final String DEBIT = "update account set balance = balance + ? where name = ?";

    static final String ENTRY = "insert into entry (ref, account, amount) values (?, ?, ?)";
    static final String TEMPORARY = "create temporary table scratch (id int) on commit drop";
    static final String BALANCE = "select balance from account where name = ?";

    private static final String RESERVATIONS = "select key, transaction_id, branch, ref, name, arguments,"
            + " (extract(epoch from clock_timestamp() - recorded_at) * 1000)::bigint,"
            + " (extract(epoch from clock_timestamp() - try_until) * 1000)::bigint from assent_reservation ";

    /** Nothing to be modelled: here each commit waits for the standby, and each warning arrives. */
    private static final String DURABLE = "(current_setting('synchronous_commit') not in ('off', 'local') or"
            + " set_config('synchronous_commit', 'on', true) is not null) and (current_setting('client_min_messages') <>"
            + " 'error' or set_config('client_min_messages', 'warning', true) is not null)";

    private static final Pattern BY_NAME =
            Pattern.compile("(prepare transaction|commit prepared|rollback prepared) '(.+)'");
    private static final Pattern LOCK_TIMEOUT =
            Pattern.compile("(?:set local synchronous_commit = on; )?set local lock_timeout = (\\d+)");

    final String name;
    final ParticipantName participant;
    private final World world;
    private final Checker checker;
    private final Twin twin;
    private final boolean replicated;
    /** What holds unless a transaction sets its own; zero: none. */
    private final Duration sessionLockTimeout;

    private final Connection driver = ModelJdbc.driver();
    private final Map<MarkerKey, Marker> markers = new LinkedHashMap<>();
    private final Map<String, Long> balances = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    /** Calls that worked in a branch that another call had opened, by their refs; the value is the ref of that branch. */
    private final Map<String, String> joined = new HashMap<>();

    private final Map<String, Prepared> prepared = new LinkedHashMap<>();
    private final Map<Object, Local> locks = new HashMap<>();
    private final Set<Local> open = new LinkedHashSet<>();
    private final Set<Session> sessions = new LinkedHashSet<>();
    private final Map<String, String> texts = new HashMap<>();
    private final Set<String> unreplicated = new HashSet<>();
    private final Set<String> endedByHand = new LinkedHashSet<>();
    int maxPrepared = Integer.MAX_VALUE;

    private final Map<UUID, Reservation> reservations = new LinkedHashMap<>();
    /** The executions that have made a reservation which was recorded. */
    private final Set<String> reserved = new LinkedHashSet<>();

    private record Reservation(
            UUID key,
            UUID transaction,
            String branch,
            String ref,
            String name,
            String arguments,
            long recordedAt,
            long tryUntil) {}

    private record MarkerKey(UUID transaction, String branch) {}

    private record Marker(boolean committed, @Nullable String ref, long recordedAt) {}

    /** A row that a branch wrote. */
    record Entry(String ref, String account, long amount) {}

    /** A prepared transaction; busy while somebody ends it. */
    private static final class Prepared {
        final Local local;
        final long since;
        boolean busy;

        Prepared(Local local, long since) {
            this.local = local;
            this.since = since;
        }
    }

    /** A transaction that has not ended. */
    private static final class Local {
        final Map<MarkerKey, Marker> markers = new LinkedHashMap<>();
        final List<Entry> entries = new ArrayList<>();
        final Map<String, Long> deltas = new HashMap<>();
        final List<Reservation> reservations = new ArrayList<>();
        final List<UUID> endedReservations = new ArrayList<>();
        long lockTimeoutNanos;
        boolean assigned;
        boolean failed;
        boolean temporary;
        boolean over;

        Local(Duration lockTimeout) {
            lockTimeoutNanos = lockTimeout.toNanos();
        }
    }

    /** What a statement brought: rows, or how many it changed. */
    record Result(List<List<@Nullable Object>> rows, int count) {
        static Result none() {
            return new Result(List.of(), 0);
        }

        static Result changed(int count) {
            return new Result(List.of(), count);
        }
    }

    ModelPostgres(
            World world,
            Checker checker,
            Twin twin,
            String name,
            boolean replicated,
            List<String> accounts,
            long balance) {
        this.world = world;
        this.checker = checker;
        this.twin = twin;
        this.name = name;
        this.participant = new ParticipantName(name);
        this.replicated = replicated;
        // Both kinds of services are met in the field.
        this.sessionLockTimeout = name.equals("shop") ? Duration.ZERO : Duration.ofMillis(300);
        accounts.forEach(account -> balances.put(account, balance));
    }

    Session connect(Process owner) {
        Session session = new Session(owner);
        sessions.add(session);
        return session;
    }

    /** The process is dead: so are its connections, and what was open on them. */
    void disconnect(Process dead) {
        for (Session session : List.copyOf(sessions)) {
            if (session.owner == dead) {
                session.close();
            }
        }
    }

    // ---- what happens to it

    /** Every connection breaks; what is prepared stays, what is open is gone. */
    void restart() {
        world.statistics.count("participant's database restarted");
        for (Local local : List.copyOf(open)) {
            rollBack(local);
        }
        prepared.values().forEach(p -> p.busy = false);
    }

    /** Somebody ends a branch in psql; null if there is none. */
    @Nullable
    BranchRef endByHand(boolean commit) {
        Iterator<Map.Entry<String, Prepared>> all = prepared.entrySet().iterator();
        while (all.hasNext()) {
            Map.Entry<String, Prepared> one = all.next();
            if (!one.getValue().busy) {
                all.remove();
                finish(one.getValue().local, commit);
                endedByHand.add(one.getKey());
                world.trace(() ->
                        name + ": " + (commit ? "commit" : "rollback") + " prepared " + one.getKey() + " by hand");
                return new BranchRef(one.getKey());
            }
        }
        return null;
    }

    /** The same for one branch, when everything else is over. */
    void endByHand(BranchRef ref, boolean commit) {
        Prepared one = prepared.remove(ref.value());
        if (one != null) {
            finish(one.local, commit);
            world.trace(() -> name + ": " + (commit ? "commit" : "rollback") + " prepared " + ref + " by hand");
        }
    }

    // ---- what the checker sees

    boolean isPrepared(BranchRef ref) {
        return prepared.containsKey(ref.value());
    }

    /** Whether a failover could lose what became of it last: then nobody may speak of that. */
    boolean unreplicated(@Nullable BranchRef ref) {
        return ref != null && unreplicated.contains(ref.value());
    }

    Set<String> inDoubt() {
        return prepared.keySet();
    }

    boolean quiet() {
        return quiet(gid -> false);
    }

    /** Whether nothing is open and nothing in doubt but what is excused. */
    boolean quiet(Predicate<String> excused) {
        return open.isEmpty()
                && prepared.keySet().stream().allMatch(excused)
                && reservations.values().stream().map(Reservation::ref).allMatch(excused);
    }

    /** Whether the execution has made a reservation. */
    boolean reserved(@Nullable BranchRef ref) {
        return ref != null && reserved.contains(ref.value());
    }

    /** How many are open. */
    int reservations() {
        return reservations.size();
    }

    List<Entry> entries() {
        return entries;
    }

    long money() {
        return balances.values().stream().mapToLong(Long::longValue).sum();
    }

    long entriesOf(@Nullable BranchRef ref) {
        return ref == null
                ? 0
                : entries.stream().filter(e -> owner(e).equals(ref.value())).count();
    }

    /** A call works in the branch of another one. */
    void joined(BranchRef call, BranchRef branch) {
        joined.put(call.value(), branch.value());
    }

    /** The branch with which an entry commits. */
    String owner(Entry entry) {
        return joined.getOrDefault(entry.ref(), entry.ref());
    }

    int markerCount() {
        return markers.size();
    }

    /** Whether any execution of this branch has left something. */
    boolean worked(TransactionId transaction, String branch) {
        Marker marker = markers.get(new MarkerKey(transaction.value(), branch));
        return marker != null && marker.committed();
    }

    // ---- transactions

    private void rollBack(Local local) {
        finish(local, false);
    }

    private void finish(Local local, boolean commit) {
        if (local.over) {
            return;
        }
        local.over = true;
        open.remove(local);
        locks.values().removeIf(owner -> owner == local);
        if (commit && !local.failed) {
            markers.putAll(local.markers);
            entries.addAll(local.entries);
            local.deltas.forEach((account, delta) -> balances.merge(account, delta, Long::sum));
            for (Reservation reservation : local.reservations) {
                reservations.put(reservation.key(), reservation);
                reserved.add(reservation.ref());
            }
            local.endedReservations.forEach(reservations::remove);
        }
    }

    /** One connection of one incarnation of a process. */
    final class Session {

        private final Process owner;
        private final int epoch;
        private boolean autoCommit = true;
        private boolean broken;
        private boolean closed;
        private @Nullable Local local;
        private @Nullable SQLWarning warning;

        private Session(Process owner) {
            this.owner = owner;
            this.epoch = world.epochOf(owner);
        }

        boolean autoCommit() {
            return autoCommit;
        }

        @Nullable
        SQLWarning warning() {
            return warning;
        }

        void clearWarnings() {
            warning = null;
        }

        Connection driver() {
            return driver;
        }

        boolean closed() {
            return closed;
        }

        /** Turning it on commits, as the driver does. */
        void autoCommit(boolean on) throws SQLException {
            alive();
            if (on && !autoCommit) {
                commit();
            }
            autoCommit = on;
        }

        void commit() throws SQLException {
            alive();
            Local ending = local;
            local = null;
            if (ending == null) {
                return;
            }
            if (world.chance(world.faults.database() / 2)) {
                broken = true;
                boolean executed = world.chance(0.5);
                finish(ending, executed);
                throw state("08006", "the connection broke while COMMIT was under way");
            }
            if (ending.over) {
                broken = true;
                throw state("57P01", "terminating connection due to administrator command");
            }
            waitForStandby(ending.assigned, null);
            finish(ending, !ending.failed);
        }

        void rollback() throws SQLException {
            alive();
            if (local != null) {
                rollBack(local);
                local = null;
            }
        }

        void close() {
            if (!closed) {
                closed = true;
                sessions.remove(this);
                if (local != null) {
                    rollBack(local);
                    local = null;
                }
            }
        }

        private void alive() throws SQLException {
            if (!owner.lives(epoch)) {
                close();
                throw new Killed(owner.name);
            }
            if (closed) {
                throw state("08003", "this connection has been closed");
            }
            if (broken) {
                throw state("08006", "the connection is broken");
            }
        }

        Result execute(String sql, List<@Nullable Object> values) throws SQLException {
            alive();
            String text = texts.computeIfAbsent(sql, ModelPostgres::onOneLine);
            if (world.chance(world.faults == Faults.NONE ? 0 : 0.1)) {
                world.await(owner, Duration.ofNanos(1_000L * world.between(50, 4_000)), () -> false);
                alive();
            }
            if (local != null && local.over) {
                local = null;
                broken = true;
                throw state("57P01", "terminating connection due to administrator command");
            }
            Matcher ends = BY_NAME.matcher(lower(text));
            if (ends.matches()) {
                return byName(ends.group(1), text.substring(ends.start(2), ends.end(2)));
            }
            if (world.chance(world.faults.database() / 3)) {
                breaks();
            }
            if (local == null) {
                local = new Local(sessionLockTimeout);
                open.add(local);
            }
            Local mine = local;
            if (mine.failed) {
                if (twin.overlooksFailedStatements()) {
                    return text.startsWith("select") ? row(true) : Result.changed(1);
                }
                throw state("25P02", "current transaction is aborted, commands ignored until end of transaction block");
            }
            try {
                Result result = run(mine, text, values);
                if (autoCommit) {
                    local = null;
                    waitForStandby(mine.assigned, null);
                    finish(mine, true);
                }
                return result;
            } catch (SQLException e) {
                mine.failed = true;
                if (autoCommit) {
                    local = null;
                    rollBack(mine);
                }
                throw e;
            } catch (Killed killed) {
                rollBack(mine);
                throw killed;
            }
        }

        private static String lower(String text) {
            int quote = text.indexOf('\'');
            return quote < 0
                    ? text
                    : text.substring(0, quote).toLowerCase(java.util.Locale.ROOT) + text.substring(quote);
        }

        private void breaks() throws SQLException {
            broken = true;
            if (local != null) {
                rollBack(local);
                local = null;
            }
            world.statistics.count("participant's database: connection broken");
            throw state(world.chance(0.5) ? "57P01" : "08006", "the connection broke");
        }

        /** L1: the wait for the standby is cancelled; it looks like success. A clean one covers all before it. */
        private void waitForStandby(boolean wrote, @Nullable String gid) {
            if (!replicated || !wrote) {
                return;
            }
            if (world.chance(world.faults.database())) {
                world.statistics.count("participant's database: wait for the standby cancelled");
                if (!twin.overlooksWarnings()) {
                    warning = new SQLWarning("canceling wait for synchronous replication due to user request", "01000");
                }
                if (gid != null) {
                    unreplicated.add(gid);
                }
            } else {
                unreplicated.clear();
            }
        }

        // ---- ends of prepared transactions

        private Result byName(String verb, String gid) throws SQLException {
            return switch (verb) {
                case "prepare transaction" -> prepare(gid);
                case "commit prepared" -> end(gid, true);
                case "rollback prepared" -> end(gid, false);
                default -> throw new IllegalStateException(verb);
            };
        }

        private Result prepare(String gid) throws SQLException {
            killed(CrashPoint.PARTICIPANT_BEFORE_PREPARE, gid);
            Local ending = local;
            local = null;
            if (ending == null) {
                throw state("25P01", "PREPARE TRANSACTION can only be used in transaction blocks");
            }
            if (ending.failed) {
                // L7: it says ROLLBACK in the command tag, which nobody reads.
                world.statistics.count("participant's database: PREPARE rolled back in silence");
                rollBack(ending);
                return Result.none();
            }
            if (ending.temporary) {
                rollBack(ending);
                throw state("0A000", "cannot PREPARE a transaction that has operated on temporary objects");
            }
            if (prepared.containsKey(gid)) {
                rollBack(ending);
                throw state("42710", "transaction identifier \"" + gid + "\" is already in use");
            }
            if (prepared.size() >= maxPrepared) {
                world.statistics.count("participant's database: no slot for a prepared transaction");
                rollBack(ending);
                throw state("53200", "maximum number of prepared transactions reached");
            }
            if (world.chance(world.faults.database())) {
                broken = true;
                int fate = world.between(0, 2);
                world.statistics.count("participant's database: PREPARE without reply, "
                        + (fate == 0 ? "not executed" : fate == 1 ? "executed" : "executed later"));
                switch (fate) {
                    case 0 -> rollBack(ending);
                    case 1 -> hold(gid, ending);
                    default -> world.later(Duration.ofMillis(world.between(1, 1_500)), null, () -> hold(gid, ending));
                }
                throw state(world.chance(0.5) ? "57P01" : "08006", "the connection broke");
            }
            hold(gid, ending);
            waitForStandby(true, gid);
            killed(CrashPoint.PARTICIPANT_PREPARED, gid);
            return Result.none();
        }

        private Result end(String gid, boolean commit) throws SQLException {
            if (commit) {
                killed(CrashPoint.PARTICIPANT_ORDERED, gid);
            }
            Prepared one = prepared.get(gid);
            if (one == null) {
                throw state("42704", "prepared transaction with identifier \"" + gid + "\" does not exist");
            }
            if (one.busy) {
                world.statistics.count("participant's database: prepared transaction busy");
                throw state("55000", "prepared transaction with identifier \"" + gid + "\" is busy");
            }
            one.busy = true;
            if (world.chance(world.faults.database())) {
                broken = true;
                int fate = world.between(0, 2);
                world.statistics.count("participant's database: end without reply, "
                        + (fate == 0 ? "not executed" : fate == 1 ? "executed" : "executed later"));
                switch (fate) {
                    case 0 -> one.busy = false;
                    case 1 -> settle(gid, one, commit);
                    default ->
                        world.later(Duration.ofMillis(world.between(1, 1_500)), null, () -> settle(gid, one, commit));
                }
                throw state(world.chance(0.5) ? "57P01" : "08006", "the connection broke");
            }
            if (world.chance(world.faults == Faults.NONE ? 0 : 0.1)) {
                try {
                    world.await(owner, Duration.ofNanos(1_000L * world.between(50, 4_000)), () -> false);
                } finally {
                    settle(gid, one, commit);
                }
            } else {
                settle(gid, one, commit);
            }
            waitForStandby(true, gid);
            if (commit) {
                killed(CrashPoint.PARTICIPANT_COMMITTED, gid);
            }
            return Result.none();
        }

        private void killed(CrashPoint point, String gid) {
            if (world.reached(point, owner, () -> transactionOf(gid))) {
                throw new Killed(owner.name);
            }
        }

        // ---- other statements

        private Result run(Local mine, String text, List<@Nullable Object> values) throws SQLException {
            Matcher lockTimeout = LOCK_TIMEOUT.matcher(text);
            if (lockTimeout.matches()) {
                mine.lockTimeoutNanos = Long.parseLong(lockTimeout.group(1)) * 1_000_000;
                return Result.none();
            }
            return switch (text) {
                case "set local synchronous_commit = on" -> Result.none();
                case "insert into assent_reservation (key, transaction_id, branch, ref, name, arguments, try_until) select ?,"
                        + " ?, ?, ?, ?, ?, clock_timestamp() + make_interval(secs => ?) where ? or not exists (select from"
                        + " assent_branch_marker where transaction_id = ? and branch = ?)" -> reserve(mine, values);
                case RESERVATIONS + "where transaction_id = ? and branch = ? order by recorded_at" ->
                    reservations(reservation -> reservation.transaction().equals(values.get(0))
                            && reservation.branch().equals(values.get(1)));
                case RESERVATIONS + "order by recorded_at limit ?" -> reservations(any -> true);
                case "select from assent_reservation where key = ?" -> found(reservations.containsKey(values.get(0)));
                case "select from assent_reservation where key = ? for share" -> {
                    Object key = value(values, 0);
                    if (reservations.containsKey(key)) {
                        lock(mine, key);
                    }
                    yield found(reservations.containsKey(key));
                }
                case "select from assent_reservation where key = ? for update skip locked" -> {
                    Object key = value(values, 0);
                    Local holder = locks.get(key);
                    boolean mineNow = reservations.containsKey(key) && (holder == null || holder == mine);
                    if (mineNow) {
                        lock(mine, key);
                    }
                    yield found(mineNow);
                }
                case "delete from assent_reservation where key = ?" -> {
                    mine.assigned = true;
                    mine.endedReservations.add((UUID) value(values, 0));
                    yield Result.changed(1);
                }
                case "select (extract(epoch from own::interval) * 1000)::bigint, set_config('lock_timeout', ?, true) from"
                        + " (select current_setting('lock_timeout') as own offset 0) session" -> {
                    String value = String.valueOf(values.get(0));
                    mine.lockTimeoutNanos = Long.parseLong(value.substring(0, value.length() - 2)) * 1_000_000;
                    yield row(sessionLockTimeout.toMillis(), value);
                }
                case "select pg_current_xact_id_if_assigned() is not null and " + DURABLE -> row(mine.assigned);
                case "select case when current_setting('synchronous_standby_names') <> '' then"
                        + " pg_logical_emit_message(true, 'assent', '') end" -> {
                    mine.assigned = true;
                    yield row("0/0");
                }
                case DEBIT -> debit(mine, (Long) value(values, 0), (String) value(values, 1));
                case ENTRY -> {
                    mine.assigned = true;
                    if (values.get(1) == null) {
                        throw state("23502", "null value in column \"account\" violates not-null constraint");
                    }
                    mine.entries.add(
                            new Entry((String) value(values, 0), (String) value(values, 1), (Long) value(values, 2)));
                    yield Result.changed(1);
                }
                case TEMPORARY -> {
                    mine.temporary = true;
                    yield Result.none();
                }
                case BALANCE -> row(balances.getOrDefault((String) value(values, 0), 0L));
                case "insert into assent_branch_marker (transaction_id, branch, ref, committed) select ?, ?, ?, true where "
                        + DURABLE -> marker(mine, values, true);
                case "insert into assent_branch_marker (transaction_id, branch, ref, committed) select ?, ?, ?, true where "
                        + DURABLE + " and pg_current_xact_id_if_assigned() is not null" ->
                    mine.assigned ? marker(mine, values, true) : Result.changed(0);
                case "insert into assent_branch_marker (transaction_id, branch, ref, committed) values (?, ?, ?, false)"
                        + " on conflict do nothing" -> marker(mine, values, false);
                case "select gid, (extract(epoch from clock_timestamp() - prepared) * 1000)::bigint from pg_prepared_xacts"
                        + " where database = current_database() and starts_with(gid, ?) order by prepared limit ?" ->
                    preparedOnes((String) value(values, 0), (Integer) value(values, 1));
                case "select committed, ref, (extract(epoch from clock_timestamp() - recorded_at) * 1000)::bigint"
                        + " from assent_branch_marker where transaction_id = ? and branch = ?" -> {
                    Marker marker = markers.get(new MarkerKey((UUID) value(values, 0), (String) value(values, 1)));
                    yield marker == null
                            ? Result.none()
                            : row(marker.committed(), marker.ref(), (world.time() - marker.recordedAt()) / 1_000_000);
                }
                case "delete from assent_branch_marker where ctid = any (array( select ctid from assent_branch_marker"
                        + " where recorded_at < clock_timestamp() - make_interval(secs => ?) order by recorded_at"
                        + " limit ?))" -> forget((Double) value(values, 0), (Integer) value(values, 1));
                default -> throw new IllegalStateException("the model does not know this statement: " + text);
            };
        }

        private Result reserve(Local mine, List<@Nullable Object> values) {
            MarkerKey marker = new MarkerKey((UUID) value(values, 8), (String) value(values, 9));
            if (!(Boolean) value(values, 7) && markers.containsKey(marker)) {
                return Result.changed(0);
            }
            mine.assigned = true;
            mine.reservations.add(new Reservation(
                    (UUID) value(values, 0),
                    (UUID) value(values, 1),
                    (String) value(values, 2),
                    (String) value(values, 3),
                    (String) value(values, 4),
                    (String) value(values, 5),
                    world.time(),
                    world.time() + (long) ((Double) value(values, 6) * 1e9)));
            return Result.changed(1);
        }

        private Result reservations(Predicate<Reservation> wanted) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            for (Reservation one : reservations.values()) {
                if (wanted.test(one)) {
                    rows.add(List.of(
                            one.key(),
                            one.transaction(),
                            one.branch(),
                            one.ref(),
                            one.name(),
                            one.arguments(),
                            (world.time() - one.recordedAt()) / 1_000_000,
                            (world.time() - one.tryUntil()) / 1_000_000));
                }
            }
            return new Result(rows, 0);
        }

        private static Result found(boolean there) {
            return there ? row() : Result.none();
        }

        private Result debit(Local mine, long amount, String account) throws SQLException {
            mine.assigned = true;
            lock(mine, account);
            if (world.chance(world.faults.database() / 2)) {
                world.statistics.count("participant's database: deadlock");
                throw state("40P01", "deadlock detected");
            }
            mine.deltas.merge(account, amount, Long::sum);
            return Result.changed(1);
        }

        /** Blocks while an open or prepared transaction holds the key; then it is there, or it is not. */
        private Result marker(Local mine, List<@Nullable Object> values, boolean committed) throws SQLException {
            mine.assigned = true;
            MarkerKey key = new MarkerKey((UUID) value(values, 0), (String) value(values, 1));
            if (!markers.containsKey(key)) {
                lock(mine, key);
            }
            if (markers.containsKey(key)) {
                if (!committed) {
                    return Result.changed(0);
                }
                throw state("23505", "duplicate key value violates unique constraint \"assent_branch_marker_pk\"");
            }
            mine.markers.put(key, new Marker(committed, (String) values.get(2), world.time()));
            return Result.changed(1);
        }

        private void lock(Local mine, Object key) throws SQLException {
            Local holder = locks.get(key);
            if (holder != null && holder != mine) {
                world.statistics.count("participant's database: waits for a lock");
                if (mine.lockTimeoutNanos == 0) {
                    throw new IllegalStateException("a wait for a lock without lock_timeout: " + key);
                }
                boolean free =
                        world.await(owner, Duration.ofNanos(mine.lockTimeoutNanos), () -> !locks.containsKey(key));
                if (mine.over) {
                    broken = true;
                    local = null;
                    throw state("57P01", "terminating connection due to administrator command");
                }
                if (!free) {
                    throw state("55P03", "canceling statement due to lock timeout");
                }
            }
            locks.put(key, mine);
        }

        private Result preparedOnes(String prefix, int limit) {
            List<List<@Nullable Object>> rows = new ArrayList<>();
            prepared.forEach((gid, one) -> {
                if (gid.startsWith(prefix) && rows.size() < limit) {
                    rows.add(List.of(gid, (world.time() - one.since) / 1_000_000));
                }
            });
            return new Result(rows, 0);
        }

        private Result forget(double seconds, int limit) {
            long before = world.time() - (long) (seconds * 1e9);
            int deleted = 0;
            Iterator<Map.Entry<MarkerKey, Marker>> all = markers.entrySet().iterator();
            while (all.hasNext() && deleted < limit) {
                Map.Entry<MarkerKey, Marker> one = all.next();
                if (one.getValue().recordedAt() < before) {
                    if (world.reached(
                            CrashPoint.PARTICIPANT_CLEANUP,
                            owner,
                            new TransactionId(one.getKey().transaction()))) {
                        throw new Killed(owner.name);
                    }
                    all.remove();
                    deleted++;
                }
            }
            return Result.changed(deleted);
        }
    }

    private void hold(String gid, Local ending) {
        if (!ending.over) {
            open.remove(ending);
            prepared.put(gid, new Prepared(ending, world.time()));
            checker.prepared(new BranchRef(gid));
            world.trace(() -> name + " holds " + gid);
        }
    }

    private void settle(String gid, Prepared one, boolean commit) {
        if (prepared.remove(gid, one)) {
            finish(one.local, commit);
        }
    }

    private @Nullable TransactionId transactionOf(String gid) {
        return ExecutionRef.parse(participant, gid)
                .map(ExecutionRef::transaction)
                .orElse(null);
    }

    private static String onOneLine(String sql) {
        StringBuilder line = new StringBuilder(sql.length());
        for (int i = 0; i < sql.length(); i++) {
            char c = sql.charAt(i);
            if (!Character.isWhitespace(c)) {
                line.append(c);
            } else if (!line.isEmpty() && line.charAt(line.length() - 1) != ' ') {
                line.append(' ');
            }
        }
        return line.toString().strip();
    }

    private static Object value(List<@Nullable Object> values, int index) {
        return Objects.requireNonNull(values.get(index));
    }

    private static Result row(@Nullable Object... columns) {
        List<@Nullable Object> row = new ArrayList<>();
        for (Object column : columns) {
            row.add(column);
        }
        List<List<@Nullable Object>> rows = new ArrayList<>();
        rows.add(row);
        return new Result(rows, 1);
    }

    private static SQLException state(String state, String message) {
        return new SQLException(message, state);
    }
}
