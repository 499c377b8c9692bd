package io.assent.coordinator.doctor;

import io.assent.coordinator.engine.DecisionLogs;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogVitals.Standby;
import io.assent.coordinator.engine.LogVitals.Vitals;
import io.assent.protocol.doctor.Finding;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What can be wrong with a decision log. */
final class LogChecks {

    /** More than a standby that keeps up is ever behind: a segment of the log. */
    private static final long MUCH_BEHIND = 16L << 20;

    /** Ids that lie five minutes ahead are refused (R9). */
    private static final Duration CLOCKS_FAR_APART = Duration.ofMinutes(1);

    private static final Duration CLOCKS_APART = Duration.ofSeconds(1);

    /** Ids may lie five minutes ahead, and are refused where no partition is. */
    private static final Duration PARTITIONS_END_SOON = Duration.ofMinutes(5);

    private LogChecks() {}

    static List<Check> of(DecisionLogs logs) {
        List<String> names = logs.logs().stream().map(DecisionLogs.Log::name).toList();
        List<Check> checks = new ArrayList<>();
        for (String log : names) {
            String suffix = names.size() == 1 ? "" : " (" + log + ")";
            checks.add(check("log-available" + suffix, name -> available(name, logs, log)));
            checks.add(check("log-standby" + suffix, name -> standby(name, vitals(logs, log))));
            checks.add(check("log-held" + suffix, name -> held(name, logs, log)));
            checks.add(check("log-partitions" + suffix, name -> partitions(name, vitals(logs, log))));
            checks.add(check("clock" + suffix, name -> clock(name, vitals(logs, log))));
        }
        return checks;
    }

    private static Check check(String name, Function<String, Finding> look) {
        return new Check(name, () -> look.apply(name));
    }

    private static Vitals vitals(DecisionLogs logs, String log) {
        return Objects.requireNonNull(logs.vitals(log), "a log that there is").look();
    }

    private static Finding available(String check, DecisionLogs logs, String log) {
        String reason = logs.logs().stream()
                .filter(one -> one.name().equals(log) && one.cannotDecide() != null)
                .map(one -> String.valueOf(one.cannotDecide()))
                .findFirst()
                .orElse(null);
        return reason == null
                ? Finding.ok(check, "this instance can decide")
                : Finding.problem(
                        check,
                        "this instance cannot decide: " + reason,
                        "Do what the reason says. Prepared branches keep their locks until a decision can be written");
    }

    static Finding standby(String check, Vitals vitals) {
        if (!vitals.replicated()) {
            return Finding.warning(
                    check,
                    "mode is single: decisions are on one server",
                    "Where a lost disk must not lose decisions: give the server a synchronous standby and set"
                            + " assent.coordinator.log.mode=replicated");
        }
        if (!vitals.standbysVisible()) {
            return Finding.unknown(
                    check, "the log's user may not see the standbys", "grant pg_read_all_stats to the user of the log");
        }
        List<Standby> synchronous =
                vitals.standbys().stream().filter(Standby::synchronous).toList();
        if (synchronous.isEmpty()) {
            return Finding.problem(
                    check,
                    "no synchronous standby is connected: no decision can be written",
                    "Start a standby, or look why it is not connected or not in synchronous_standby_names");
        }
        String behind = synchronous.stream()
                .filter(standby -> standby.bytesBehind() == null || standby.bytesBehind() > MUCH_BEHIND)
                .map(Standby::name)
                .collect(Collectors.joining(", "));
        if (!behind.isEmpty()) {
            return Finding.warning(
                    check,
                    "a synchronous standby is not caught up: " + behind,
                    "Look at its disk, its CPU and the network to it: decisions wait for it");
        }
        return Finding.ok(
                check, "caught up: " + synchronous.stream().map(Standby::name).collect(Collectors.joining(", ")));
    }

    private static Finding held(String check, DecisionLogs logs, String log) {
        LogLives lives = Objects.requireNonNull(logs.lives(log), "a log that there is");
        return lives.epochs().stream()
                .filter(epoch -> epoch.heldFrom() != null && epoch.endedAt() == null)
                .findFirst()
                .map(
                        epoch -> Finding.problem(
                                check,
                                "transactions are held in epoch " + epoch.number() + ": " + epoch.evidence(),
                                "GET /v1/log/reconciliation tells what has to be decided; docs/backup-and-restore.md tells how"))
                .orElseGet(() -> Finding.ok(check, "nothing is held"));
    }

    static Finding partitions(String check, Vitals vitals) {
        String until = "there are partitions until " + vitals.partitionsUntil();
        return vitals.partitionsUntil().isBefore(vitals.now().plus(PARTITIONS_END_SOON))
                ? Finding.problem(
                        check,
                        until + ", and it is " + vitals.now() + " there",
                        "After that no decision can be written. The instances make them; their logs say why they cannot."
                                + " Mostly the role of the log lacks a right of db/roles.sql")
                : Finding.ok(check, until);
    }

    static Finding clock(String check, Vitals vitals) {
        Duration ahead = vitals.clockAhead();
        Duration certain = ahead.abs().minus(vitals.clockAccuracy());
        String found = "the log's clock is %d ms %s this instance's (to %d ms)"
                .formatted(
                        ahead.abs().toMillis(),
                        ahead.isNegative() ? "behind" : "ahead of",
                        vitals.clockAccuracy().toMillis());
        String remedy = "Let NTP set both clocks. A wrong clock costs rollbacks, and from 5 minutes on refusals; never"
                + " atomicity";
        if (certain.compareTo(CLOCKS_FAR_APART) > 0) {
            return Finding.problem(check, found, remedy);
        }
        return certain.compareTo(CLOCKS_APART) > 0 ? Finding.warning(check, found, remedy) : Finding.ok(check, found);
    }
}
