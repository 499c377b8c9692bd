package io.assent.coordinator.engine;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Port: asks participants what is in doubt there and what has ended. For people who compare it with the log; nothing is
 * decided or delivered by it. Thread-safe; does not block.
 */
public interface ParticipantBranches {

    /**
     * One branch, as its participant shows it.
     *
     * @param ref the execution; never null unless the state is ROLLED_BACK
     * @param state PREPARED, COMMITTED or ROLLED_BACK
     * @param since since when, by the participant's clock; null if it does not tell
     */
    record Listed(
            TransactionId transaction,
            BranchId branch,
            @Nullable BranchRef ref,
            BranchState state,
            @Nullable Instant since) {}

    /**
     * A part of what a participant shows, in the order of transactions, none of them in part.
     *
     * @param url the address that answered
     * @param more whether there is more after the last one; then there is at least one
     * @param ended whether what has ended is among it
     */
    record Page(String url, List<Listed> branches, boolean more, boolean ended) {}

    /**
     * Exactly one of the two is there.
     *
     * @param error why there is no answer, for people
     */
    record Reply(@Nullable Page page, @Nullable String error) {}

    /** Participants of which the configuration tells the address. */
    List<ParticipantName> configured();

    /**
     * The first part of what lies in the range.
     *
     * @param url null: the configured address
     */
    CompletionStage<Reply> list(ParticipantName participant, @Nullable String url, TransactionRange range);
}
