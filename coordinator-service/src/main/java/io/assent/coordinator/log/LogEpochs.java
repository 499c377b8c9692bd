package io.assent.coordinator.log;

import io.assent.coordinator.log.EpochJudge.Epoch;
import io.assent.coordinator.log.EpochJudge.Judgement;
import io.assent.coordinator.log.EpochJudge.Memory;
import io.assent.coordinator.log.EpochJudge.Shown;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices a log that was restored, before anything is decided in it, and begins a new epoch: transactions that may have been
 * decided in what was lost are held. Every new connection is looked at, and a restored server has only new ones.
 *
 * <p>Which transactions? What was decided after the last sign of life may be lost. At that moment an id that could
 * be decided was at most the longest lifetime old, and clocks differ by five minutes; and no id was made later than five
 * minutes from now. Of these, what the log shows as decided stands: a decision never changes. The others are held.
 *
 * <p>Thread-safe.
 */
final class LogEpochs {

    private static final Logger log = LoggerFactory.getLogger(LogEpochs.class);

    private static final String LOOK = """
            select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint as timeline,
                e.epoch, e.system_identifier, e.timeline as epoch_timeline,
                e.ambiguous and e.ended_at is null as ambiguous,
                (select l.beat from assent_log_life l where l.instance = ?) as beat
            from (select) one left join (select * from assent_log_epoch order by epoch desc limit 1) e on true
            """;

    private final LogProperties properties;
    private final UUID instance = UUID.randomUUID();
    private final AtomicReference<@Nullable Memory> memory = new AtomicReference<>();
    private volatile @Nullable Integer held;

    LogEpochs(LogProperties properties) {
        this.properties = properties;
    }

    /**
     * Looks at a server that is fit otherwise.
     *
     * @param connection autocommit, to a server that has the log's schema
     * @throws SQLException if it could not be asked, or the new epoch could not be written
     */
    void look(Connection connection, String systemIdentifier) throws SQLException {
        if (EpochJudge.judge(shown(connection, systemIdentifier), memory.get()) == Judgement.SAME) {
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            // One at a time, and judged again by what the one before has written. That one may wait for a standby for
            // as
            // long as there is none; whoever comes later does not queue up behind it in the server. Only the lock is
            // waited
            // for under this timeout, which ends before the commit (L2).
            statement.execute(
                    "set local lock_timeout = " + properties.connectTimeout().toMillis() / 2);
            statement.execute("lock table assent_log_epoch in share row exclusive mode");
            Memory remembered = memory.get();
            Shown shown = shown(connection, systemIdentifier);
            Judgement judgement = EpochJudge.judge(shown, remembered);
            String said = write(connection, shown, judgement, remembered);
            connection.clearWarnings();
            connection.commit();
            String warning = Warnings.after(connection);
            if (warning != null) {
                throw new SQLException(warning);
            }
            if (judgement == Judgement.CONFIRMED && remembered != null) {
                // Its sign of life counts in the new epoch, so that it can vouch for another failover at once.
                memory.compareAndSet(remembered, new Memory(number(shown), remembered.beat(), remembered.at()));
            }
            if (said != null) {
                log.warn("{}", said);
            }
        } catch (SQLException e) {
            connection.rollback();
            throw e;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /**
     * Leaves a sign of life and remembers it when it is clean; part of each heartbeat.
     *
     * @param connection verified, autocommit
     */
    void beat(Connection connection) throws SQLException {
        connection.clearWarnings();
        try (PreparedStatement statement = connection.prepareStatement("""
                with gone as (delete from assent_log_life l where l.last_alive < clock_timestamp() - interval '7 days'
                    and l.instance <> ?)
                insert into assent_log_life as l (instance, beat, last_alive) values (?, 1, clock_timestamp())
                on conflict (instance) do update set beat = l.beat + 1, last_alive = clock_timestamp()
                returning l.beat, l.last_alive, (select max(e.epoch) from assent_log_epoch e) as epoch,
                    (select max(e.epoch) from assent_log_epoch e where e.held_from is not null and e.ended_at is null) as held
                """)) {
            statement.setObject(1, instance);
            statement.setObject(2, instance);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                held = row.getObject("held", Integer.class);
                if (Warnings.after(connection, statement) == null) {
                    memory.set(new Memory(
                            row.getInt("epoch"), row.getLong("beat"), Rows.mandatory(Rows.instant(row, "last_alive"))));
                }
            }
        }
    }

    /** The epoch in which transactions are held, as the last heartbeat found; null: none are. */
    @Nullable
    Integer held() {
        return held;
    }

    /**
     * A person says that the log was restored where it could not be noticed.
     *
     * @return the new epoch
     */
    int restored(Connection connection, String systemIdentifier, String reason) throws SQLException {
        Shown shown = shown(connection, systemIdentifier);
        begin(connection, shown, "An operator says that it was restored: " + reason, false, null);
        memory.set(null);
        return number(shown) + 1;
    }

    /** What is to be said when it is committed; null if nothing. */
    private @Nullable String write(Connection connection, Shown shown, Judgement judgement, @Nullable Memory remembered)
            throws SQLException {
        Epoch epoch = shown.epoch();
        return switch (judgement) {
            case SAME -> null;
            case FIRST -> {
                first(connection, shown);
                yield null;
            }
            case FAILOVER -> {
                try (PreparedStatement statement =
                        connection.prepareStatement("update assent_log_epoch set timeline = ? where epoch = ?")) {
                    statement.setLong(1, shown.timeline());
                    statement.setInt(2, number(shown));
                    statement.executeUpdate();
                }
                yield "The decision log goes on after a failover, on timeline " + shown.timeline()
                        + ": this instance's last sign of life is in it.";
            }
            case AMBIGUOUS ->
                begin(
                        connection,
                        shown,
                        "Its timeline is " + shown.timeline() + " and was "
                                + (epoch == null ? 0 : epoch.timeline())
                                + ", and no running instance saw it before: it failed over while all were down, or it"
                                + " was restored",
                        true,
                        null);
            case HOLD ->
                epoch != null && !epoch.systemIdentifier().equals(shown.systemIdentifier())
                        ? begin(
                                connection,
                                shown,
                                "It was moved from the cluster " + epoch.systemIdentifier() + " to "
                                        + shown.systemIdentifier(),
                                false,
                                null)
                        : begin(connection, shown, lost(shown, remembered), false, remembered);
            case SURE -> {
                try (PreparedStatement statement = connection.prepareStatement(
                        "update assent_log_epoch set ambiguous = false, evidence = ? where epoch = ?")) {
                    statement.setString(1, lost(shown, remembered));
                    statement.setInt(2, number(shown));
                    statement.executeUpdate();
                }
                yield "It is certain now that the decision log was restored: " + lost(shown, remembered);
            }
            case CONFIRMED -> {
                end(connection, number(shown), "an instance found its last sign of life in it: it was a failover");
                yield "The decision log was not restored, it failed over: the hold of epoch " + number(shown)
                        + " is ended.";
            }
        };
    }

    private static String lost(Shown shown, @Nullable Memory remembered) {
        return "An instance's last sign of life, of " + (remembered == null ? "before" : remembered.at())
                + ", is not in it";
    }

    private void first(Connection connection, Shown shown) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into assent_log_epoch (epoch, system_identifier, timeline, started_at, evidence)
                values (1, ?, ?, clock_timestamp(), 'The first use of this log')
                """)) {
            statement.setString(1, shown.systemIdentifier());
            statement.setLong(2, shown.timeline());
            statement.executeUpdate();
        }
    }

    /** @param remembered signs of life that are younger were left in the restored log; null: there are none yet */
    private String begin(
            Connection connection, Shown shown, String evidence, boolean ambiguous, @Nullable Memory remembered)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                insert into assent_log_epoch (epoch, system_identifier, timeline, started_at, evidence, ambiguous,
                    known_until, held_from, held_until)
                select ?, ?, ?, clock_timestamp(), ?, ?, k.until,
                    coalesce(k.until, timestamptz 'epoch') - ? * interval '1 millisecond',
                    clock_timestamp() + ? * interval '1 millisecond'
                from (select max(l.last_alive) as until from assent_log_life l
                    where l.last_alive <= coalesce(?, clock_timestamp())) k
                returning known_until, held_from, held_until
                """)) {
            statement.setInt(1, number(shown) + 1);
            statement.setString(2, shown.systemIdentifier());
            statement.setLong(3, shown.timeline());
            statement.setString(4, evidence);
            statement.setBoolean(5, ambiguous);
            statement.setLong(
                    6,
                    properties
                            .longestLifetime()
                            .plus(LogProperties.CLOCK_MARGIN)
                            .toMillis());
            statement.setLong(7, LogProperties.CLOCK_MARGIN.toMillis());
            statement.setObject(
                    8, remembered == null ? null : at(remembered.at()), java.sql.Types.TIMESTAMP_WITH_TIMEZONE);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return "The decision log may not know its latest decisions. " + evidence + ". Epoch "
                        + (number(shown) + 1) + " begins: transactions made from "
                        + Rows.instant(row, "held_from") + " until " + Rows.instant(row, "held_until")
                        + " that it does not show as decided are held, and nothing is written for them, until an operator"
                        + " ends the hold. Next: GET /v1/log/reconciliation tells what participants show of them and what"
                        + " to decide; see docs/backup-and-restore.md.";
            }
        }
    }

    /** Ends a hold that has not ended; returns whether there was one. */
    static boolean end(Connection connection, int epoch, String because) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("""
                update assent_log_epoch set ended_at = clock_timestamp(), ended_because = ?
                where epoch = ? and ended_at is null and held_from is not null
                """)) {
            statement.setString(1, because);
            statement.setInt(2, epoch);
            return statement.executeUpdate() == 1;
        }
    }

    private Shown shown(Connection connection, String systemIdentifier) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOOK)) {
            statement.setObject(1, instance);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                Integer number = row.getObject("epoch", Integer.class);
                Epoch epoch = number == null
                        ? null
                        : new Epoch(
                                number,
                                String.valueOf(row.getString("system_identifier")),
                                row.getLong("epoch_timeline"),
                                row.getBoolean("ambiguous"));
                return new Shown(systemIdentifier, row.getLong("timeline"), epoch, row.getObject("beat", Long.class));
            }
        }
    }

    private static int number(Shown shown) {
        return shown.epoch() == null ? 0 : shown.epoch().number();
    }

    private static OffsetDateTime at(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
