package io.assent.protocol.header;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.Vote;
import org.jspecify.annotations.Nullable;

/**
 * One branch as a participant reports it to its caller.
 *
 * @param branch the name given by the caller
 * @param participant who executed it
 * @param url where the participant's protocol endpoints are; null if only the coordinator's configuration knows
 * @param vote what it voted
 * @param ref the execution; null only for a branch that voted ROLLBACK before it had one
 * @param reason why it voted ROLLBACK, for people, or null
 */
public record BranchVote(
        BranchId branch,
        ParticipantName participant,
        @Nullable String url,
        Vote vote,
        @Nullable BranchRef ref,
        @Nullable String reason) {

    public BranchVote {
        if (ref == null && vote != Vote.ROLLBACK) {
            throw new IllegalArgumentException("branch " + branch + " voted " + vote + " without a ref");
        }
    }

    /** Without a reason. */
    public BranchVote(
            BranchId branch, ParticipantName participant, @Nullable String url, Vote vote, @Nullable BranchRef ref) {
        this(branch, participant, url, vote, ref, null);
    }
}
