package io.assent.participant.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.assent.participant.protocol.BranchExecution.AtCommit;
import io.assent.protocol.Vote;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Goal: every phase meets every event, and nothing else is possible. Method: the whole table, written out. */
class BranchExecutionTests {

    private static final String NO = "refused";

    /** phase → {begun, committed(read), committed(wrote), commitReplyLost, preparing, replyLost, prepared, rolledBack, suspended, resumed}. */
    private static final Map<BranchPhase, String[]> TABLE = new LinkedHashMap<>(Map.of(
            BranchPhase.WORKING,
                    new String[] {
                        "WORKING",
                        "READ_ONLY",
                        "COMMITTED_LOCALLY",
                        "COMMIT_UNKNOWN",
                        "PREPARING",
                        NO,
                        NO,
                        "ROLLED_BACK",
                        "OPEN",
                        NO
                    },
            BranchPhase.OPEN, new String[] {NO, NO, NO, NO, NO, NO, NO, "ROLLED_BACK", NO, "WORKING"},
            BranchPhase.READ_ONLY, new String[] {"WORKING", NO, NO, NO, NO, NO, NO, "ROLLED_BACK", NO, NO},
            BranchPhase.PREPARING, new String[] {NO, NO, NO, NO, NO, "UNCERTAIN", "PREPARED", "ROLLED_BACK", NO, NO},
            BranchPhase.UNCERTAIN, new String[] {NO, NO, NO, NO, NO, NO, "PREPARED", "ROLLED_BACK", NO, NO},
            BranchPhase.PREPARED, new String[] {NO, NO, NO, NO, NO, NO, NO, "ROLLED_BACK", NO, NO},
            BranchPhase.COMMITTED_LOCALLY, new String[] {NO, NO, NO, NO, NO, NO, NO, NO, NO, NO},
            BranchPhase.COMMIT_UNKNOWN, new String[] {NO, NO, NO, NO, NO, NO, NO, NO, NO, NO},
            BranchPhase.ROLLED_BACK, new String[] {NO, NO, NO, NO, NO, NO, NO, "ROLLED_BACK", NO, NO}));

    @Test
    void every_phase_meets_every_event_as_the_table_says() {
        assertThat(TABLE.keySet()).containsExactlyInAnyOrder(BranchPhase.values());
        Set<BranchPhase> reached = new LinkedHashSet<>(Set.of(BranchPhase.WORKING));
        TABLE.forEach((phase, expected) -> {
            BranchExecution before = new BranchExecution(phase, null);
            int column = 0;
            for (UnaryOperator<BranchExecution> event : events()) {
                String result;
                try {
                    BranchPhase after = event.apply(before).phase();
                    reached.add(after);
                    result = after.name();
                } catch (IllegalStateException e) {
                    result = NO;
                    assertThat(e).hasMessageContaining(phase.name());
                }
                assertThat(result).as("%s meets event %s", phase, column).isEqualTo(expected[column]);
                column++;
            }
        });
        assertThat(reached).as("every phase is reachable").containsExactlyInAnyOrder(BranchPhase.values());
    }

    private static java.util.List<UnaryOperator<BranchExecution>> events() {
        return java.util.List.of(
                BranchExecution::transactionBegun,
                branch -> branch.committed(false),
                branch -> branch.committed(true),
                BranchExecution::commitReplyLost,
                BranchExecution::preparing,
                BranchExecution::replyLost,
                BranchExecution::prepared,
                branch -> branch.rolledBack("why"),
                BranchExecution::suspended,
                BranchExecution::resumed);
    }

    @Test
    void only_prepared_votes_yes_and_a_doomed_branch_always_votes_no() {
        for (BranchPhase phase : BranchPhase.values()) {
            Vote expected = switch (phase) {
                case WORKING, READ_ONLY, COMMITTED_LOCALLY -> Vote.READ_ONLY;
                case OPEN -> Vote.PENDING;
                case PREPARED -> Vote.PREPARED;
                case PREPARING, UNCERTAIN, COMMIT_UNKNOWN, ROLLED_BACK -> Vote.ROLLBACK;
            };
            assertThat(new BranchExecution(phase, null).vote()).as("%s", phase).isEqualTo(expected);
            assertThat(new BranchExecution(phase, null).doomed("why").vote())
                    .as("%s, doomed", phase)
                    .isEqualTo(Vote.ROLLBACK);
        }
    }

    @Test
    void at_commit_who_wrote_prepares_unless_alone() {
        BranchExecution working = BranchExecution.working();
        assertThat(working.commitReached(false)).isEqualTo(AtCommit.PREPARE);
        assertThat(working.commitReached(true)).isEqualTo(AtCommit.COMMIT);
        assertThat(working.doomed("why").commitReached(false)).isEqualTo(AtCommit.ROLL_BACK);
        assertThat(working.doomed("why").commitReached(true)).isEqualTo(AtCommit.ROLL_BACK);
        assertThatIllegalStateException()
                .isThrownBy(() -> new BranchExecution(BranchPhase.PREPARED, null).commitReached(false));
    }

    @Test
    void a_second_writing_transaction_is_refused_with_the_remedy() {
        assertThat(new BranchExecution(BranchPhase.READ_ONLY, null).mayBeginTransaction())
                .isTrue();
        BranchExecution prepared = new BranchExecution(BranchPhase.PREPARED, null);
        assertThat(prepared.mayBeginTransaction()).isFalse();
        assertThat(prepared.whyNoTransaction()).contains("put one @Transactional around the whole of it");
    }

    @Test
    void the_first_reason_stays() {
        assertThat(BranchExecution.working()
                        .doomed("first")
                        .doomed("second")
                        .rolledBack("third")
                        .rollbackReason())
                .isEqualTo("first");
    }
}
