package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Goal: what is stored is read again, by this version and by others, or refused as a whole. Method: there and back. */
class BranchJsonTests {

    private static final Branch FULL = new Branch(
            new BranchId("1.2"),
            new ParticipantName("shop"),
            "http://shop/assent/v1",
            new BranchRef("assent:shop:1"),
            Vote.PREPARED,
            true,
            BranchState.BUSY,
            true,
            3,
            "connection refused",
            Instant.parse("2026-01-01T00:00:00.123456Z"),
            Instant.parse("2026-01-01T00:00:01Z"));

    @Test
    void everythingComesBack() {
        assertThat(BranchJson.read(BranchJson.write(List.of(FULL), null), Decision.COMMIT, null))
                .containsExactly(FULL);
    }

    @Test
    void whatIsFalseZeroOrNullTakesNoRoom() {
        Branch little = Branch.named(FULL.id(), FULL.participant(), null, null, Vote.PENDING);
        assertThat(BranchJson.write(List.of(little), Decision.COMMIT))
                .isEqualTo("[{\"id\":\"1.2\",\"participant\":\"shop\",\"vote\":\"PENDING\"}]");
        assertThat(BranchJson.read(BranchJson.write(List.of(little), null), null, null))
                .containsExactly(little);
    }

    @Test
    void onlyACommitHasMembers() {
        String stored = BranchJson.write(List.of(FULL), Decision.COMMIT);
        assertThat(BranchJson.read(stored, Decision.COMMIT, null))
                .extracting(Branch::member)
                .containsExactly(true);
        assertThat(BranchJson.read(stored, Decision.ROLLBACK, null))
                .extracting(Branch::member)
                .containsExactly(false);
        assertThat(BranchJson.read(stored, null, null))
                .extracting(Branch::member)
                .containsExactly(false);
        assertThat(BranchJson.write(List.of(FULL), Decision.ROLLBACK)).doesNotContain("member");
    }

    @Test
    void readsWhatPostgresqlWritesAndWhatANewerVersionAdds() {
        String stored = """
                [{"id": "1", "participant": "shop", "vote": "PREPARED", "novelty": {"a": [1]},
                  "acknowledged": true, "acknowledgedAt": "2026-01-01T02:00:00.5+02:00"}]
                """;
        Branch branch = BranchJson.read(stored, null, null).get(0);
        assertThat(branch.acknowledgedAt()).isEqualTo(Instant.parse("2026-01-01T00:00:00.5Z"));
    }

    @Test
    void expectationsComeBack() {
        List<ExpectedBranch> expected =
                List.of(new ExpectedBranch(new BranchId("1"), null), new ExpectedBranch(FULL.id(), FULL.ref()));
        assertThat(BranchJson.readExpected(BranchJson.writeExpected(expected))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "null",
                "{}",
                "[null]",
                "[{}]",
                "[1]",
                "[{\"id\":\"x\",\"participant\":\"shop\",\"vote\":\"PREPARED\"}]",
                "[{\"id\":\"1\",\"participant\":\"SHOP\",\"vote\":\"PREPARED\"}]",
                "[{\"id\":\"1\",\"participant\":\"shop\"}]",
                "[{\"id\":\"1\",\"participant\":\"shop\",\"vote\":\"MAYBE\"}]",
                "[{\"id\":\"1\",\"participant\":\"shop\",\"vote\":\"PREPARED\",\"ref\":\"other\"}]"
            })
    void whatCannotBeReadIsOneKindOfFailure(String stored) {
        assertThatExceptionOfType(UnreadableRowException.class).isThrownBy(() -> BranchJson.read(stored, null, null));
    }
}
