package io.assent.participant.engine;

import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sweep: this participant's own branches in doubt, and a question to any coordinator about those that nobody seems to
 * look after. Acts on COMMIT and ROLLBACK only; an error or a timeout is never an answer. Every replica sweeps; an order
 * carried out twice is harmless (R6).
 */
public final class InDoubtResolver {

    private static final Logger log = LoggerFactory.getLogger(InDoubtResolver.class);

    /** As many as PostgreSQL can hold: one that nobody can end must not hide those that came after it. */
    private static final int ALL = 1 << 18;

    private final BranchResource resource;
    private final BranchService branches;
    private final Inquiries inquiries;
    private final Scheduler scheduler;
    private final Settings settings;
    private volatile boolean stopped;
    private boolean started;

    /**
     * How it sweeps.
     *
     * @param interval between the end of a pass and the start of the next
     * @param minAge younger branches are left alone: their vote is still on its way, perhaps on another replica; the first
     *     pass after the start asks about all of them
     * @param batch how many branches one inquiry asks about, at most 1,000
     * @param markerRetention how long markers and tombstones are kept
     * @param markerBatch how many of them one pass deletes at most
     */
    public record Settings(Duration interval, Duration minAge, int batch, Duration markerRetention, int markerBatch) {}

    public InDoubtResolver(
            BranchResource resource,
            BranchService branches,
            Inquiries inquiries,
            Scheduler scheduler,
            Settings settings) {
        this.resource = resource;
        this.branches = branches;
        this.inquiries = inquiries;
        this.scheduler = scheduler;
        this.settings = settings;
    }

    /** The first pass runs at once: whatever was in doubt when the last process died. */
    public void start() {
        stopped = false;
        scheduler.schedule(this::passAndReschedule, Duration.ZERO);
    }

    public void stop() {
        stopped = true;
    }

    private void passAndReschedule() {
        if (stopped) {
            return;
        }
        try {
            pass();
        } catch (RuntimeException e) {
            log.warn(
                    "The sweep for branches in doubt failed; next attempt in {}: {}",
                    settings.interval(),
                    e.toString());
        }
        if (!stopped) {
            scheduler.schedule(this::passAndReschedule, settings.interval());
        }
    }

    /**
     * One pass.
     *
     * @return how many branches it ended
     * @throws BranchResourceException if the database cannot be asked
     */
    public synchronized int pass() {
        // What is there before the first call was executed here is most likely what a killed process left behind.
        // Asking
        // about a branch whose call still runs on another replica is harmless: a decision that stands, stands.
        Duration minAge = started ? settings.minAge() : Duration.ZERO;
        List<PreparedBranch> prepared = resource.prepared(ALL);
        started = true;
        inquiries.keepOnly(prepared);
        List<PreparedBranch> waiting = prepared.stream()
                .filter(branch -> branch.age().compareTo(minAge) >= 0)
                .filter(branch -> !branches.isRunning(branch.transaction(), branch.branch(), branch.ref()))
                .toList();
        int ended = 0;
        for (int from = 0; from < waiting.size() && !stopped; from += settings.batch()) {
            ended += resolve(waiting.subList(from, Math.min(waiting.size(), from + settings.batch())));
        }
        resource.forget(settings.markerRetention(), settings.markerBatch());
        return ended;
    }

    private int resolve(List<PreparedBranch> waiting) {
        Map<BranchRef, InquiryAnswer> answers = inquiries.ask(waiting);
        int ended = 0;
        for (PreparedBranch branch : waiting) {
            ended += resolve(branch, answers.getOrDefault(branch.ref(), InquiryAnswer.UNDECIDED));
        }
        return ended;
    }

    private int resolve(PreparedBranch branch, InquiryAnswer answer) {
        int ended = 0;
        try (LogIds ids = LogIds.of(branch.transaction(), branch.branch())) {
            switch (answer) {
                case COMMIT -> ended += end(branch, Decision.COMMIT);
                case ROLLBACK -> ended += end(branch, Decision.ROLLBACK);
                case UNDECIDED ->
                    log.debug(
                            "Transaction {}, branch {}: in doubt for {}, no decision known; asked again in {}",
                            branch.transaction(),
                            branch.branch(),
                            branch.age(),
                            settings.interval());
                case FORGOTTEN -> {
                    if (!branches.isPrepared(branch)) {
                        // Not even voted for: nothing of it can be in a commit set.
                        return end(branch, Decision.ROLLBACK);
                    }
                    log.error(
                            "Transaction {}, branch {}: prepared {} ago, and the coordinator has forgotten the transaction."
                                    + " It is held and keeps its locks until a person decides: compare with the other"
                                    + " participants, then end '{}' by hand: COMMIT PREPARED or ROLLBACK PREPARED in psql, or in the"
                                    + " participant's own log.",
                            branch.transaction(),
                            branch.branch(),
                            branch.age(),
                            branch.ref());
                }
            }
        }
        return ended;
    }

    private int end(PreparedBranch branch, Decision decision) {
        return branches.order(new BranchService.Order(branch.transaction(), branch.branch(), branch.ref(), decision))
                .map(state -> {
                    log.info(
                            "Transaction {}, branch {}: was in doubt for {}, decision {}, now {}",
                            branch.transaction(),
                            branch.branch(),
                            branch.age(),
                            decision,
                            state);
                    return 1;
                })
                .orElse(0);
    }
}
