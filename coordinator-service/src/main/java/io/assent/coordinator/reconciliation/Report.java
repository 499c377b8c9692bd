package io.assent.coordinator.reconciliation;

import io.assent.coordinator.engine.LogLives.Epoch;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the comparison.
 *
 * @param epoch whose hold it is about
 * @param participants who was asked
 * @param findings in the order of transactions
 * @param consistent how many other transactions participants show: nobody has to do anything about them
 * @param next after which the next part begins; null: this is the last one
 */
public record Report(
        Epoch epoch,
        List<Asked> participants,
        List<Finding> findings,
        int consistent,
        @Nullable TransactionId next) {

    /**
     * Who was asked.
     *
     * @param url the address that answered; null if none did
     * @param error what is missing and why, for people; null if nothing is
     */
    public record Asked(
            ParticipantName participant,
            @Nullable String url,
            @Nullable String error) {

        public boolean answered() {
            return url != null;
        }
    }

    /** Whether every participant has shown all that it knows. Only then a proposal is certain. */
    public boolean complete() {
        return !participants.isEmpty() && participants.stream().allMatch(asked -> asked.error() == null);
    }
}
