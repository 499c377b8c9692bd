package io.assent.participant.protocol;

import io.assent.protocol.BranchRef;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the database knows of one branch at one moment.
 *
 * @param prepared its executions that are in doubt; more than one only if a repeated call slipped in around a rollback
 * @param marker the row that stops every later execution, or null
 */
public record BranchFacts(
        List<PreparedBranch> prepared, @Nullable Marker marker) {

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
