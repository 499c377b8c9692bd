package io.assent.participant.protocol;

import io.assent.protocol.BranchRef;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier execution of the same branch said: a repeated call gets the vote already given and works no second time.
 *
 * @param vote PREPARED (also when it has been committed since), PENDING or READ_ONLY of a call that worked in an open
 *     branch, or ROLLBACK: a tombstone stands there, or what the earlier execution answered is not known here
 * @param ref the earlier execution; null for a tombstone without one
 * @param nested the votes of the calls that the earlier execution had made, as it answered them
 */
public record DuplicateBranch(Vote vote, @Nullable BranchRef ref, List<BranchVote> nested) {

    public DuplicateBranch {
        nested = List.copyOf(nested);
    }
}
