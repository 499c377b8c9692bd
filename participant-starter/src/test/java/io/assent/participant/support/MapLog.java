package io.assent.participant.support;

import io.assent.participant.BranchRecord;
import io.assent.participant.TwoPhaseParticipant;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/**
 * A log as the contract asks for, of keys that somebody keeps. It lives as long as the object: another application context that
 * is given the same one finds what a killed process would find in a file.
 */
public final class MapLog implements TwoPhaseParticipant {

    private record Key(TransactionId transaction, BranchId branch) {}

    private final InstantSource clock;
    private final Map<Key, BranchRecord> records = new HashMap<>();
    private final Map<BranchRef, Set<String>> aside = new HashMap<>();
    private final Map<BranchRef, Set<String>> prepared = new HashMap<>();
    private final Set<String> kept = new HashSet<>();
    /** Run in place of the method of that name; a null answer lets it go on. */
    private final Map<String, Callable<?>> disturbances = new HashMap<>();

    public MapLog(InstantSource clock) {
        this.clock = clock;
    }

    /** Work: nobody sees it before the decision. */
    public synchronized void keep(BranchRef ref, String key) {
        aside.computeIfAbsent(ref, any -> new HashSet<>()).add(key);
    }

    public synchronized boolean isKept(String key) {
        return kept.contains(key);
    }

    /** What is in it and what is kept aside: whoever changes nothing leaves it equal. */
    public synchronized String contents() {
        return records + " " + aside + " " + prepared + " " + kept;
    }

    /** How many branches it knows, and how many executions keep something aside. */
    public synchronized int size() {
        return records.size() + aside.size();
    }

    /** How many executions keep something aside. */
    public synchronized int aside() {
        return aside.size();
    }

    /** The only execution that does. */
    public synchronized BranchRef onlyAside() {
        if (aside.size() != 1) {
            throw new IllegalStateException(aside.size() + " executions keep something aside");
        }
        return aside.keySet().iterator().next();
    }

    public synchronized long inDoubt() {
        return prepared().size();
    }

    /** What happens the next time a method is called, before it does anything. */
    public synchronized void disturb(String method, Callable<?> disturbance) {
        disturbances.put(method, disturbance);
    }

    @SuppressWarnings("unchecked")
    private <T> T disturbed(String method) throws Exception {
        Callable<?> disturbance;
        synchronized (this) {
            disturbance = disturbances.remove(method);
        }
        return disturbance == null ? null : (T) disturbance.call();
    }

    @Override
    public Vote prepare(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception {
        Vote instead = disturbed("prepare");
        return instead != null ? instead : write(transaction, branch, ref);
    }

    /** What prepare does; for disturbances that come after it. */
    public synchronized Vote write(TransactionId transaction, BranchId branch, BranchRef ref) {
        if (records.containsKey(new Key(transaction, branch))) {
            return Vote.ROLLBACK;
        }
        Set<String> changes = aside.remove(ref);
        if (changes == null) {
            return Vote.READ_ONLY;
        }
        prepared.put(ref, changes);
        set(transaction, branch, ref, BranchState.PREPARED);
        return Vote.PREPARED;
    }

    @Override
    public void commit(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception {
        if (disturbed("commit") != null) {
            return;
        }
        synchronized (this) {
            if (isPrepared(transaction, branch, ref)) {
                kept.addAll(prepared.remove(ref));
                set(transaction, branch, ref, BranchState.COMMITTED);
            }
        }
        disturbed("committed");
    }

    @Override
    public void rollback(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception {
        if (disturbed("rollback") != null) {
            return;
        }
        synchronized (this) {
            aside.remove(ref);
            if (isPrepared(transaction, branch, ref)) {
                prepared.remove(ref);
                set(transaction, branch, ref, BranchState.ROLLED_BACK);
            }
        }
    }

    @Override
    public void writeTombstone(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception {
        if (disturbed("writeTombstone") != null) {
            return;
        }
        synchronized (this) {
            if (!records.containsKey(new Key(transaction, branch))) {
                set(transaction, branch, ref, BranchState.ROLLED_BACK);
            }
        }
    }

    @Override
    public List<BranchRecord> recover() throws Exception {
        disturbed("recover");
        return prepared();
    }

    private synchronized List<BranchRecord> prepared() {
        return records.values().stream()
                .filter(found -> found.state() == BranchState.PREPARED)
                .toList();
    }

    @Override
    public Optional<BranchRecord> find(TransactionId transaction, BranchId branch) throws Exception {
        disturbed("find");
        synchronized (this) {
            return Optional.ofNullable(records.get(new Key(transaction, branch)));
        }
    }

    @Override
    public synchronized List<BranchRecord> list(TransactionRange range, int limit) {
        return records.values().stream()
                .filter(found -> range.contains(found.transaction()))
                .sorted(Comparator.comparing(BranchRecord::transaction))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized int forget(Instant before, int limit) {
        List<Key> old = new ArrayList<>();
        records.forEach((key, found) -> {
            if (found.state() != BranchState.PREPARED && found.since().isBefore(before) && old.size() < limit) {
                old.add(key);
            }
        });
        old.forEach(records::remove);
        return old.size();
    }

    private boolean isPrepared(TransactionId transaction, BranchId branch, BranchRef ref) {
        BranchRecord found = records.get(new Key(transaction, branch));
        return found != null && found.state() == BranchState.PREPARED && ref.equals(found.ref());
    }

    private void set(TransactionId transaction, BranchId branch, BranchRef ref, BranchState state) {
        records.put(new Key(transaction, branch), new BranchRecord(transaction, branch, ref, state, clock.instant()));
    }
}
