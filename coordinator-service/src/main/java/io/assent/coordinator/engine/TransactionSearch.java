package io.assent.coordinator.engine;

import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Port: lists transactions for people. Blocks; thread-safe. */
public interface TransactionSearch {

    /**
     * @param state as shown to people, or null
     * @param outcomes one of which it has; empty: any or none
     * @param name the exact label, or null
     * @param participant that has a branch in it, or null
     * @param olderThan time since the last change of state, or null
     * @param limit 1 to 500
     * @param before only ids that sort before this one, or null for the first page
     * @param owner only what is this caller's, or everybody's; null: all
     */
    record Query(
            @Nullable TransactionState state,
            Set<Outcome> outcomes,
            @Nullable String name,
            @Nullable ParticipantName participant,
            @Nullable Duration olderThan,
            int limit,
            @Nullable TransactionId before,
            @Nullable String owner) {

        public Query {
            outcomes = Set.copyOf(outcomes);
        }
    }

    /**
     * What was found.
     *
     * @param found newest first
     * @param missing the logs that could not be asked: what they hold is missing here
     */
    record Result(List<TransactionRecord> found, List<String> missing) {

        public Result {
            found = List.copyOf(found);
            missing = List.copyOf(missing);
        }
    }

    /**
     * Branches whose end the participant at an address has not acknowledged. One that has ended against the decision waits
     * for a person and is not among them.
     *
     * @param participant that has them
     * @param url as the branches name it, or null
     * @param branches how many
     * @param oldestSince when the oldest of them was decided
     */
    record Undelivered(
            ParticipantName participant, @Nullable String url, long branches, Instant oldestSince) {}

    /**
     * What is decided and not complete. Of decisions that may be told only (R4): one that was made a moment ago is not in it.
     *
     * @param undelivered in no order
     * @param heuristics transactions of which a branch has ended against the decision, and that wait for a person
     * @param missing the logs that could not be asked: what they hold is missing here
     */
    record Backlog(List<Undelivered> undelivered, long heuristics, List<String> missing) {

        /** Where each log stops counting, so that looking costs the same however bad it is. Transactions. */
        public static final int MOST = 10_000;

        public Backlog {
            undelivered = List.copyOf(undelivered);
            missing = List.copyOf(missing);
        }
    }

    /**
     * What is begun and not decided in one log.
     *
     * @param log its name
     * @param byOwner how many transactions are whose; what is everybody's is left out
     */
    record Undecided(String log, Map<String, Long> byOwner) {

        /** Where each log stops counting. Transactions. */
        public static final int MOST = 1_000_000;

        public Undecided {
            byOwner = Map.copyOf(byOwner);
        }
    }

    /** No log could be asked. */
    final class UnavailableException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public UnavailableException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** What is shown of a decision obeys R4: an unconfirmed one is PREPARING. */
    Result search(Query query);

    /** All transactions that are decided and not complete, summed up; at most {@link Backlog#MOST} of each log. */
    Backlog backlog();

    /**
     * All transactions of an owner that are begun and not decided, counted; at most {@link Undecided#MOST} of each log.
     *
     * @return one for each log that could be asked
     */
    List<Undecided> undecided();
}
