package io.assent.participant.tcc;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.engine.DelegatingBranchResource;
import io.assent.participant.postgres.ReservationLog;
import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Branches with reservations. The database alone says how a branch stands; its reservations are ended after it, and an order
 * is done when they are. Until then they are <em>partial</em> branches: the sweep asks about them, and whoever decides does not know them.
 *
 * <p>A cancel must not overtake its try, which may still be on its way to the outside. So it waits until the try is known to be
 * over: the branch was prepared, or the try ran in this process and has returned, or the deadline has passed some time ago.
 */
public final class ReservingBranchResource extends DelegatingBranchResource {

    private static final Logger log = LoggerFactory.getLogger(ReservingBranchResource.class);

    private final Reservations reservations;
    private final ParticipantName participant;
    private final Duration cancelDelay;

    /** @param cancelDelay after the deadline, how long a try may still run whose process is not known to be alive */
    public ReservingBranchResource(
            BranchResource database, Reservations reservations, ParticipantName participant, Duration cancelDelay) {
        super(database);
        this.reservations = reservations;
        this.participant = participant;
        this.cancelDelay = cancelDelay;
    }

    @Override
    public List<PreparedBranch> prepared(int limit) {
        if (!reservations.inUse()) {
            return super.prepared(limit);
        }
        // Before the database's: what is prepared meanwhile is found there.
        Map<BranchRef, PreparedBranch> reserved = byExecution(reservations.log().oldest(limit));
        List<PreparedBranch> prepared = new ArrayList<>(super.prepared(limit));
        prepared.forEach(branch -> reserved.remove(branch.ref()));
        reserved.values().stream().limit(Math.max(0, limit - prepared.size())).forEach(prepared::add);
        return prepared;
    }

    @Override
    public BranchFacts look(TransactionId transaction, BranchId branch) {
        if (!reservations.inUse()) {
            return super.look(transaction, branch);
        }
        Map<BranchRef, PreparedBranch> reserved = byExecution(reservations.log().of(transaction, branch));
        BranchFacts facts = super.look(transaction, branch);
        facts.prepared().forEach(prepared -> reserved.remove(prepared.ref()));
        facts.partial().forEach(partial -> reserved.put(partial.ref(), partial));
        return new BranchFacts(facts.prepared(), facts.marker(), List.copyOf(reserved.values()));
    }

    @Override
    public End commitPrepared(BranchRef ref) {
        End end = super.commitPrepared(ref);
        List<ReservationLog.Row> open = open(ref);
        if (open.isEmpty() || end == End.BUSY) {
            return end;
        }
        if (end != End.DONE && !committed(open.get(0))) {
            if (end == End.UNKNOWN) {
                throw new BranchResourceException(
                        "the reply to the commit of " + ref + " is not known, and its reservations wait for it");
            }
            log.error(
                    "Transaction {}, branch {}: ordered to commit, but the database does not have it; {} reservations are"
                            + " neither confirmed nor cancelled until a person decides (docs/try-confirm-cancel.md)",
                    open.get(0).transaction(),
                    open.get(0).branch(),
                    open.size());
            return end;
        }
        endAll(open, true);
        return end;
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        End end = super.rollbackPrepared(ref);
        List<ReservationLog.Row> open = open(ref);
        if (open.isEmpty() || end == End.BUSY || end == End.UNKNOWN) {
            return end;
        }
        if (end == End.NOT_THERE && committed(open.get(0))) {
            // By hand, or by an order that came before: the reservations end as the branch has ended.
            endAll(open, true);
            return end;
        }
        if (end != End.DONE && !reservations.tries().over(ref)) {
            requireOver(open.get(0));
        }
        endAll(open, false);
        return End.DONE;
    }

    /** A marker is what tells how its reservations end. */
    @Override
    public int forget(Duration age, int limit) {
        if (reservations.inUse()) {
            Optional<ReservationLog.Row> oldest =
                    reservations.log().oldest(1).stream().findFirst();
            if (oldest.isPresent() && oldest.get().age().compareTo(age.dividedBy(2)) > 0) {
                log.warn(
                        "Markers are kept: reservation {} ({}) is open for {}",
                        oldest.get().key(),
                        oldest.get().name(),
                        oldest.get().age());
                return 0;
            }
        }
        return super.forget(age, limit);
    }

    /** Each of them, whatever becomes of the others. */
    private void endAll(List<ReservationLog.Row> open, boolean confirm) {
        BranchResourceException failed = null;
        for (ReservationLog.Row row : open) {
            try {
                reservations.ender().end(row, confirm);
            } catch (BranchResourceException e) {
                failed = e;
            }
        }
        if (failed != null) {
            throw failed;
        }
        // What has ended them must not be gone after a failover when the order is acknowledged.
        barrier();
    }

    private List<ReservationLog.Row> open(BranchRef ref) {
        if (!reservations.inUse()) {
            return List.of();
        }
        return ExecutionRef.parse(participant, ref.value())
                .map(execution -> reservations.log().of(execution.transaction(), execution.branch()).stream()
                        .filter(row -> row.ref().equals(ref))
                        .toList())
                .orElse(List.of());
    }

    private boolean committed(ReservationLog.Row row) {
        BranchFacts.Marker marker = super.look(row.transaction(), row.branch()).marker();
        return marker != null && marker.committed() && row.ref().equals(marker.ref());
    }

    private void requireOver(ReservationLog.Row row) {
        if (row.sinceDeadline().compareTo(cancelDelay) < 0) {
            throw new BranchResourceException("the try of reservation " + row.key() + " (" + row.name()
                    + ") may still run; it is cancelled in " + cancelDelay.minus(row.sinceDeadline()));
        }
    }

    private @Nullable Instant deadline(ReservationLog.Row row) {
        return ExecutionRef.parse(participant, row.ref().value())
                .map(ExecutionRef::deadline)
                .orElse(null);
    }

    private Map<BranchRef, PreparedBranch> byExecution(List<ReservationLog.Row> rows) {
        Map<BranchRef, PreparedBranch> found = new LinkedHashMap<>();
        for (ReservationLog.Row row : rows) {
            found.putIfAbsent(
                    row.ref(),
                    new PreparedBranch(row.transaction(), row.branch(), row.ref(), deadline(row), row.age()));
        }
        return found;
    }
}
