package io.assent.coordinator.reconciliation;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.coordinator.reconciliation.Finding.Kind;
import io.assent.coordinator.reconciliation.Finding.Shown;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Goal: a proposal never says more than what participants show. Method: the table, row by row. P, C and R are branches that
 * are in doubt, committed and rolled back; T is rolled back without an execution; each is at a participant of its own.
 */
class FindingsTests {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final TransactionId ID = TransactionId.create(NOW, new Random(1));

    @ParameterizedTest
    @CsvSource({
        "C,   WAS_COMMITTED,   COMMIT,   1",
        "CC,  WAS_COMMITTED,   COMMIT,   12",
        "PC,  WAS_COMMITTED,   COMMIT,   12",
        "R,   WAS_ROLLED_BACK, ROLLBACK, 1",
        "PPR, WAS_ROLLED_BACK, ROLLBACK, 123",
        "PT,  WAS_ROLLED_BACK, ROLLBACK, 1",
        "T,   WAS_ROLLED_BACK, ROLLBACK, ''",
        "P,   IN_DOUBT,        ROLLBACK, 1",
        "PP,  IN_DOUBT,        ROLLBACK, 12",
        "CR,  CONTRADICTION,   ,         ",
        "PCT, CONTRADICTION,   ,         "
    })
    void what_is_held_is_decided_by_what_participants_show(
            String shown, Kind kind, Decision decision, String branches) {
        for (TransactionRecord record : new TransactionRecord[] {null, undecided()}) {
            Finding finding = Findings.of(ID, record, true, seen(shown), true).orElseThrow();

            assertThat(finding.kind()).isEqualTo(kind);
            assertThat(finding.log()).isEqualTo(record == null ? Shown.ABSENT : Shown.UNDECIDED);
            assertThat(finding.branches()).isEqualTo(seen(shown));
            if (decision == null) {
                assertThat(finding.proposal()).as("by hand").isNull();
            } else {
                assertThat(finding.proposal().decision()).isEqualTo(decision);
                assertThat(finding.proposal().branches().stream()
                                .map(branch -> branch.branch().value()))
                        .containsExactly(branches.isEmpty() ? new String[0] : branches.split(""));
            }
            assertThat(finding.certain())
                    .as("the initiator has to be asked only if every branch is in doubt")
                    .isEqualTo(decision != null && kind != Kind.IN_DOUBT);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "PC", "R", "PR", "P", "CR"})
    void nothing_is_certain_while_a_participant_has_not_answered(String shown) {
        Finding finding = Findings.of(ID, null, true, seen(shown), false).orElseThrow();

        assertThat(finding.certain()).isFalse();
        if (finding.kind() != Kind.CONTRADICTION) {
            assertThat(finding.detail()).contains("Not every participant has answered");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"P", "C", "R", "CR"})
    void what_is_not_held_is_decided_as_ever(String shown) {
        assertThat(Findings.of(ID, null, false, seen(shown), true)).isEmpty();
        assertThat(Findings.of(ID, undecided(), false, seen(shown), true)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"COMMIT, P", "COMMIT, C", "COMMIT, CC", "COMMIT, PC", "ROLLBACK, P", "ROLLBACK, R", "ROLLBACK, PTR"})
    void what_is_decided_and_done_or_still_to_be_done_needs_nobody(Decision decision, String shown) {
        assertThat(Findings.of(ID, decided(decision, true, null), true, seen(shown), true))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"COMMIT, R", "COMMIT, CT", "COMMIT, PR", "ROLLBACK, C", "ROLLBACK, PC", "ROLLBACK, RC"})
    void what_ended_against_the_decision_is_a_contradiction(Decision decision, String shown) {
        Finding finding = Findings.of(ID, decided(decision, true, null), false, seen(shown), true)
                .orElseThrow();

        assertThat(finding.kind()).isEqualTo(Kind.CONTRADICTION);
        assertThat(finding.log().name()).isEqualTo(decision.name());
        assertThat(finding.proposal()).as("a decision is final").isNull();
        assertThat(finding.detail()).contains("The log shows " + decision).contains("by hand");
        assertThat(Findings.of(ID, decided(decision, false, null), true, seen(shown), true))
                .as("not confirmed: not told (R4)")
                .isEmpty();
        assertThat(Findings.of(ID, decided(decision, true, "refunded"), true, seen(shown), true))
                .as("a person has closed it")
                .isEmpty();
    }

    @Test
    void another_execution_than_the_one_in_the_set_may_not_have_committed() {
        List<SeenBranch> other = List.of(seen(1, "another", BranchState.COMMITTED));

        assertThat(found(decided(Decision.COMMIT, true, null), other).detail()).contains("not in its set");
    }

    @Test
    void a_branch_outside_of_the_set_may_have_been_rolled_back() {
        List<SeenBranch> seen = new ArrayList<>(seen("CC"));
        seen.add(seen(9, "ref9", BranchState.ROLLED_BACK));

        assertThat(Findings.of(ID, decided(Decision.COMMIT, true, null), true, seen, true))
                .isEmpty();
    }

    @Test
    void a_commit_is_not_proposed_for_two_executions_of_one_branch() {
        List<SeenBranch> twice = List.of(
                seen(1, "ref1", BranchState.COMMITTED),
                seen(2, "ref2", BranchState.PREPARED),
                seen(2, "other", BranchState.PREPARED));

        assertThat(found(null, twice).kind()).isEqualTo(Kind.CONTRADICTION);
        assertThat(found(null, twice).detail()).contains("branch 2 has several executions");
        assertThat(found(null, twice.subList(1, 3)).proposal().branches())
                .as("rolling both back is harmless")
                .hasSize(2);
        List<SeenBranch> notEnlisted = List.of(seen(1, "other", BranchState.COMMITTED));
        assertThat(found(undecided(), notEnlisted).kind()).isEqualTo(Kind.CONTRADICTION);
    }

    private static Finding found(TransactionRecord record, List<SeenBranch> seen) {
        Optional<Finding> finding = Findings.of(ID, record, true, seen, true);
        return finding.orElseThrow();
    }

    private static List<SeenBranch> seen(String states) {
        List<SeenBranch> seen = new ArrayList<>();
        for (int i = 1; i <= states.length(); i++) {
            seen.add(
                    switch (states.charAt(i - 1)) {
                        case 'P' -> seen(i, "ref" + i, BranchState.PREPARED);
                        case 'C' -> seen(i, "ref" + i, BranchState.COMMITTED);
                        case 'R' -> seen(i, "ref" + i, BranchState.ROLLED_BACK);
                        default -> seen(i, null, BranchState.ROLLED_BACK);
                    });
        }
        return seen;
    }

    private static SeenBranch seen(int number, String ref, BranchState state) {
        return new SeenBranch(
                participant(number),
                "http://service",
                new BranchId("" + number),
                ref == null ? null : new BranchRef("assent:p:" + ref),
                state,
                NOW);
    }

    private static ParticipantName participant(int number) {
        return new ParticipantName("service-" + number);
    }

    private static TransactionRecord undecided() {
        return record(null, false, null);
    }

    private static TransactionRecord decided(Decision decision, boolean confirmed, String resolution) {
        return record(decision, confirmed, resolution);
    }

    /** Branches 1 and 2 are its own. */
    private static TransactionRecord record(Decision decision, boolean confirmed, String resolution) {
        List<Branch> branches = new ArrayList<>();
        for (int i = 1; i <= 2; i++) {
            branches.add(new Branch(
                    new BranchId("" + i),
                    participant(i),
                    null,
                    new BranchRef("assent:p:ref" + i),
                    Vote.PREPARED,
                    decision == Decision.COMMIT,
                    null,
                    false,
                    0,
                    null,
                    NOW,
                    null));
        }
        return new TransactionRecord(
                ID,
                null,
                true,
                NOW,
                NOW,
                NOW,
                null,
                decision,
                confirmed,
                decision == null ? null : NOW,
                null,
                branches,
                0,
                null,
                null,
                0,
                null,
                NOW,
                resolution,
                null);
    }
}
