package io.assent.coordinator.operations;

import io.assent.coordinator.engine.ParticipantList;
import io.assent.coordinator.engine.ParticipantList.Participant;
import io.assent.coordinator.engine.TransactionSearch;
import io.assent.coordinator.engine.TransactionSearch.Backlog;
import io.assent.coordinator.engine.TransactionSearch.Undelivered;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The participants as this instance finds them, and what the logs say that they have not acknowledged. The second is the
 * same at every instance. Blocks as long as a search may; thread-safe.
 */
public final class Participants {

    private static final Logger log = LoggerFactory.getLogger(Participants.class);

    private static final Comparator<Participant> BY_NAME =
            Comparator.comparing((Participant one) -> one.name().value()).thenComparing(Participant::url);

    private final ParticipantList called;
    private final TransactionSearch search;

    public Participants(ParticipantList called, TransactionSearch search) {
        this.called = called;
        this.search = search;
    }

    /**
     * A participant with what it has to end.
     *
     * @param called as this instance finds it
     * @param unacknowledged branches whose orders it has not acknowledged; null: no log could be asked
     * @param oldestSince when the oldest of them was decided; null: there is none, or no log could be asked
     */
    public record Seen(
            Participant called,
            @Nullable Long unacknowledged,
            @Nullable Instant oldestSince) {}

    /** By name, then by address. */
    public List<Seen> all() {
        List<Participant> all = called.participants();
        Backlog backlog = all.isEmpty() ? null : backlog();
        return all.stream().sorted(BY_NAME).map(one -> seen(one, backlog)).toList();
    }

    /** An operator wants to see circuits even when the logs are away. */
    private @Nullable Backlog backlog() {
        try {
            return search.backlog();
        } catch (RuntimeException e) {
            log.warn("What participants have not acknowledged is not known now: {}", e.toString());
            return null;
        }
    }

    private Seen seen(Participant one, @Nullable Backlog backlog) {
        if (backlog == null) {
            return new Seen(one, null, null);
        }
        List<Undelivered> here = backlog.undelivered().stream()
                .filter(found -> found.participant().equals(one.name())
                        && Objects.equals(called.address(found.participant(), found.url()), one.url()))
                .toList();
        return new Seen(
                one,
                here.stream().mapToLong(Undelivered::branches).sum(),
                here.stream()
                        .map(Undelivered::oldestSince)
                        .min(Comparator.naturalOrder())
                        .orElse(null));
    }
}
