package io.assent.coordinator.operations;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to {@code GET /v1/participants}.
 *
 * @param items by name, then by address
 */
public record ParticipantsView(List<Item> items) {

    /**
     * One participant at one address. What is not known is null rather than left out, so that a table has all its columns.
     *
     * @param name of the participant
     * @param url where it is called
     * @param circuit CLOSED, OPEN or HALF_OPEN
     * @param calls what is under way
     * @param failureRate percent of the latest calls that failed; null: there were too few to tell
     * @param unacknowledged branches whose orders it has not acknowledged, as the logs say; null: they could not be asked
     * @param oldestUnacknowledgedSince RFC 3339; when the oldest of them was decided; null if there is none
     * @param lastError why the latest call of this instance that failed did; null if none has
     * @param lastErrorAt RFC 3339; when that was; null if never
     * @param lastAnswerAt RFC 3339; when it last answered this instance well; null if never
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Item(
            String name,
            String url,
            String circuit,
            Calls calls,
            @Nullable Double failureRate,
            @Nullable Long unacknowledged,
            @Nullable String oldestUnacknowledgedSince,
            @Nullable String lastError,
            @Nullable String lastErrorAt,
            @Nullable String lastAnswerAt) {}

    /**
     * Calls of this instance to one participant.
     *
     * @param underWay messages that wait for its answer
     * @param waiting orders, and requests for votes, that wait to be sent
     * @param limit how many messages may be under way at once
     */
    public record Calls(int underWay, int waiting, int limit) {}

    public static ParticipantsView of(List<Participants.Seen> all) {
        return new ParticipantsView(all.stream().map(ParticipantsView::item).toList());
    }

    private static Item item(Participants.Seen seen) {
        var one = seen.called();
        return new Item(
                one.name().value(),
                one.url(),
                one.circuit().name(),
                new Calls(one.underWay(), one.waiting(), one.limit()),
                one.failureRate(),
                seen.unacknowledged(),
                text(seen.oldestSince()),
                one.lastError(),
                text(one.lastErrorAt()),
                text(one.lastAnswerAt()));
    }

    private static @Nullable String text(@Nullable Instant instant) {
        return instant == null ? null : instant.toString();
    }
}
