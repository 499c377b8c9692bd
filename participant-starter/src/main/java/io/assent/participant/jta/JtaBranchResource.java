package io.assent.participant.jta;

import io.assent.participant.engine.BranchResource;
import io.assent.participant.engine.BranchResourceException;
import io.assent.participant.protocol.BranchFacts;
import io.assent.participant.protocol.BranchPage;
import io.assent.participant.protocol.ExecutionRef;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Branches with several resources. The main database is prepared last and ended last, so it alone says how a branch stands; the
 * others are only ended along with it. Nothing else is needed to end a branch, neither an object store nor the process that has
 * prepared it.
 *
 * <p>What is prepared in another resource and not in the main database is <em>partial</em>: its process died in between, or it
 * is being prepared or ended just now. Nobody has voted for it, and the sweep asks about it as about any other.
 */
public final class JtaBranchResource implements BranchResource {

    private static final Logger log = LoggerFactory.getLogger(JtaBranchResource.class);

    private final BranchResource main;
    private final ParticipantName participant;
    private final SecondaryResources secondaries;
    private final InstantSource clock;

    /** Since when partial branches are known: a broker does not tell. As of the last sweep. */
    private volatile Map<BranchRef, Instant> partialSince = Map.of();

    public JtaBranchResource(
            BranchResource main, ParticipantName participant, SecondaryResources secondaries, InstantSource clock) {
        this.main = main;
        this.participant = participant;
        this.secondaries = secondaries;
        this.clock = clock;
    }

    /** The main database's, then what is partial. A resource that cannot be asked does not keep the others from being swept. */
    @Override
    public List<PreparedBranch> prepared(int limit) {
        Map<BranchRef, ExecutionRef> elsewhere = new HashMap<>();
        for (SecondaryResource resource : secondaries.all()) {
            try {
                resource.prepared().forEach(execution -> elsewhere.put(execution.ref(), execution));
            } catch (BranchResourceException e) {
                log.warn(
                        "{} cannot be asked for branches in doubt, next attempt in the next sweep: {}",
                        resource.name(),
                        e.getMessage());
            }
        }
        // After the others: what is prepared meanwhile is found here.
        List<PreparedBranch> prepared = main.prepared(limit);
        prepared.forEach(branch -> elsewhere.remove(branch.ref()));
        List<PreparedBranch> all = new ArrayList<>(prepared);
        if (prepared.size() < limit) {
            // Otherwise what is left may be prepared in the main database, too, among those that were cut off.
            remember(elsewhere.keySet());
        }
        elsewhere.values().stream()
                .limit(Math.max(0, limit - prepared.size()))
                .forEach(partial -> all.add(inDoubt(partial)));
        return all;
    }

    private void remember(Set<BranchRef> partial) {
        Instant now = clock.instant();
        Map<BranchRef, Instant> known = partialSince;
        partialSince =
                partial.stream().collect(Collectors.toUnmodifiableMap(ref -> ref, ref -> known.getOrDefault(ref, now)));
    }

    private PreparedBranch inDoubt(ExecutionRef execution) {
        return new PreparedBranch(
                execution.transaction(),
                execution.branch(),
                execution.ref(),
                execution.deadline(),
                age(partialSince.get(execution.ref())));
    }

    private Duration age(@Nullable Instant since) {
        Duration age = since == null ? Duration.ZERO : Duration.between(since, clock.instant());
        return age.isNegative() ? Duration.ZERO : age;
    }

    /** Partial branches have no vote, so they are not listed: to those who decide they do not exist. */
    @Override
    public BranchPage list(TransactionRange range, int limit) {
        return main.list(range, limit);
    }

    @Override
    public InDoubt inDoubt() {
        InDoubt there = main.inDoubt();
        Map<BranchRef, Instant> partial = partialSince;
        Duration oldest = partial.values().stream().map(this::age).reduce(there.oldest(), JtaBranchResource::longer);
        return new InDoubt(there.count() + partial.size(), oldest);
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    @Override
    public BranchFacts look(TransactionId transaction, BranchId branch) {
        Map<BranchRef, ExecutionRef> elsewhere = new HashMap<>();
        for (SecondaryResource resource : secondaries.all()) {
            resource.prepared().stream()
                    .filter(execution -> execution.transaction().equals(transaction)
                            && execution.branch().equals(branch))
                    .forEach(execution -> elsewhere.put(execution.ref(), execution));
        }
        // After the others, as above.
        BranchFacts facts = main.look(transaction, branch);
        facts.prepared().forEach(prepared -> elsewhere.remove(prepared.ref()));
        return new BranchFacts(
                facts.prepared(),
                facts.marker(),
                elsewhere.values().stream().map(this::inDoubt).toList());
    }

    /**
     * The main database after all others, so that its marker proves that all have committed. Crash in between: it is still
     * prepared, and the order comes again; a resource that has committed before answers NOT_THERE then.
     *
     * <p>If the main database has lost the branch (ended by hand, or a failover without its standby), nothing else of it commits: what
     * is reported then is that it did not (R7), and that has to be true.
     */
    @Override
    public End commitPrepared(BranchRef ref) {
        List<SecondaryResource> others = secondaries.of(ref);
        if (!others.isEmpty() && !mainStandsFor(ref)) {
            return End.NOT_THERE;
        }
        for (SecondaryResource resource : others) {
            End end = resource.commitPrepared(ref);
            if (end == End.BUSY || end == End.UNKNOWN) {
                return end;
            }
        }
        return main.commitPrepared(ref);
    }

    /** Whether the main database holds the branch prepared, or has committed it. */
    private boolean mainStandsFor(BranchRef ref) {
        Optional<ExecutionRef> execution = ExecutionRef.parse(participant, ref.value());
        if (execution.isEmpty()) {
            return false;
        }
        BranchFacts facts =
                main.look(execution.get().transaction(), execution.get().branch());
        BranchFacts.Marker marker = facts.marker();
        return facts.isPrepared(ref) || (marker != null && marker.committed() && ref.equals(marker.ref()));
    }

    /** In the same order: as long as anything remains of it, the branch is found. */
    @Override
    public End rollbackPrepared(BranchRef ref) {
        boolean partial = false;
        for (SecondaryResource resource : secondaries.of(ref)) {
            End end = resource.rollbackPrepared(ref);
            if (end == End.BUSY || end == End.UNKNOWN) {
                return end;
            }
            partial |= end == End.DONE;
        }
        End end = main.rollbackPrepared(ref);
        return end == End.NOT_THERE && partial ? End.DONE : end;
    }

    @Override
    public Tombstone writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) {
        return main.writeTombstone(transaction, branch, ref);
    }

    /** The others were prepared durably before the main database was: what rests on a look rests on the main database's. */
    @Override
    public void barrier() {
        main.barrier();
    }

    @Override
    public int forget(Duration age, int limit) {
        return main.forget(age, limit);
    }
}
