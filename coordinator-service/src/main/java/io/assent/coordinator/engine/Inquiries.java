package io.assent.coordinator.engine;

import io.assent.coordinator.engine.Coordinator.Inquired;
import io.assent.coordinator.engine.Coordinator.Inquiry;
import io.assent.coordinator.engine.Coordinator.Rollback;
import io.assent.coordinator.engine.DecisionLog.Reading;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.RollbackCause;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Answers participants that ask about branches in doubt.
 *
 * <pre>
 * what the log holds                        answer
 * decided, confirmed                        the decision: COMMIT only for a member of the set, else ROLLBACK (R5)
 * decided, not confirmed                    what a barrier write returns (R4)
 * undecided or absent, deadline passed      what a proposal of ROLLBACK returns (R3)
 * undecided or absent, before the deadline  UNDECIDED
 * absent, below the horizon                 FORGOTTEN (R9)
 * cannot be known now, unreadable, or held  UNDECIDED (R8)
 * </pre>
 *
 * <p>The barrier write and the proposal are the same: a rollback request. So what it decides is delivered as well.
 */
final class Inquiries {

    private final DecisionLog log;
    private final EngineSettings settings;
    private final Coordinator coordinator;

    Inquiries(DecisionLog log, EngineSettings settings, Coordinator coordinator) {
        this.log = log;
        this.settings = settings;
        this.coordinator = coordinator;
    }

    CompletionStage<List<Inquired>> answer(List<Inquiry> asked) {
        Set<TransactionId> ids = new LinkedHashSet<>();
        asked.forEach(inquiry -> ids.add(inquiry.transaction()));
        return log.find(ids).thenCompose(reading -> answer(asked, reading));
    }

    private CompletionStage<List<Inquired>> answer(List<Inquiry> asked, Reading reading) {
        if (reading.status() != Status.OK) {
            return CompletableFuture.completedFuture(asked.stream()
                    .map(inquiry -> new Inquired(inquiry, InquiryAnswer.UNDECIDED))
                    .toList());
        }
        Map<TransactionId, CompletableFuture<Answer>> writes = new HashMap<>();
        List<CompletableFuture<Inquired>> answers = new ArrayList<>();
        for (Inquiry inquiry : asked) {
            answers.add(answer(inquiry, reading, writes).thenApply(answer -> new Inquired(inquiry, answer)));
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(all -> answers.stream().map(CompletableFuture::join).toList());
    }

    private CompletableFuture<InquiryAnswer> answer(
            Inquiry inquiry, Reading reading, Map<TransactionId, CompletableFuture<Answer>> writes) {
        TransactionId id = inquiry.transaction();
        TransactionRecord record = reading.records().get(id);
        if (reading.unreadable().contains(id)) {
            return CompletableFuture.completedFuture(InquiryAnswer.UNDECIDED);
        }
        if (record == null && id.timestamp().isBefore(reading.horizon())) {
            return CompletableFuture.completedFuture(InquiryAnswer.FORGOTTEN);
        }
        if (record != null && record.decision() != null && record.confirmed()) {
            return CompletableFuture.completedFuture(tell(inquiry, record));
        }
        boolean decided = record != null && record.decision() != null;
        if (!decided && reading.now().isBefore(deadline(inquiry, record))) {
            return CompletableFuture.completedFuture(InquiryAnswer.UNDECIDED);
        }
        return writes.computeIfAbsent(id, this::write).thenApply(written -> told(inquiry, written));
    }

    private CompletableFuture<Answer> write(TransactionId id) {
        return coordinator
                .rollback(new Rollback(
                        id,
                        RollbackCause.DEADLINE,
                        "the deadline passed, and a participant asked for the decision",
                        List.of(),
                        Duration.ZERO,
                        null))
                .toCompletableFuture();
    }

    private static InquiryAnswer told(Inquiry inquiry, Answer written) {
        return switch (written.result()) {
            case COMPLETE, PENDING -> InquiryAnswer.ROLLBACK;
            case COMMITTED ->
                written.transaction() == null ? InquiryAnswer.UNDECIDED : tell(inquiry, written.transaction());
            case TOO_OLD -> InquiryAnswer.FORGOTTEN;
            case CREATED,
                    OK,
                    ROLLED_BACK,
                    SET_CONFLICT,
                    TRANSACTION_CONFLICT,
                    BRANCH_CONFLICT,
                    CLOSED,
                    BRANCH_LIMIT,
                    NOT_ALLOWED,
                    IN_FUTURE,
                    NOT_FOUND,
                    UNKNOWN,
                    HELD,
                    UNAVAILABLE,
                    OVERLOADED -> InquiryAnswer.UNDECIDED;
        };
    }

    private static InquiryAnswer tell(Inquiry inquiry, TransactionRecord record) {
        return record.decision() == Decision.COMMIT
                        && record.branches().stream().anyMatch(b -> member(b, inquiry))
                ? InquiryAnswer.COMMIT
                : InquiryAnswer.ROLLBACK;
    }

    private static boolean member(Branch branch, Inquiry inquiry) {
        return branch.member()
                && branch.id().equals(inquiry.branch())
                && inquiry.ref().equals(branch.ref());
    }

    /** R10: a recorded deadline wins; the asker's counts up to the id's time and the longest lifetime. */
    private Instant deadline(Inquiry inquiry, @Nullable TransactionRecord record) {
        if (record != null && record.deadline() != null) {
            return record.deadline();
        }
        Instant latest = inquiry.transaction().timestamp().plus(settings.longestLifetime());
        Instant asker = inquiry.deadline();
        return asker == null || asker.isAfter(latest) ? latest : asker;
    }
}
