package io.assent.participant.own;

import io.assent.participant.BranchRecord;
import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.BranchPage;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.protocol.ListedBranch;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Branches that are prepared and ended in the application's own log. */
public final class OwnLogResource implements BranchResource {

    private static final Logger log = LoggerFactory.getLogger(OwnLogResource.class);

    private static final Comparator<BranchRecord> ORDER = Comparator.comparing(BranchRecord::transaction)
            .thenComparing(found -> found.branch().value());

    private final OwnLog own;
    private final ParticipantName participant;
    private final InstantSource clock;
    private final Duration wait;

    /**
     * @param clock the log's instants are compared with it
     * @param wait how long an order waits for a call or another order that is at work on the same branch
     */
    public OwnLogResource(OwnLog own, ParticipantName participant, InstantSource clock, Duration wait) {
        this.own = own;
        this.participant = participant;
        this.clock = clock;
        this.wait = wait;
    }

    @Override
    public List<PreparedBranch> prepared(int limit) {
        return own.recover().stream()
                .filter(found -> found.state() == BranchState.PREPARED)
                .sorted(Comparator.comparing(BranchRecord::since))
                .limit(limit)
                .flatMap(found -> prepared(found).stream())
                .toList();
    }

    @Override
    public BranchPage list(TransactionRange range, int limit) {
        // One more tells whether another page follows; of its transaction there may be further branches.
        List<BranchRecord> found =
                own.list(range, limit + 1).stream().sorted(ORDER).toList();
        if (found.size() <= limit) {
            return new BranchPage(found.stream().map(this::listed).toList(), false);
        }
        TransactionId last = found.get(limit - 1).transaction();
        List<BranchRecord> page = new ArrayList<>(found.stream()
                .filter(record -> record.transaction().compareTo(last) < 0)
                .toList());
        page.addAll(own.records(last).stream().sorted(ORDER).toList());
        boolean more = !own.list(range.after(last.value()), 1).isEmpty();
        return new BranchPage(page.stream().map(this::listed).toList(), more);
    }

    @Override
    public InDoubt inDoubt() {
        List<PreparedBranch> all = prepared(Integer.MAX_VALUE);
        return new InDoubt(
                all.size(), all.isEmpty() ? Duration.ZERO : all.get(0).age());
    }

    @Override
    public BranchFacts look(TransactionId transaction, BranchId branch) {
        Optional<BranchRecord> found = own.record(transaction, branch);
        if (found.isEmpty()) {
            return new BranchFacts(List.of(), null);
        }
        BranchRecord record = found.get();
        return record.state() == BranchState.PREPARED
                ? new BranchFacts(prepared(record).stream().toList(), null)
                : new BranchFacts(
                        List.of(),
                        new BranchFacts.Marker(
                                record.state() == BranchState.COMMITTED,
                                record.ref(),
                                age(record).toMillis()));
    }

    @Override
    public End commitPrepared(BranchRef ref) {
        return end(ref, BranchState.COMMITTED);
    }

    @Override
    public End rollbackPrepared(BranchRef ref) {
        return end(ref, BranchState.ROLLED_BACK);
    }

    /**
     * A: the record is not PREPARED, or another execution's: nothing is done. B: it is in the wanted state afterwards: done.
     * C: it is still PREPARED although the application's method returned: its promise is broken, and nobody is told that it was
     * kept. D: somebody else has ended it meanwhile: look (R7).
     */
    private End end(BranchRef ref, BranchState wanted) {
        Optional<ExecutionRef> name = ExecutionRef.parse(participant, ref.value());
        if (name.isEmpty()) {
            return End.NOT_THERE;
        }
        TransactionId transaction = name.get().transaction();
        BranchId branch = name.get().branch();
        try (BranchLocks.Held held = own.take(transaction, branch, Duration.ZERO)) {
            if (!OwnLog.is(own.record(transaction, branch), BranchState.PREPARED, ref)) {
                return End.NOT_THERE;
            }
            if (wanted == BranchState.COMMITTED) {
                own.commit(transaction, branch, ref);
            } else {
                own.rollback(transaction, branch, ref);
            }
            Optional<BranchRecord> after = own.record(transaction, branch);
            if (OwnLog.is(after, wanted, ref)) {
                return End.DONE;
            }
            if (OwnLog.is(after, BranchState.PREPARED, ref)) {
                log.error(
                        "Transaction {}, branch {}: the participant's log returned from its order to become {}, and still shows"
                                + " {} as PREPARED; it is not acknowledged, and ordered again",
                        transaction,
                        branch,
                        wanted,
                        ref);
                return End.UNKNOWN;
            }
            return End.NOT_THERE;
        } catch (BranchLocks.BusyException e) {
            return End.BUSY;
        } catch (BranchResourceException e) {
            log.warn("{}: {} is not known to be done ({}); looking next", ref, wanted, e.getMessage());
            return End.UNKNOWN;
        }
    }

    @Override
    public Tombstone writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        try (BranchLocks.Held held = own.take(transaction, branch, wait)) {
            if (own.record(transaction, branch).isPresent()) {
                return Tombstone.EXISTS;
            }
            own.writeTombstone(transaction, branch, ref);
            Optional<BranchRecord> after = own.record(transaction, branch);
            if (after.isEmpty()) {
                throw new BranchResourceException(
                        "the participant's log returned from writing a tombstone for transaction " + transaction
                                + ", branch " + branch + ", and shows none",
                        new IllegalStateException("no record"));
            }
            // Another process may have been faster, with a record of its own.
            return after.get().state() == BranchState.ROLLED_BACK ? Tombstone.WRITTEN : Tombstone.EXISTS;
        } catch (BranchLocks.BusyException e) {
            return Tombstone.LOCKED;
        }
    }

    /** Nothing to wait for: the log shows only what is durable. */
    @Override
    public void barrier() {}

    @Override
    public int forget(Duration age, int limit) {
        return own.forget(clock.instant().minus(age), limit);
    }

    private Optional<PreparedBranch> prepared(BranchRecord found) {
        BranchRef ref = Objects.requireNonNull(found.ref());
        Optional<ExecutionRef> name = ExecutionRef.parse(participant, ref.value())
                .filter(parsed -> parsed.transaction().equals(found.transaction())
                        && parsed.branch().equals(found.branch()));
        if (name.isEmpty()) {
            log.error(
                    "Transaction {}, branch {}: the participant's log has prepared {}, which is no execution of this branch by"
                            + " {}; it is left alone, and stays in doubt until somebody ends it",
                    found.transaction(),
                    found.branch(),
                    ref,
                    participant);
        }
        return name.map(
                parsed -> new PreparedBranch(found.transaction(), found.branch(), ref, parsed.deadline(), age(found)));
    }

    private ListedBranch listed(BranchRecord found) {
        return new ListedBranch(found.transaction(), found.branch(), found.ref(), found.state(), age(found));
    }

    private Duration age(BranchRecord found) {
        Duration age = Duration.between(found.since(), clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }
}
