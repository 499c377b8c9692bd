package io.assent.coordinator.engine;

import io.assent.protocol.ParticipantName;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Port: the participants that this instance calls, as it finds them. For operators. Thread-safe; does not block. */
public interface ParticipantList {

    /** Whether calls are made: all, none because too many failed, or a few to find out. */
    enum Circuit {
        CLOSED,
        OPEN,
        HALF_OPEN
    }

    /**
     * One participant at one address.
     *
     * @param name of the participant
     * @param url where it is called, in its one spelling
     * @param circuit whether it is called now
     * @param underWay messages that wait for its answer
     * @param waiting orders, and requests for votes, that wait to be sent
     * @param limit how many messages may be under way at once
     * @param failureRate percent of the latest calls that failed; null: there were too few to tell
     * @param lastError why the latest call that failed did; null: none has
     * @param lastErrorAt when that was; null: never
     * @param lastAnswerAt when it last answered a call well; null: never
     */
    record Participant(
            ParticipantName name,
            String url,
            Circuit circuit,
            int underWay,
            int waiting,
            int limit,
            @Nullable Double failureRate,
            @Nullable String lastError,
            @Nullable Instant lastErrorAt,
            @Nullable Instant lastAnswerAt) {}

    /** Those called since this instance started, except such as were idle when their place was needed. In no order. */
    List<Participant> participants();

    /**
     * Where a branch is called, in the spelling of {@link Participant#url}.
     *
     * @param url as the branch names it, or null
     * @return null if that address may not be called
     */
    @Nullable
    String address(ParticipantName participant, @Nullable String url);
}
