package io.assent.participant.engine;

import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Asks coordinators about branches in doubt, and remembers what they said: for people, who want to know what a branch waits
 * for. Nothing decides by it. Remembers as many as were in doubt in the last pass. Thread-safe.
 */
public final class Inquiries {

    private final CoordinatorClient coordinator;
    private final InstantSource clock;
    private final Map<BranchRef, Asked> asked = new ConcurrentHashMap<>();
    private final Map<InquiryAnswer, AtomicLong> answers = new EnumMap<>(InquiryAnswer.class);
    private final AtomicLong unanswered = new AtomicLong();

    /**
     * What was asked about one branch.
     *
     * @param times how often this process has asked, 1 or more
     * @param last when it last had, by this service's clock
     * @param answer what was said then; null if no coordinator answered
     */
    public record Asked(int times, Instant last, @Nullable InquiryAnswer answer) {}

    public Inquiries(CoordinatorClient coordinator, InstantSource clock) {
        this.coordinator = coordinator;
        this.clock = clock;
        for (InquiryAnswer answer : InquiryAnswer.values()) {
            answers.put(answer, new AtomicLong());
        }
    }

    /** As {@link CoordinatorClient#inquire}. */
    Map<BranchRef, InquiryAnswer> ask(List<PreparedBranch> branches) {
        Map<BranchRef, InquiryAnswer> heard = coordinator.inquire(branches);
        Instant now = clock.instant();
        for (PreparedBranch branch : branches) {
            InquiryAnswer answer = heard.get(branch.ref());
            asked.merge(
                    branch.ref(),
                    new Asked(1, now, answer),
                    (before, latest) -> new Asked(before.times() + 1, now, answer));
            counter(answer).incrementAndGet();
        }
        return heard;
    }

    /** The others are not in doubt any more. */
    void keepOnly(Collection<PreparedBranch> inDoubt) {
        Set<BranchRef> refs = inDoubt.stream().map(PreparedBranch::ref).collect(Collectors.toSet());
        asked.keySet().retainAll(refs);
    }

    /** What this process has asked about the branch; null if it has not, or if the branch is not in doubt any more. */
    public @Nullable Asked about(BranchRef ref) {
        return asked.get(ref);
    }

    /**
     * About how many branches this was answered since the start; for metrics.
     *
     * @param answer null for those about which no coordinator answered
     */
    public long count(@Nullable InquiryAnswer answer) {
        return counter(answer).get();
    }

    private AtomicLong counter(@Nullable InquiryAnswer answer) {
        return answer == null ? unanswered : answers.getOrDefault(answer, unanswered);
    }
}
