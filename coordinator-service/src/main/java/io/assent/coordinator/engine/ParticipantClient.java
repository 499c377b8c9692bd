package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.Branch;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Port: talks to participants. Bounds every call in time; one slow participant delays no other. No stage completes
 * exceptionally for a reason that lies outside the program. Thread-safe; stages may complete on any thread.
 */
public interface ParticipantClient {

    /**
     * Whether messages may go there at all; decided by configuration alone, without any look-up. Checked when an address
     * arrives, and again by the client when it is used.
     *
     * @param url as the branch named it; null: is there a configured address
     */
    boolean allowed(ParticipantName participant, @Nullable String url);

    /**
     * Asks for a vote.
     *
     * @param remaining the time left; the stage completes within it
     */
    CompletionStage<VoteReply> prepare(TransactionId transaction, Branch branch, Instant deadline, Duration remaining);

    /** Orders the end of one branch. Orders to one participant may travel in one message. */
    CompletionStage<OrderReply> order(TransactionId transaction, Branch branch, Decision decision);

    /**
     * @param vote PREPARED, READ_ONLY or ROLLBACK; null if none was heard: unknown is no vote (R2)
     * @param reason for people
     * @param connectionFailed whether the request certainly did not arrive, so that asking once more is useful
     */
    record VoteReply(@Nullable Vote vote, @Nullable String reason, boolean connectionFailed) {}

    /**
     * @param state the fact for the exact execution; null if none was heard (R7)
     * @param error for people, if no fact was heard
     * @param givenUp whether it was not even tried, because the participant has not answered for a while: nobody who waits
     *     for it gets an answer soon
     */
    record OrderReply(@Nullable BranchState state, @Nullable String error, boolean givenUp) {

        /** Of an order that was tried. */
        public OrderReply(@Nullable BranchState state, @Nullable String error) {
            this(state, error, false);
        }
    }
}
