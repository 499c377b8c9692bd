package io.assent.conformance.participant;

import io.assent.conformance.HttpTemplate;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a participant is reached and what it can be asked to do.
 *
 * @param base address of its protocol endpoints, such as {@code http://localhost:8082/assent/v1}
 * @param works pieces of work that do not lock each other's rows; at least one
 * @param readOnly a piece of work that only reads, or null
 * @param refused a piece of work that the service refuses, or null
 * @param effect where the effect of work can be seen: the answer contains the unique key as often as the work was done; or null
 * @param restart stops the participant without warning and starts it again, and returns when it is ready; or null
 * @param headers sent with every request
 * @param patience how long the participant may take for what it does by itself, and for what it answers BUSY to
 */
public record ParticipantOptions(
        URI base,
        List<HttpTemplate> works,
        @Nullable HttpTemplate readOnly,
        @Nullable HttpTemplate refused,
        @Nullable HttpTemplate effect,
        @Nullable Restart restart,
        Map<String, String> headers,
        Duration patience) {

    /** Kills and starts. */
    @FunctionalInterface
    public interface Restart {
        void restart() throws Exception;
    }

    public ParticipantOptions {
        works = List.copyOf(works);
        headers = Map.copyOf(headers);
        if (works.isEmpty()) {
            throw new IllegalArgumentException("at least one piece of work");
        }
    }
}
