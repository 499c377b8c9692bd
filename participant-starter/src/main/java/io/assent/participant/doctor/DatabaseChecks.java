package io.assent.participant.doctor;

import io.assent.participant.postgres.DatabaseVitals;
import io.assent.participant.postgres.DatabaseVitals.Markers;
import io.assent.participant.postgres.DatabaseVitals.Oldest;
import io.assent.participant.postgres.DatabaseVitals.Places;
import io.assent.participant.postgres.DatabaseVitals.Vitals;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.doctor.Finding;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What can be wrong with a participant's database. */
final class DatabaseChecks {

    static final List<String> NAMES = List.of(
            "database",
            "clock",
            "prepared-slots",
            "pool",
            "oldest-prepared",
            "foreign-prepared",
            "replication",
            "lock-timeout",
            "markers");

    static final String REMEDY =
            "Look whether PostgreSQL runs and can be reached from here, and whether its connections are"
                    + " used up. Until it answers, no branch is prepared or ended here";

    private static final Duration CLOCKS_APART = Duration.ofSeconds(1);
    private static final Duration CLOCKS_FAR_APART = Duration.ofMinutes(1);

    /** As the alert AssentBranchInDoubt has it: by then the sweep has asked many times. */
    private static final Duration OLD = Duration.ofMinutes(2);

    private static final Duration VERY_OLD = Duration.ofHours(1);

    /** Half of autovacuum_freeze_max_age as it is by default: from there on vacuum has to do with every table. */
    private static final long MANY_TRANSACTIONS = 100_000_000;

    /** A sweep deletes a batch of markers every few seconds. */
    private static final Duration CLEANUP_BEHIND = Duration.ofHours(1);

    private DatabaseChecks() {}

    static Check of(ParticipantName participant, Doctor.Database database) {
        return new Check(
                NAMES,
                REMEDY,
                () -> findings(participant, database, database.vitals().look()));
    }

    static List<Finding> findings(ParticipantName participant, Doctor.Database known, Vitals vitals) {
        return List.of(
                Finding.ok("database", "it answers"),
                clock(vitals),
                slots(vitals.places(), known.maxPrepared()),
                pool(vitals.places(), known.poolSize()),
                oldest(vitals.oldest(), participant),
                foreign(vitals.foreign()),
                replication(vitals),
                lockTimeout(vitals.lockTimeout()),
                markers(vitals.markers(), known.markerRetention()));
    }

    private static Finding clock(Vitals vitals) {
        Duration ahead = vitals.clockAhead();
        Duration certain = ahead.abs().minus(vitals.clockAccuracy());
        String found = "the database's clock is %d ms %s this service's (to %d ms)"
                .formatted(
                        ahead.abs().toMillis(),
                        ahead.isNegative() ? "behind" : "ahead of",
                        vitals.clockAccuracy().toMillis());
        String remedy =
                "Let NTP set both clocks. Clocks decide nothing; a wrong one costs rollbacks, and makes ages wrong";
        if (certain.compareTo(CLOCKS_FAR_APART) > 0) {
            return Finding.problem("clock", found, remedy);
        }
        return certain.compareTo(CLOCKS_APART) > 0
                ? Finding.warning("clock", found, remedy)
                : Finding.ok("clock", found);
    }

    private static Finding slots(Places places, int maxPrepared) {
        String check = "prepared-slots";
        String found = "%d of max_prepared_transactions=%d are in use, %d are left; calls come in up to %d"
                .formatted(places.prepared(), places.slots(), places.left(), maxPrepared);
        String remedy =
                "See oldest-prepared and assent-branches for what does not end. If all of them are young, enlarge"
                        + " max_prepared_transactions and restart PostgreSQL";
        if (places.prepared() >= Math.min(maxPrepared, places.slots())) {
            return Finding.problem(check, found + ": calls are refused as overloaded", remedy);
        }
        return 5L * places.prepared() > 4L * maxPrepared
                ? Finding.warning(check, found, remedy)
                : Finding.ok(check, found);
    }

    private static Finding pool(Places places, @Nullable Integer poolSize) {
        if (poolSize == null) {
            return Finding.unknown(
                    "pool",
                    "the DataSource is no HikariCP pool, so its size is not known here",
                    "Compare max_prepared_transactions=" + places.slots()
                            + " with the sum of all pools that prepare there");
        }
        String found = "the pool has %d connections, max_prepared_transactions is %d, %d are in use"
                .formatted(poolSize, places.slots(), places.prepared());
        return places.slots() < poolSize + places.prepared()
                ? Finding.warning(
                        "pool",
                        found,
                        "Set max_prepared_transactions to the sum of the pools of all replicas of all services of this"
                                + " server, and the branches that wait for their order besides; restart PostgreSQL")
                : Finding.ok("pool", found);
    }

    private static Finding oldest(@Nullable Oldest oldest, ParticipantName participant) {
        String check = "oldest-prepared";
        if (oldest == null) {
            return Finding.ok(check, "nothing is prepared in this database");
        }
        String found = "'%s' was prepared %s ago; %d transactions were begun since the first that is still prepared"
                .formatted(oldest.gid(), text(oldest.age()), oldest.transactionsSince());
        boolean many = oldest.transactionsSince() > MANY_TRANSACTIONS;
        if (oldest.age().compareTo(OLD) < 0 && !many) {
            return Finding.ok(check, found);
        }
        String held = found + ", and vacuum cleans up nothing that they have deleted";
        String remedy = whoEnds(oldest.gid(), participant);
        return oldest.age().compareTo(VERY_OLD) >= 0 || many
                ? Finding.problem(check, held, remedy)
                : Finding.warning(check, held, remedy);
    }

    private static String whoEnds(String gid, ParticipantName participant) {
        if (gid.startsWith(BranchRef.prefix(participant))) {
            return "assent-branches tells what it waits for. Do not end it by hand unless that tells so";
        }
        return gid.startsWith("assent")
                ? "It belongs to another participant in this database, or to another resource of a branch: look there"
                : "It is not Assent's: whoever has prepared it has to end it";
    }

    private static Finding foreign(DatabaseVitals.@Nullable Foreign foreign) {
        return foreign == null
                ? Finding.ok("foreign-prepared", "none but Assent's")
                : Finding.warning(
                        "foreign-prepared",
                        "%d prepared transactions of this database are not Assent's, the oldest is '%s'"
                                .formatted(foreign.count(), foreign.oldest()),
                        "Find out who prepares here, another transaction manager for example. Assent never ends them; they"
                                + " take places and keep locks until somebody says COMMIT PREPARED or ROLLBACK PREPARED");
    }

    private static Finding replication(Vitals vitals) {
        return vitals.synchronousStandbys().isEmpty()
                ? Finding.warning(
                        "replication",
                        "synchronous_standby_names is empty: what is prepared is on one server",
                        "A failover can lose a vote that was given, and the coordinator then reports a heuristic outcome."
                                + " Where that must not happen, give PostgreSQL a synchronous standby")
                : Finding.ok(
                        "replication",
                        "synchronous_standby_names is '%s', synchronous_commit %s; votes wait for the standby"
                                .formatted(vitals.synchronousStandbys(), vitals.synchronousCommit()));
    }

    private static Finding lockTimeout(Duration lockTimeout) {
        return lockTimeout.isZero()
                ? Finding.warning(
                        "lock-timeout",
                        "connections have no lock_timeout: work outside of global transactions that meets the locks of a"
                                + " branch in doubt waits until that is decided",
                        "Set it, for example spring.datasource.hikari.data-source-properties.options=-c lock_timeout=5s")
                : Finding.ok("lock-timeout", "connections have lock_timeout " + lockTimeout);
    }

    private static Finding markers(@Nullable Markers markers, Duration retention) {
        if (markers == null) {
            return Finding.problem(
                    "markers",
                    "the table assent_branch_marker is gone: no branch can be prepared",
                    "Create it with io/assent/participant/schema-postgresql.sql from the starter's jar");
        }
        Duration oldest = markers.oldest();
        String found = "assent_branch_marker has %s rows in %s MiB, %s"
                .formatted(
                        markers.rows() < 0 ? "an unknown number of" : "about " + markers.rows(),
                        String.format(Locale.ROOT, "%.1f", markers.bytes() / 1024.0 / 1024.0),
                        oldest == null ? "none" : "the oldest written " + text(oldest) + " ago");
        return oldest != null && oldest.compareTo(retention.plus(CLEANUP_BEHIND)) > 0
                ? Finding.warning(
                        "markers",
                        found + ", and they are kept for " + retention,
                        "Old ones are not deleted fast enough: enlarge assent.participant.marker-batch. If the log says that"
                                + " markers are kept because of a reservation, end that first")
                : Finding.ok("markers", found);
    }

    static String text(Duration age) {
        return Duration.ofSeconds(Math.max(0, age.toSeconds())).toString();
    }
}
