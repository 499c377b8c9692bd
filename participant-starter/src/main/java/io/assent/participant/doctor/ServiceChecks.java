package io.assent.participant.doctor;

import io.assent.participant.client.CoordinatorProbe;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResource.InDoubt;
import io.assent.protocol.doctor.Finding;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What can be wrong with the branches of this service, and with the coordinators that it asks. */
final class ServiceChecks {

    /** As the alert AssentBranchInDoubt has it. */
    private static final Duration LONG = Duration.ofMinutes(2);

    /** What a coordinator says that was not started from a jar of its own: it does not know. */
    private static final String NOT_KNOWN = "development";

    private ServiceChecks() {}

    static Check inDoubt(BranchResource branches) {
        return new Check(
                List.of("in-doubt"),
                "Look whether what keeps the branches can be reached from here; the log of this service has the reason",
                () -> List.of(inDoubt(branches.inDoubt())));
    }

    static Finding inDoubt(InDoubt there) {
        String found = there.count() == 0
                ? "no branch waits for its decision"
                : "%d branches wait for their decision, the oldest for %s"
                        .formatted(there.count(), DatabaseChecks.text(there.oldest()));
        return there.oldest().compareTo(LONG) < 0
                ? Finding.ok("in-doubt", found)
                : Finding.warning(
                        "in-doubt",
                        found + "; its rows stay locked",
                        "assent-branches tells what each waits for. Mostly no coordinator can be reached, or none can decide");
    }

    /** @param version of the starter; null: not known */
    static Check coordinator(URI url, CoordinatorProbe probe, @Nullable String version) {
        String name = "coordinator (" + url + ")";
        return new Check(
                List.of(name),
                "Look whether it runs and can be reached from here, and whether assent.coordinator.urls names it",
                () -> List.of(coordinator(name, probe.look(url), version)));
    }

    static Finding coordinator(String check, CoordinatorProbe.Seen seen, @Nullable String version) {
        if (seen.problem() != null) {
            return Finding.problem(
                    check,
                    seen.problem(),
                    "Look whether it runs and can be reached from here. As long as one address answers, transactions go on");
        }
        if (seen.stranger()) {
            return Finding.problem(
                    check,
                    "it does not accept the key or token of this service, so nothing commits, and no decision is told",
                    "Compare assent.coordinator.key, or what the bean CoordinatorCredentials gives, with the keys that the"
                            + " coordinator lists; without one of both nothing is sent");
        }
        if (seen.versions().isEmpty()) {
            return Finding.unknown(
                    check,
                    "it answers, and does not tell which instances there are",
                    "Compare the versions by hand: GET /v1/instances at the coordinator");
        }
        String versions = String.join(", ", new TreeSet<>(seen.versions()));
        String found = "it answers; instances of version " + versions + " are running";
        boolean same = seen.versions().stream().allMatch(one -> one.equals(version) || one.equals(NOT_KNOWN));
        return version == null || same
                ? Finding.ok(check, found)
                : Finding.warning(
                        check,
                        found + ", and this service has the starter of " + version,
                        "During an upgrade this is as it should be. Otherwise bring both to one version");
    }
}
