package io.assent.coordinator.web;

import io.assent.coordinator.engine.LogLives.Epoch;
import io.assent.coordinator.reconciliation.Finding;
import io.assent.coordinator.reconciliation.Report;
import io.assent.coordinator.reconciliation.SeenBranch;
import io.assent.protocol.wire.BranchMessage;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A restored log compared with what participants show.
 *
 * @param held whether transactions are held in the epoch now
 * @param from transactions made from here on are compared
 * @param until transactions made before are
 * @param participants who was asked
 * @param complete whether all of them have shown all that they know; if not, no proposal is certain
 * @param findings what a person has to say something about
 * @param consistent how many transactions were looked at beside these
 * @param next parameter after of the next page; absent on the last
 */
record ReconciliationView(
        int epoch,
        boolean held,
        String from,
        String until,
        List<AskedView> participants,
        boolean complete,
        List<FindingView> findings,
        int consistent,
        @Nullable String next) {

    /**
     * Who was asked.
     *
     * @param url the address that answered
     * @param error what is missing, and why
     */
    record AskedView(
            String participant,
            @Nullable String url,
            boolean answered,
            @Nullable String error) {}

    /**
     * One transaction.
     *
     * @param log ABSENT, UNDECIDED, COMMIT or ROLLBACK
     * @param finding WAS_COMMITTED, WAS_ROLLED_BACK, IN_DOUBT or CONTRADICTION
     * @param detail for people
     * @param certain whether the proposal may be posted without asking anybody
     * @param proposal a body for POST /v1/transactions/{id}/decision
     */
    record FindingView(
            String transaction,
            String log,
            String finding,
            String detail,
            boolean certain,
            @Nullable SettlementRequest proposal,
            List<SeenView> branches) {}

    /** One branch, as its participant shows it. */
    record SeenView(
            String participant,
            String url,
            String branch,
            @Nullable String ref,
            String state,
            @Nullable String since) {}

    static ReconciliationView of(Report report) {
        Epoch epoch = report.epoch();
        return new ReconciliationView(
                epoch.number(),
                epoch.endedAt() == null,
                String.valueOf(epoch.heldFrom()),
                String.valueOf(epoch.heldUntil()),
                report.participants().stream()
                        .map(asked -> new AskedView(
                                asked.participant().toString(), asked.url(), asked.answered(), asked.error()))
                        .toList(),
                report.complete(),
                report.findings().stream()
                        .map(finding -> view(epoch.number(), finding))
                        .toList(),
                report.consistent(),
                report.next() == null ? null : report.next().toString());
    }

    private static FindingView view(int epoch, Finding finding) {
        Finding.Proposal proposal = finding.proposal();
        return new FindingView(
                finding.transaction().toString(),
                finding.log().name(),
                finding.kind().name(),
                finding.detail(),
                finding.certain(),
                proposal == null
                        ? null
                        : new SettlementRequest(
                                proposal.decision().name(),
                                "reconciliation of epoch " + epoch + ": " + finding.detail(),
                                proposal.branches().isEmpty()
                                        ? null
                                        : proposal.branches().stream()
                                                .map(ReconciliationView::named)
                                                .toList()),
                finding.branches().stream().map(ReconciliationView::seen).toList());
    }

    private static BranchMessage named(SeenBranch branch) {
        return new BranchMessage(
                branch.branch().toString(), branch.participant().toString(), branch.url(), ref(branch), null, null);
    }

    private static SeenView seen(SeenBranch branch) {
        return new SeenView(
                branch.participant().toString(),
                branch.url(),
                branch.branch().toString(),
                ref(branch),
                branch.state().name(),
                branch.since() == null ? null : branch.since().toString());
    }

    private static @Nullable String ref(SeenBranch branch) {
        return branch.ref() == null ? null : branch.ref().toString();
    }
}
