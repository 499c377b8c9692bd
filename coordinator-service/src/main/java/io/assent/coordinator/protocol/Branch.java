package io.assent.coordinator.protocol;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.Vote;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One execution of a branch as the coordinator knows it; named by {@code (id, ref)} within its transaction (R6).
 *
 * @param id the branch
 * @param participant who executes it
 * @param url base address of the participant's endpoints; null if only the configuration knows it
 * @param ref the execution; null if the caller never learned it, then only ROLLBACK can be ordered
 * @param vote what is known of its vote
 * @param member whether it belongs to the commit set: a member is ordered what was decided, every other execution is
 *     ordered to roll back (R5). False until COMMIT is decided, and for ever when ROLLBACK is
 * @param state the last fact that the participant reported; null if none
 * @param acknowledged whether the branch has ended as ordered, durably
 * @param attempts how many orders have been sent
 * @param lastError why it voted ROLLBACK, or why the last order brought no fact; for people
 * @param enlistedAt database time at which it became known here
 * @param acknowledgedAt database time at which it ended as ordered
 */
public record Branch(
        BranchId id,
        ParticipantName participant,
        @Nullable String url,
        @Nullable BranchRef ref,
        Vote vote,
        boolean member,
        @Nullable BranchState state,
        boolean acknowledged,
        int attempts,
        @Nullable String lastError,
        @Nullable Instant enlistedAt,
        @Nullable Instant acknowledgedAt) {

    /** A branch that nothing was ordered yet, with the reason of its vote. */
    public static Branch named(
            BranchId id,
            ParticipantName participant,
            @Nullable String url,
            @Nullable BranchRef ref,
            Vote vote,
            @Nullable String reason) {
        return new Branch(id, participant, url, ref, vote, false, null, false, 0, reason, null, null);
    }

    /** A branch that nothing was ordered yet. */
    public static Branch named(
            BranchId id, ParticipantName participant, @Nullable String url, @Nullable BranchRef ref, Vote vote) {
        return named(id, participant, url, ref, vote, null);
    }

    /**
     * The same with its vote.
     *
     * @param reason why it voted ROLLBACK, or null
     */
    public Branch withVote(Vote vote, @Nullable String reason) {
        return new Branch(
                id,
                participant,
                url,
                ref,
                vote,
                member,
                state,
                acknowledged,
                attempts,
                reason,
                enlistedAt,
                acknowledgedAt);
    }

    /** The same outside of the commit set. */
    Branch asNonMember() {
        return new Branch(
                id,
                participant,
                url,
                ref,
                vote,
                false,
                state,
                acknowledged,
                attempts,
                lastError,
                enlistedAt,
                acknowledgedAt);
    }

    /** The same after one more order. */
    Branch orderedOnceMore() {
        return new Branch(
                id,
                participant,
                url,
                ref,
                vote,
                member,
                state,
                acknowledged,
                attempts + 1,
                lastError,
                enlistedAt,
                acknowledgedAt);
    }

    /** The same after the participant was heard of, or was not. */
    public Branch withFact(@Nullable BranchState fact, boolean ended, @Nullable String error) {
        return new Branch(
                id, participant, url, ref, vote, member, fact, ended, attempts, error, enlistedAt, acknowledgedAt);
    }

    /** The same as enlisted at that time. */
    public Branch enlistedAt(Instant at) {
        return new Branch(
                id, participant, url, ref, vote, member, state, acknowledged, attempts, lastError, at, acknowledgedAt);
    }
}
