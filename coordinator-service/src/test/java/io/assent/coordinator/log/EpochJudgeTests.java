package io.assent.coordinator.log;

import static io.assent.coordinator.log.EpochJudge.judge;
import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.log.EpochJudge.Epoch;
import io.assent.coordinator.log.EpochJudge.Judgement;
import io.assent.coordinator.log.EpochJudge.Memory;
import io.assent.coordinator.log.EpochJudge.Shown;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Goal: each line of the table of {@link EpochJudge}. Method: plain values. */
class EpochJudgeTests {

    private static final Epoch SECOND = new Epoch(2, "77", 5, false);
    private static final Epoch DOUBTED = new Epoch(2, "77", 5, true);

    @Test
    void aLogWithoutAnEpochIsNew() {
        assertThat(judge(new Shown("77", 1, null, null), null)).isEqualTo(Judgement.FIRST);
    }

    @Test
    void aRestartOnTheSameTimelineIsTrusted() {
        assertThat(judge(new Shown("77", 5, SECOND, null), null)).isEqualTo(Judgement.SAME);
        assertThat(judge(new Shown("77", 5, SECOND, 9L), remembered(2, 9))).isEqualTo(Judgement.SAME);
        assertThat(judge(new Shown("77", 5, SECOND, 10L), remembered(2, 9)))
                .as("a sign of life whose reply was lost")
                .isEqualTo(Judgement.SAME);
    }

    @Test
    void aLogInAnotherClusterIsHeldWhateverIsRemembered() {
        assertThat(judge(new Shown("78", 5, SECOND, null), null)).isEqualTo(Judgement.HOLD);
        assertThat(judge(new Shown("78", 5, SECOND, 9L), remembered(2, 9))).isEqualTo(Judgement.HOLD);
    }

    @Test
    void aLogThatKnowsLessThanItDidIsHeldOnAnyTimeline() {
        for (long timeline : new long[] {4, 5, 6}) {
            assertThat(judge(new Shown("77", timeline, SECOND, 8L), remembered(2, 9)))
                    .isEqualTo(Judgement.HOLD);
            assertThat(judge(new Shown("77", timeline, SECOND, null), remembered(2, 9)))
                    .isEqualTo(Judgement.HOLD);
        }
    }

    @Test
    void aFailoverIsOneIfSomebodySawTheLogBeforeAndItIsAllThere() {
        assertThat(judge(new Shown("77", 6, SECOND, 9L), remembered(2, 9))).isEqualTo(Judgement.FAILOVER);
        assertThat(judge(new Shown("77", 6, SECOND, null), null)).isEqualTo(Judgement.AMBIGUOUS);
        assertThat(judge(new Shown("77", 6, SECOND, 9L), remembered(1, 9)))
                .as("what it remembers is of an older life")
                .isEqualTo(Judgement.AMBIGUOUS);
    }

    @Test
    void whoSawTheLogBeforeEndsTheDoubtOfWhoDidNot() {
        assertThat(judge(new Shown("77", 5, DOUBTED, 9L), remembered(1, 9))).isEqualTo(Judgement.CONFIRMED);
        assertThat(judge(new Shown("77", 5, DOUBTED, 8L), remembered(1, 9))).isEqualTo(Judgement.SURE);
        assertThat(judge(new Shown("77", 5, DOUBTED, null), null)).isEqualTo(Judgement.SAME);
        assertThat(judge(new Shown("77", 5, SECOND, 8L), remembered(1, 9)))
                .as("somebody else has noticed the same")
                .isEqualTo(Judgement.SAME);
    }

    private static Memory remembered(int epoch, long beat) {
        return new Memory(epoch, beat, Instant.EPOCH);
    }
}
