package io.assent.micro;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Goal: every benchmark is found and does its work. Method: JMH, in this JVM, for a moment each; how fast it is is not looked at. */
class CodeRunTests {

    @Test
    void everyBenchmarkIsFoundAndRuns() throws Exception {
        var scores = CodeRun.run(new CodeRun.Length(0, 0, 1, 50));

        assertThat(scores)
                .extracting(CodeRun.Score::name)
                .containsExactlyInAnyOrder(
                        "HeaderBenchmarks.writeTransaction",
                        "HeaderBenchmarks.parseTransaction",
                        "HeaderBenchmarks.writeVote",
                        "HeaderBenchmarks.parseVote",
                        "CommitRequestBenchmarks.write",
                        "CommitRequestBenchmarks.parse",
                        "CoordinatorBenchmarks.commit",
                        "ParticipantBenchmarks.prepare");
        assertThat(scores).allSatisfy(score -> {
            assertThat(score.nanos()).isPositive();
            assertThat(score.bytes()).isPositive();
        });
    }

    @Test
    void whatIsReadIsWhatWasWritten() throws Exception {
        assertThat(new CommitRequestBenchmarks().parse())
                .hasSize(2)
                .allSatisfy(branch -> assertThat(branch.vote()).isEqualTo("PREPARED"));
        HeaderBenchmarks headers = new HeaderBenchmarks();
        assertThat(headers.parseTransaction().format()).isEqualTo(headers.writeTransaction());
        assertThat(headers.parseVote()).hasSize(1);
    }
}
