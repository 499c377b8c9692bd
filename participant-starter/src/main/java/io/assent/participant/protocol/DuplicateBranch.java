package io.assent.participant.protocol;

import io.assent.protocol.BranchRef;
import io.assent.protocol.Vote;
import org.jspecify.annotations.Nullable;

/**
 * What an earlier execution of the same branch said: a repeated call gets the vote already given and works no second time.
 *
 * @param vote PREPARED (also when it has been committed since) or ROLLBACK (a tombstone stands there)
 * @param ref the earlier execution; null for a tombstone without one
 */
public record DuplicateBranch(Vote vote, @Nullable BranchRef ref) {}
