package io.assent.example.points;

import io.assent.participant.BranchRecord;
import io.assent.participant.TwoPhaseParticipant;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.Vote;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * The points, and the branches in which they change. The journal is the truth: each line is one step of one branch. What is in
 * memory is what follows from the lines that are on the disk, never more: a step is appended first and takes effect here after
 * that. Thread-safe: one thread at a time.
 */
final class PointsLog implements TwoPhaseParticipant, AutoCloseable {

    /** What everybody has to begin with. */
    private static final long WELCOME = 1_000;

    private static final JsonMapper JSON = JsonMapper.shared();

    private final InstantSource clock;
    private final Journal journal;

    /** In the order of transactions. */
    private final TreeMap<TransactionId, Map<BranchId, BranchRecord>> records = new TreeMap<>();
    /** Of the branches that are PREPARED. */
    private final Map<BranchRef, List<Booking>> prepared = new LinkedHashMap<>();
    /** Of calls that run; lost with the process, and so is their vote. */
    private final Map<BranchRef, List<Booking>> aside = new HashMap<>();

    private final Map<String, List<Booking>> booked = new HashMap<>();
    private final Map<String, Long> points = new HashMap<>();

    /** What a line says. */
    private enum Step {
        PREPARED,
        COMMITTED,
        ROLLED_BACK,
        FORGOTTEN
    }

    /**
     * A line.
     *
     * @param branches one; with FORGOTTEN any number
     * @param at in milliseconds since 1970
     * @param bookings with PREPARED, what the branch will do
     */
    private record Line(
            Step step, List<Branch> branches, @Nullable String ref, long at, List<Booking> bookings) {}

    private record Branch(String transaction, String branch) {

        Branch(TransactionId transaction, BranchId branch) {
            this(transaction.toString(), branch.value());
        }

        TransactionId transactionId() {
            return TransactionId.parse(transaction);
        }

        BranchId branchId() {
            return new BranchId(branch);
        }
    }

    PointsLog(Path path, InstantSource clock) throws IOException {
        this.clock = clock;
        this.journal = new Journal(path, line -> apply(JSON.readValue(line, Line.class)));
    }

    /**
     * Work of a call: kept aside until it is prepared.
     *
     * @throws NotEnoughPointsException as far as can be told; {@link #prepare} looks again
     */
    synchronized void book(BranchRef ref, Booking booking) throws NotEnoughPointsException {
        List<Booking> all = new ArrayList<>(aside.getOrDefault(ref, List.of()));
        all.add(booking);
        check(all);
        aside.put(ref, all);
    }

    /** What has been booked under a key, and committed. */
    synchronized List<Booking> bookings(String key) throws IOException {
        journal.check();
        return List.copyOf(booked.getOrDefault(key, List.of()));
    }

    /** What a customer has, without what is in doubt. */
    synchronized long points(String customer) throws IOException {
        journal.check();
        return points.getOrDefault(customer, WELCOME);
    }

    /** Points that branches in doubt want to spend are spent for everybody else; those that they bring are not there yet. */
    private void check(List<Booking> bookings) throws NotEnoughPointsException {
        Map<String, Long> left = new HashMap<>();
        for (Booking booking : bookings) {
            left.merge(booking.customer(), booking.points(), Long::sum);
        }
        for (Map.Entry<String, Long> change : left.entrySet()) {
            long spentInDoubt = prepared.values().stream()
                    .flatMap(List::stream)
                    .filter(booking -> booking.customer().equals(change.getKey()) && booking.points() < 0)
                    .mapToLong(Booking::points)
                    .sum();
            long has = points.getOrDefault(change.getKey(), WELCOME) + spentInDoubt;
            if (change.getValue() < 0 && has + change.getValue() < 0) {
                throw new NotEnoughPointsException(change.getKey());
            }
        }
    }

    @Override
    public synchronized Vote prepare(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception {
        if (record(transaction, branch) != null) {
            return Vote.ROLLBACK;
        }
        List<Booking> bookings = aside.get(ref);
        if (bookings == null) {
            return Vote.READ_ONLY;
        }
        check(bookings);
        write(Step.PREPARED, new Branch(transaction, branch), ref, bookings);
        aside.remove(ref);
        return Vote.PREPARED;
    }

    @Override
    public synchronized void commit(TransactionId transaction, BranchId branch, BranchRef ref) throws IOException {
        if (isPrepared(transaction, branch, ref)) {
            write(Step.COMMITTED, new Branch(transaction, branch), ref, List.of());
        }
    }

    @Override
    public synchronized void rollback(TransactionId transaction, BranchId branch, BranchRef ref) throws IOException {
        aside.remove(ref);
        if (isPrepared(transaction, branch, ref)) {
            write(Step.ROLLED_BACK, new Branch(transaction, branch), ref, List.of());
        }
    }

    @Override
    public synchronized void writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref)
            throws IOException {
        if (record(transaction, branch) == null) {
            write(Step.ROLLED_BACK, new Branch(transaction, branch), ref, List.of());
        }
    }

    @Override
    public synchronized List<BranchRecord> recover() throws IOException {
        journal.check();
        return prepared.isEmpty()
                ? List.of()
                : all().filter(found -> found.state() == BranchState.PREPARED).toList();
    }

    @Override
    public synchronized Optional<BranchRecord> find(TransactionId transaction, BranchId branch) throws IOException {
        journal.check();
        return Optional.ofNullable(record(transaction, branch));
    }

    @Override
    public synchronized List<BranchRecord> list(TransactionRange range, int limit) throws IOException {
        journal.check();
        return all().filter(found -> range.contains(found.transaction()))
                .limit(limit)
                .toList();
    }

    @Override
    public synchronized int forget(Instant before, int limit) throws IOException {
        journal.check();
        List<BranchRecord> old = all().filter(found ->
                        found.state() != BranchState.PREPARED && found.since().isBefore(before))
                .limit(limit)
                .toList();
        if (!old.isEmpty()) {
            List<Branch> branches = old.stream()
                    .map(found -> new Branch(found.transaction(), found.branch()))
                    .toList();
            write(new Line(Step.FORGOTTEN, branches, null, clock.millis(), List.of()));
        }
        return old.size();
    }

    private Stream<BranchRecord> all() {
        return records.values().stream().flatMap(branches -> branches.values().stream());
    }

    private @Nullable BranchRecord record(TransactionId transaction, BranchId branch) {
        return records.getOrDefault(transaction, Map.of()).get(branch);
    }

    private boolean isPrepared(TransactionId transaction, BranchId branch, BranchRef ref) throws IOException {
        journal.check();
        BranchRecord found = record(transaction, branch);
        return found != null && found.state() == BranchState.PREPARED && ref.equals(found.ref());
    }

    private void write(Step step, Branch branch, @Nullable BranchRef ref, List<Booking> bookings) throws IOException {
        write(new Line(step, List.of(branch), ref == null ? null : ref.value(), clock.millis(), bookings));
    }

    /** First the disk, then the memory: nobody sees what a crash could take back. */
    private void write(Line line) throws IOException {
        journal.append(JSON.writeValueAsString(line));
        apply(line);
    }

    /** What follows from a line; the same for one that was just written and for one of an earlier process. */
    private void apply(Line line) {
        BranchRef ref = line.ref() == null ? null : new BranchRef(line.ref());
        switch (line.step()) {
            case PREPARED -> prepared.put(Objects.requireNonNull(ref), line.bookings());
            case COMMITTED -> {
                for (Booking booking : Objects.requireNonNull(prepared.remove(Objects.requireNonNull(ref)))) {
                    booked.computeIfAbsent(booking.key(), key -> new ArrayList<>())
                            .add(booking);
                    points.merge(
                            booking.customer(), WELCOME + booking.points(), (has, change) -> has + change - WELCOME);
                }
            }
            case ROLLED_BACK -> {
                if (ref != null) {
                    prepared.remove(ref);
                }
            }
            case FORGOTTEN -> {
                line.branches().forEach(this::forget);
                return;
            }
        }
        Branch branch = line.branches().get(0);
        records.computeIfAbsent(branch.transactionId(), id -> new HashMap<>())
                .put(
                        branch.branchId(),
                        new BranchRecord(
                                branch.transactionId(),
                                branch.branchId(),
                                ref,
                                BranchState.valueOf(line.step().name()),
                                Instant.ofEpochMilli(line.at())));
    }

    private void forget(Branch branch) {
        records.computeIfPresent(branch.transactionId(), (id, branches) -> {
            branches.remove(branch.branchId());
            return branches.isEmpty() ? null : branches;
        });
    }

    @Override
    public synchronized void close() throws IOException {
        journal.close();
    }
}
