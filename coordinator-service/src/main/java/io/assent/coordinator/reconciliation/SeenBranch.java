package io.assent.coordinator.reconciliation;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One branch of a transaction, as a participant shows it.
 *
 * @param url the participant's address that showed it
 * @param ref the execution; null only for a branch that was rolled back before anybody knew it
 * @param state PREPARED, COMMITTED or ROLLED_BACK
 * @param since since when; null if the participant does not tell
 */
public record SeenBranch(
        ParticipantName participant,
        String url,
        BranchId branch,
        @Nullable BranchRef ref,
        BranchState state,
        @Nullable Instant since) {}
