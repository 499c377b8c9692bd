package io.assent.participant.engine;

import io.assent.protocol.ParticipantName;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who answers at an address: configured, or learned from earlier votes. So that a call whose answer was lost can still
 * be named in the rollback request. Thread-safe; the {@value #MAX_LEARNED} most recently used addresses are kept.
 */
public final class ParticipantDirectory {

    /** How many addresses are remembered. */
    public static final int MAX_LEARNED = 1_000;

    private final Map<String, Participant> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Participant> eldest) {
            return size() > MAX_LEARNED;
        }
    };

    /**
     * A participant.
     *
     * @param name its name
     * @param url its protocol endpoints, or null if only the coordinator's configuration knows
     */
    public record Participant(
            ParticipantName name, @Nullable String url) {}

    /** @param origin scheme, host and port of its application endpoints */
    public synchronized void learn(String origin, ParticipantName name, @Nullable String url) {
        known.put(origin, new Participant(name, url));
    }

    public synchronized Optional<Participant> at(String origin) {
        return Optional.ofNullable(known.get(origin));
    }
}
