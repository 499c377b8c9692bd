package io.assent.participant.protocol;

import io.assent.protocol.BranchRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the resources know of one branch at one moment.
 *
 * @param prepared its executions that are in doubt; more than one only if a repeated call slipped in around a rollback
 * @param marker the row that stops every later execution, or null
 * @param partial executions that are prepared in some of several resources and not in the main one: either none has voted for
 *     them, or they are being ended. They can be rolled back, never voted for
 */
public record BranchFacts(
        List<PreparedBranch> prepared, @Nullable Marker marker, List<PreparedBranch> partial) {

    public BranchFacts {
        prepared = List.copyOf(prepared);
        partial = List.copyOf(partial);
    }

    /** Of a branch with one resource. */
    public BranchFacts(List<PreparedBranch> prepared, @Nullable Marker marker) {
        this(prepared, marker, List.of());
    }

    /** Whether this very execution is in doubt. */
    public boolean isPrepared(BranchRef ref) {
        return prepared.stream().anyMatch(branch -> branch.ref().equals(ref));
    }

    /**
     * The row with the key (transaction, branch).
     *
     * @param committed true: written by the branch itself, hence the proof of COMMITTED; false: a tombstone
     * @param ref the execution; null for the tombstone of a rollback order without one
     * @param ageMillis how long ago it was written, by the database's clock
     */
    public record Marker(boolean committed, @Nullable BranchRef ref, long ageMillis) {}
}
