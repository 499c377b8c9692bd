package io.assent.coordinator.doctor;

import io.assent.coordinator.engine.InstanceList;
import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.engine.ParticipantList.Circuit;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.engine.TransactionSearch.Backlog;
import io.assent.coordinator.engine.TransactionSearch.Undelivered;
import io.assent.protocol.doctor.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What can be wrong with the instances, the participants and the transactions. */
final class WorkChecks {

    /** Longer than any pause between two attempts, and than a participant takes to restart. */
    private static final Duration SLOW = Duration.ofMinutes(1);

    private static final Duration STUCK = Duration.ofMinutes(10);

    private WorkChecks() {}

    static List<Check> of(
            InstanceList instances, ParticipantList participants, TransactionSearch search, InstantSource clock) {
        return List.of(
                check("versions", name -> versions(name, instances.instances())),
                check("participants", name -> participants(name, participants.participants())),
                check("delivery", name -> delivery(name, search.backlog(), clock.instant())),
                check("heuristics", name -> heuristics(name, search.backlog())));
    }

    private static Check check(String name, Function<String, Finding> look) {
        return new Check(name, () -> look.apply(name));
    }

    static Finding versions(String check, InstanceList.Snapshot known) {
        if (known.asOf() == null) {
            return Finding.unknown(
                    check, "the instances have not been read from the log yet", "Ask again in some seconds");
        }
        List<InstanceList.Instance> alive =
                known.instances().stream().filter(InstanceList.Instance::alive).toList();
        Set<String> versions =
                alive.stream().map(InstanceList.Instance::version).collect(Collectors.toCollection(TreeSet::new));
        return versions.size() > 1
                ? Finding.warning(
                        check,
                        "instances of different versions are running: " + String.join(", ", versions),
                        "During an upgrade this is as it should be. Otherwise restart those of the wrong version;"
                                + " GET /v1/instances tells which")
                : Finding.ok(check, alive.size() + " running, of version " + String.join(", ", versions));
    }

    static Finding participants(String check, List<ParticipantList.Participant> all) {
        String open = named(all, Circuit.OPEN);
        if (!open.isEmpty()) {
            return Finding.problem(
                    check,
                    "not called, because calls failed: " + open,
                    "Look whether they run and can be reached from here; GET /v1/participants tells the last error. Orders"
                            + " wait and are delivered when they are back");
        }
        String trying = named(all, Circuit.HALF_OPEN);
        return trying.isEmpty()
                ? Finding.ok(check, all.isEmpty() ? "none was called yet" : all.size() + " called, no circuit is open")
                : Finding.warning(
                        check,
                        "calls failed, and the next ones find out whether it is back: " + trying,
                        "Nothing, if transactions go through again; GET /v1/participants tells the last error");
    }

    private static String named(List<ParticipantList.Participant> all, Circuit circuit) {
        return all.stream()
                .filter(one -> one.circuit() == circuit)
                .map(one -> one.name() + " at " + one.url())
                .sorted()
                .limit(20)
                .collect(Collectors.joining(", "));
    }

    static Finding delivery(String check, Backlog backlog, Instant now) {
        Undelivered oldest = backlog.undelivered().stream()
                .min(Comparator.comparing(Undelivered::oldestSince))
                .orElse(null);
        Duration age = oldest == null ? Duration.ZERO : Duration.between(oldest.oldestSince(), now);
        Supplier<Finding> fine =
                () -> Finding.ok(check, oldest == null ? "nothing waits" : "the oldest order waits " + text(age));
        if (oldest == null || age.compareTo(SLOW) < 0) {
            return incomplete(check, backlog, fine);
        }
        String found = "an order for %s has not been acknowledged for %s".formatted(oldest.participant(), text(age));
        String remedy = "Bring it, or its database, back; the rest happens by itself. Its rows stay locked until then."
                + " GET /v1/transactions?participant=" + oldest.participant()
                + "&older-than=PT1M names the transactions";
        return age.compareTo(STUCK) < 0 ? Finding.warning(check, found, remedy) : Finding.problem(check, found, remedy);
    }

    static Finding heuristics(String check, Backlog backlog) {
        return backlog.heuristics() > 0
                ? Finding.problem(
                        check,
                        backlog.heuristics() + " transactions have a branch that ended against the decision",
                        "Put the data right, then POST /v1/transactions/{id}/resolution. The log names them: HEURISTIC")
                : incomplete(check, backlog, () -> Finding.ok(check, "none is open"));
    }

    private static Finding incomplete(String check, Backlog backlog, Supplier<Finding> otherwise) {
        return backlog.missing().isEmpty()
                ? otherwise.get()
                : Finding.unknown(
                        check,
                        "not all logs could be asked: " + String.join(", ", backlog.missing()),
                        "See log-available");
    }

    private static String text(Duration age) {
        return Duration.ofSeconds(Math.max(0, age.toSeconds())).toString();
    }
}
