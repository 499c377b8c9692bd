package io.assent.chaos.checker;

import static io.assent.chaos.checker.Invariant.I1;
import static io.assent.chaos.checker.Invariant.I10;
import static io.assent.chaos.checker.Invariant.I11;
import static io.assent.chaos.checker.Invariant.I13;
import static io.assent.chaos.checker.Invariant.I14;
import static io.assent.chaos.checker.Invariant.I3;
import static io.assent.chaos.checker.Invariant.I5;

import io.assent.chaos.checker.LogRow.Branch;
import java.net.URI;
import java.util.Set;
import java.util.stream.Collectors;

/** The decision log against what became of each branch at its participant. */
final class BranchRules implements Rule {

    @Override
    public void check(Evidence evidence, Findings findings) {
        Set<String> prepared = evidence.banks().stream()
                .flatMap(bank -> bank.prepared().stream())
                .collect(Collectors.toSet());
        evidence.log().values().forEach(row -> decided(evidence, findings, row, prepared));
        for (Books bank : evidence.banks()) {
            bank.markers().stream()
                    .filter(Books.Marker::committed)
                    .forEach(marker -> committed(evidence, findings, bank.bank(), marker));
        }
    }

    private static void decided(Evidence evidence, Findings findings, LogRow row, Set<String> prepared) {
        if (row.completedAt() == null) {
            findings.add(I5, row.id(), "is not finished: " + row);
        }
        if (row.outcome() != null && row.outcome().startsWith("HEURISTIC")) {
            findings.add(I1, row.id(), "ended as " + row.outcome() + ": " + row);
        }
        for (Branch branch : row.branches()) {
            identity(evidence, findings, row, branch);
            if (branch.member() && "COMMIT".equals(row.verdict())) {
                member(evidence, findings, row, branch, prepared);
            }
        }
    }

    private static void identity(Evidence evidence, Findings findings, LogRow row, Branch branch) {
        if (branch.ref() != null
                && branch.ref().startsWith("assent:")
                && !branch.ref().contains(row.id())) {
            findings.add(I13, row.id(), "holds an execution of another transaction: " + branch);
        }
        if (branch.url() != null
                && !evidence.history()
                        .run()
                        .allowedHosts()
                        .contains(URI.create(branch.url()).getAuthority())) {
            findings.add(I14, row.id(), "names a branch at an address that is not allowed: " + branch);
        }
    }

    private static void member(Evidence evidence, Findings findings, LogRow row, Branch branch, Set<String> prepared) {
        if (!branch.vote().equals("PREPARED")) {
            findings.add(I3, row.id(), "was committed with a branch that had not voted PREPARED: " + branch);
        }
        if (row.completedAt() != null && !branch.acknowledged()) {
            findings.add(I10, row.id(), "was completed without the acknowledgement of " + branch);
        }
        Books.Marker marker = evidence.marker(branch.participant(), row.id(), branch.id());
        if (marker != null && marker.committed()) {
            return;
        }
        boolean inDoubt = branch.ref() != null && prepared.contains(branch.ref());
        if (branch.acknowledged()) {
            findings.add(
                    I10,
                    row.id(),
                    "counts " + branch + " as committed, its participant holds " + marker
                            + (inDoubt ? " and the prepared transaction" : ""));
        }
        if (!inDoubt) {
            findings.add(I1, row.id(), "was committed, but " + branch + " was not: its participant holds " + marker);
        }
    }

    private static void committed(Evidence evidence, Findings findings, String bank, Books.Marker marker) {
        LogRow row = evidence.log().get(marker.transaction());
        if (row == null) {
            findings.add(
                    I10,
                    marker.transaction(),
                    bank + " committed " + marker + ", but the decision log does not know it");
            return;
        }
        if (!"COMMIT".equals(row.verdict())) {
            findings.add(I1, row.id(), bank + " committed " + marker + ", but the decision is " + row.verdict());
            return;
        }
        boolean ordered = row.branches().stream()
                .anyMatch(branch -> branch.member()
                        && branch.participant().equals(bank)
                        && branch.id().equals(marker.branch())
                        && String.valueOf(branch.ref()).equals(marker.ref()));
        if (!ordered) {
            findings.add(
                    I11, row.id(), bank + " committed " + marker + ", which is not what the decision names: " + row);
        }
        if (marker.ref() != null && !marker.ref().contains(marker.transaction())) {
            findings.add(I13, marker.transaction(), bank + " keeps the execution of another transaction: " + marker);
        }
    }
}
