package io.assent.coordinator.reconciliation;

import io.assent.coordinator.engine.DecisionLog;
import io.assent.coordinator.engine.LogLives;
import io.assent.coordinator.engine.LogLives.Epoch;
import io.assent.coordinator.engine.ParticipantAddresses;
import io.assent.coordinator.engine.ParticipantAddresses.Address;
import io.assent.coordinator.engine.ParticipantBranches;
import io.assent.coordinator.engine.ParticipantBranches.Page;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a restored log shows of the transactions that are held with what participants show of them. Reads only, and
 * remembers nothing between two parts of a report, which may come from different instances.
 *
 * <p>The replicas of a participant share one database, so one address of each is asked: the first that answers.
 *
 * <p>Thread-safe. The look at the log's addresses blocks; what participants say is waited for by nobody.
 */
public final class Reconciliation {

    /** Of one participant; a service that moved leaves its old addresses in the log. */
    private static final int MOST_ADDRESSES = 4;

    private final LogLives lives;
    private final DecisionLog log;
    private final ParticipantBranches participants;
    private final ParticipantAddresses addresses;

    public Reconciliation(
            LogLives lives, DecisionLog log, ParticipantBranches participants, ParticipantAddresses addresses) {
        this.lives = lives;
        this.log = log;
        this.participants = participants;
        this.addresses = addresses;
    }

    /**
     * What to report.
     *
     * @param after transactions after this one only; null: from the first that is held
     * @param limit how many transactions to look at
     * @param named participants that the log may not know
     */
    public record Query(@Nullable TransactionId after, int limit, List<Address> named) {}

    /**
     * The epoch of this number if anything is or was held in it; without a number the latest one that holds, or else the
     * latest that did.
     *
     * @throws LogLives.UnavailableException if the log cannot be read
     */
    public Optional<Epoch> epoch(@Nullable Integer number) {
        List<Epoch> candidates = lives.epochs().stream()
                .filter(epoch -> epoch.heldFrom() != null && (number == null || epoch.number() == number))
                .toList();
        return candidates.stream()
                .filter(epoch -> epoch.endedAt() == null)
                .findFirst()
                .or(() -> candidates.stream().findFirst());
    }

    /**
     * One part of the report.
     *
     * @param epoch one in which something is or was held
     * @return fails with {@link LogLives.UnavailableException} if the log cannot be read
     * @throws LogLives.UnavailableException likewise
     */
    public CompletionStage<Report> report(Epoch epoch, Query query) {
        TransactionRange held = TransactionRange.between(bound(epoch.heldFrom()), bound(epoch.heldUntil()));
        TransactionRange range =
                query.after() == null ? held : held.after(query.after().value());
        List<CompletableFuture<Shown>> asked = new ArrayList<>();
        // Those of before the hold as well: the ones that were lost with it are known from there.
        candidates(query.named(), addresses.latest(TransactionRange.ALL.before(held.before())))
                .forEach((participant, urls) -> asked.add(ask(participant, new ArrayList<>(urls), range, List.of())
                        .toCompletableFuture()));
        return CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                .thenCompose(all -> compare(
                        epoch,
                        query.limit(),
                        asked.stream().map(CompletableFuture::join).toList()));
    }

    /** What one participant shows. */
    private record Shown(Report.Asked asked, @Nullable Page page) {}

    /** First what the operator says, then what is configured, then the latest addresses in the log. */
    private Map<ParticipantName, Collection<@Nullable String>> candidates(List<Address> named, List<Address> latest) {
        Map<ParticipantName, Collection<@Nullable String>> candidates = new LinkedHashMap<>();
        named.forEach(address -> add(candidates, address.participant(), address.url()));
        participants.configured().forEach(participant -> add(candidates, participant, null));
        latest.forEach(address -> add(candidates, address.participant(), address.url()));
        return candidates;
    }

    private static void add(
            Map<ParticipantName, Collection<@Nullable String>> candidates,
            ParticipantName participant,
            @Nullable String url) {
        Collection<@Nullable String> urls = candidates.computeIfAbsent(participant, name -> new LinkedHashSet<>());
        if (urls.size() < MOST_ADDRESSES) {
            urls.add(url);
        }
    }

    private CompletionStage<Shown> ask(
            ParticipantName participant, List<@Nullable String> urls, TransactionRange range, List<String> errors) {
        if (urls.isEmpty()) {
            return CompletableFuture.completedStage(
                    new Shown(new Report.Asked(participant, null, String.join("; ", errors)), null));
        }
        return participants.list(participant, urls.get(0), range).thenCompose(reply -> {
            Page page = reply.page();
            if (page != null) {
                return CompletableFuture.completedStage(new Shown(
                        new Report.Asked(
                                participant,
                                page.url(),
                                page.ended() ? null : "it lists what is in doubt, and not what has ended"),
                        page));
            }
            List<String> more = new ArrayList<>(errors);
            more.add(Objects.requireNonNullElse(reply.error(), "no answer"));
            return ask(participant, urls.subList(1, urls.size()), range, more);
        });
    }

    private CompletionStage<Report> compare(Epoch epoch, int limit, List<Shown> shown) {
        Map<ParticipantName, Page> parts = new LinkedHashMap<>();
        for (Shown one : shown) {
            if (one.page() != null) {
                parts.put(one.asked().participant(), one.page());
            }
        }
        SeenPage seen = SeenPage.of(parts, limit);
        Report head = new Report(epoch, shown.stream().map(Shown::asked).toList(), List.of(), 0, seen.next());
        return log.find(seen.transactions().keySet()).thenApply(reading -> {
            if (reading.status() != DecisionLog.Status.OK) {
                throw new LogLives.UnavailableException(
                        new IllegalStateException("the transactions could not be read: " + reading.status()));
            }
            return found(head, seen, reading);
        });
    }

    private static Report found(Report head, SeenPage seen, DecisionLog.Reading reading) {
        boolean holds = head.epoch().endedAt() == null;
        List<Finding> findings = new ArrayList<>();
        seen.transactions().forEach((id, branches) -> {
            var record = reading.records().get(id);
            // Absent and not held: another log's, or older than what is kept.
            boolean held = holds && (record != null || reading.unreadable().contains(id));
            Findings.of(id, record, held, branches, head.complete()).ifPresent(findings::add);
        });
        return new Report(
                head.epoch(), head.participants(), findings, seen.transactions().size() - findings.size(), head.next());
    }

    private static Instant bound(@Nullable Instant held) {
        return Objects.requireNonNull(held, "nothing is held in this epoch");
    }
}
