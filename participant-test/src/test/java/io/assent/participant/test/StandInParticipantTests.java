package io.assent.participant.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.client.RestClient;

/** Goal: it keeps to the protocol as far as it plays it. Method: messages by hand. */
class StandInParticipantTests {

    private final StandInParticipant standIn = StandInParticipant.start("stock-service");
    private final RestClient http = RestClient.builder().baseUrl(standIn.url()).build();
    private final TransactionId transaction = TransactionId.create(Instant.now(), new Random(1));

    @AfterEach
    void close() {
        standIn.close();
    }

    @Test
    void aCommitForItsRefCommitsAndARepeatedOneToo() {
        String ref = String.valueOf(work().ref());

        assertThat(order(Decision.COMMIT, ref)).contains(BranchState.COMMITTED.name());
        assertThat(order(Decision.COMMIT, ref)).contains(BranchState.COMMITTED.name());
        assertThat(standIn.inDoubt()).isZero();
        assertThat(standIn.ordered(transaction)).contains(Decision.COMMIT);
    }

    @Test
    void aCommitForAnotherRefIsNotAcknowledged() {
        work();

        assertThat(order(Decision.COMMIT, "assent:stock-service:another")).contains(BranchState.NEVER_SEEN.name());
        assertThat(standIn.inDoubt()).isOne();
    }

    @Test
    void aRollbackWithoutRefMeansWhateverExecutionThereIs() {
        assertThat(order(Decision.ROLLBACK, null)).contains(BranchState.NEVER_SEEN.name());
        work();

        assertThat(order(Decision.ROLLBACK, null)).contains(BranchState.ROLLED_BACK.name());
        assertThat(standIn.inDoubt()).isZero();
    }

    @Test
    void itCannotVoteLater() {
        assertThatThrownBy(() -> standIn.votes(Vote.PENDING)).isInstanceOf(IllegalArgumentException.class);
    }

    private BranchVote work() {
        ResponseEntity<Void> answer = http.post()
                .uri("/reservations")
                .header(
                        TransactionContext.NAME,
                        new TransactionContext(
                                        transaction,
                                        new BranchId("1"),
                                        Instant.now().plusSeconds(10),
                                        Duration.ofSeconds(10),
                                        true)
                                .format())
                .retrieve()
                .toBodilessEntity();
        BranchVote vote = BranchesHeader.parse(
                        String.valueOf(answer.getHeaders().getFirst(BranchesHeader.NAME)))
                .get(0);
        assertThat(vote.vote()).isEqualTo(Vote.PREPARED);
        return vote;
    }

    private String order(Decision decision, String ref) {
        String named = ref == null ? "" : ", \"ref\": \"" + ref + "\"";
        return http.post()
                .uri("/assent/v1/decisions")
                .contentType(MediaType.APPLICATION_JSON)
                .body("{\"participant\": \"stock-service\", \"decisions\": [{\"transaction\": \"" + transaction
                        + "\", \"branch\": \"1\", \"decision\": \"" + decision + "\"" + named + "}]}")
                .retrieve()
                .body(String.class);
    }
}
