package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator.Inquired;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.Execution;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.participant.engine.CoordinatorClient.Told;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Knows everything and takes part in nothing. What stands is what the standby of the log was given first; everything else
 * is held against it: answers, orders, what participants did, what was recorded as complete.
 */
final class Checker {

    private final World world;
    private static final int MANY_REQUESTS = 60;

    private final List<Service> services = new ArrayList<>();
    private final Map<TransactionId, TransactionRecord> standing = new HashMap<>();
    private final Set<BranchRef> prepared = new HashSet<>();
    private final Map<TransactionId, List<Set<Execution>>> requested = new HashMap<>();
    private final Map<TransactionId, Set<Execution>> enlisted = new HashMap<>();
    /** Those that said so when they were asked. */
    private final Set<BranchRef> readOnly = new HashSet<>();

    private final Set<TransactionId> mustCommit = new HashSet<>();
    private final Map<String, long[]> requests = new HashMap<>();
    private long most;
    private final Map<TransactionId, Told> initiators = new HashMap<>();
    private final Set<BranchRef> committedAlone = new HashSet<>();
    private final Set<BranchRef> byHand = new HashSet<>();
    private final Map<BranchRef, ModelPostgres> held = new LinkedHashMap<>();
    private long money;
    private @Nullable ModelLog log;
    private @Nullable Violation first;

    Checker(World world) {
        this.world = world;
    }

    void watch(Service service) {
        services.add(service);
        money += service.database.money();
    }

    void watch(ModelLog watched) {
        log = watched;
    }

    static String brief(TransactionId id) {
        return id.toString().substring(30);
    }

    // ---- what happens

    void prepared(BranchRef ref) {
        prepared.add(ref);
    }

    /** A vote leaves a participant. */
    void voted(TransactionId id, Vote vote, @Nullable BranchRef ref, ModelPostgres database) {
        if (vote == Vote.READ_ONLY && ref != null) {
            readOnly.add(ref);
        }
        if (vote == Vote.PREPARED && database.unreplicated(ref)) {
            fail("I9", id, "voted PREPARED for " + ref + ", and a failover could lose it");
        }
    }

    /** Somebody ended the branch in psql: whatever comes of that is told, and is nobody's fault. */
    void endedByHand(BranchRef ref) {
        byHand.add(ref);
    }

    boolean isEndedByHand(@Nullable BranchRef ref) {
        return byHand.contains(ref);
    }

    /** A participant was told FORGOTTEN: it holds the branch until a person decides. */
    void held(BranchRef ref, ModelPostgres database) {
        held.put(ref, database);
    }

    /** The person decides: there is no record, so every other branch has rolled back (R9). */
    void endHeld() {
        held.forEach((ref, database) -> {
            if (database.isPrepared(ref)) {
                world.statistics.count("forgotten branch ended by a person");
                boolean committed = standing.values().stream()
                        .anyMatch(record -> record.decision() == Decision.COMMIT
                                && members(record).stream().anyMatch(member -> ref.equals(member.ref())));
                if (committed) {
                    throw new Violation("I10 is violated: " + ref + " is to commit, and its transaction is forgotten");
                }
                database.endByHand(ref, false);
            }
        });
        held.clear();
    }

    /** A request about a branch leaves somebody; too many of them in a second are a storm. */
    void asked(TransactionId id, BranchId branch) {
        long[] window = requests.computeIfAbsent(id + ":" + branch, any -> new long[2]);
        if (world.time() - window[0] > 1_000_000_000L) {
            window[0] = world.time();
            window[1] = 0;
        }
        window[1]++;
        most = Math.max(most, window[1]);
        if (window[1] > MANY_REQUESTS) {
            fail("I5", id, "more than " + MANY_REQUESTS + " requests about branch " + branch + " in a second: a storm");
        }
    }

    long mostRequests() {
        return most;
    }

    /** A coordinator says that a branch has ended against the decision. */
    void heuristic(TransactionId id, Branch branch) {
        boolean somebody = byHand.stream().anyMatch(ref -> ref.value().contains(id + ":" + branch.id() + ":"));
        if (!somebody) {
            fail("I6", id, Execution.of(branch) + " is said to have ended by itself: " + branch.state());
        }
    }

    /** What an initiator with the starter tells its application. */
    void initiatorTold(TransactionId id, Told told) {
        world.trace(() -> "   initiator of " + brief(id) + " is told " + told);
        Told before = initiators.put(id, told);
        if (before != null && before != Told.UNKNOWN && told != Told.UNKNOWN && before != told) {
            fail("I6", id, "the initiator was told " + before + " and " + told);
        }
        if (before != null && told == Told.UNKNOWN) {
            initiators.put(id, before);
        }
    }

    /** The same, and nobody can tell whether it did. */
    void mayHaveCommittedAlone(BranchRef ref) {
        services.stream()
                .filter(service -> service.database.entriesOf(ref) > 0)
                .forEach(service -> committedAlone.add(ref));
    }

    /** An initiator's own branch committed without a decision, because nobody else had written. */
    void committedAlone(BranchRef ref) {
        committedAlone.add(ref);
    }

    /** A commit of the collected flow was asked for with this set. */
    void requested(TransactionId id, List<Branch> set) {
        Set<Execution> executions = new HashSet<>();
        set.stream().filter(b -> b.vote() != Vote.READ_ONLY).forEach(b -> executions.add(Execution.of(b)));
        requested.computeIfAbsent(id, any -> new ArrayList<>()).add(executions);
    }

    /** A participant was told that its branch is enlisted. */
    void enlisted(TransactionId id, Execution execution) {
        if (log != null && !log.knows(id, execution)) {
            fail("I3", id, execution + " was told that it is enlisted, and is not");
        }
        enlisted.computeIfAbsent(id, any -> new HashSet<>()).add(execution);
    }

    /** Nothing can go wrong in this run, and every branch votes yes. */
    void mustCommit(TransactionId id) {
        mustCommit.add(id);
    }

    /** A decided row has reached the standby. */
    void stands(TransactionRecord record) {
        TransactionRecord first = standing.putIfAbsent(record.id(), record);
        if (first != null) {
            if (first.decision() != record.decision()) {
                fail("I2", record.id(), first.decision() + " stood and became " + record.decision());
            }
            return;
        }
        world.trace(() ->
                "-- " + record.decision() + " of " + brief(record.id()) + " stands for ever (" + record.reason() + ")");
        world.statistics.count("decided: " + record.decision());
        if (record.decision() == Decision.COMMIT) {
            everyVote(record);
        }
    }

    private void everyVote(TransactionRecord record) {
        Set<Execution> members = members(record);
        for (Execution member : members) {
            if (member.ref() == null || !prepared.contains(member.ref())) {
                fail("I3", record.id(), "COMMIT with " + member + ", which never voted PREPARED");
            } else if (!byHand.contains(member.ref())
                    && services.stream()
                            .noneMatch(service -> service.database.isPrepared(member.ref())
                                    || service.database.entriesOf(member.ref()) > 0)) {
                fail("I3", record.id(), "COMMIT with " + member + ", which is not prepared any more");
            }
        }
        if (record.begun()) {
            Set<Execution> enlistedNow = withoutReadOnly(enlisted.getOrDefault(record.id(), Set.of()));
            if (!members.containsAll(enlistedNow)) {
                fail("I3", record.id(), "COMMIT of " + members + " although enlisted are " + enlistedNow);
            }
        } else if (requested.getOrDefault(record.id(), List.of()).stream()
                .noneMatch(set -> withoutReadOnly(set).equals(members))) {
            fail("I3", record.id(), "COMMIT of " + members + ", asked for were " + requested.get(record.id()));
        }
    }

    /** Who is asked for his vote and says READ_ONLY is left out (R2). */
    private Set<Execution> withoutReadOnly(Set<Execution> set) {
        return set.stream()
                .filter(execution -> !readOnly.contains(execution.ref()))
                .collect(Collectors.toSet());
    }

    /** An order leaves a coordinator (I9). */
    void ordered(TransactionId id, Branch branch, Decision decision) {
        asked(id, branch.id());
        TransactionRecord stands = standing.get(id);
        if (stands == null) {
            fail("I9", id, "ordered " + decision + " to " + branch.id() + " before any decision was replicated");
            return;
        }
        boolean member = members(stands).contains(Execution.of(branch));
        Decision right = stands.decision() == Decision.COMMIT && member ? Decision.COMMIT : Decision.ROLLBACK;
        if (decision != right) {
            fail("I1", id, "ordered " + decision + " to " + Execution.of(branch) + ", right is " + right);
        }
    }

    /** A row that says "complete" has reached the standby (I10). */
    void forgotten(TransactionRecord record) {
        for (Branch branch : record.branches()) {
            if (branch.vote() != Vote.READ_ONLY) {
                ended(record, branch, "I10");
            }
        }
    }

    private void ended(TransactionRecord record, Branch branch, String invariant) {
        boolean coveredByMember = branch.ref() == null
                && record.branches().stream().anyMatch(b -> b.member() && b.id().equals(branch.id()));
        if (coveredByMember) {
            return;
        }
        BranchRef ref = branch.ref();
        if (ref != null && byHand.contains(ref)) {
            return;
        }
        ModelPostgres database = at(branch);
        boolean committed = ref == null
                ? database.worked(record.id(), branch.id().value())
                        && byHand.stream().noneMatch(b -> b.value().contains(record.id() + ":" + branch.id() + ":"))
                : database.entriesOf(ref) > 0;
        boolean inDoubt = ref == null
                ? database.inDoubt().stream().anyMatch(gid -> gid.contains(record.id() + ":" + branch.id() + ":"))
                : database.isPrepared(ref);
        boolean member = branch.member() && record.decision() == Decision.COMMIT;
        Outside outside = serviceOf(branch).outside;
        if (outside != null && branch.vote() == Vote.PREPARED && outside.holds(ref)) {
            fail(invariant, record.id(), Execution.of(branch) + " counts as ended, and its reservation is not");
        }
        if (inDoubt || committed != member) {
            fail(
                    invariant,
                    record.id(),
                    Execution.of(branch) + " counts as ended by " + record.decision() + " and is "
                            + (inDoubt ? "in doubt" : committed ? "committed" : "not committed"));
        }
    }

    private ModelPostgres at(Branch branch) {
        return serviceOf(branch).database;
    }

    private Service serviceOf(Branch branch) {
        return services.stream()
                .filter(service -> service.database.participant.equals(branch.participant()))
                .findFirst()
                .orElseThrow();
    }

    /** What a participant has reserved outside is what its branches say. */
    private void outside(Service service) {
        Outside outside = service.outside;
        if (outside == null) {
            return;
        }
        if (!outside.held().isEmpty()) {
            throw new Violation("I12 is violated: reservations of " + service.name
                    + " are neither confirmed nor cancelled: " + outside.held());
        }
        Set<String> sold = new HashSet<>();
        outside.sold().forEach(execution -> sold.add(execution.value()));
        Set<String> committed = new HashSet<>();
        service.database.entries().forEach(entry -> committed.add(service.database.owner(entry)));
        committed.removeIf(ref -> !service.database.reserved(new BranchRef(ref)));
        // Somebody may have committed what had been rolled back, and its reservations cancelled.
        byHand.forEach(ref -> sold.remove(ref.value()));
        byHand.forEach(ref -> committed.remove(ref.value()));
        if (!sold.equals(committed)) {
            throw new Violation("I1 is violated: confirmed for " + sold + ", committed are " + committed);
        }
    }

    /** What nobody may do outside. */
    void failOutside(String invariant, String what) {
        Violation violation = new Violation(invariant + " is violated outside: " + what);
        if (first == null) {
            first = violation;
        }
        throw violation;
    }

    /** A coordinator answered (I6). */
    void told(Decision wanted, Answer answer) {
        world.statistics.count((wanted == Decision.COMMIT ? "commit: " : "rollback: ") + answer.result());
        world.trace(() -> "   told about " + wanted + " of " + brief(answer.id()) + ": " + answer.result() + " "
                + answer.detail());
        @Nullable
        Decision claimed = switch (answer.result()) {
            case COMPLETE, PENDING -> wanted;
            case ROLLED_BACK -> Decision.ROLLBACK;
            case COMMITTED, SET_CONFLICT -> Decision.COMMIT;
            default -> null;
        };
        if (claimed == null) {
            return;
        }
        TransactionRecord stands = standing.get(answer.id());
        if (stands == null || stands.decision() != claimed) {
            fail(
                    "I6",
                    answer.id(),
                    "told " + answer.result() + " while " + (stands == null ? "nothing" : stands.decision())
                            + " stands");
            return;
        }
        TransactionRecord shown = answer.transaction();
        if (shown == null || shown.decision() != claimed) {
            fail("I6", answer.id(), "told " + answer.result() + " with " + shown);
        } else if (answer.result() == Answer.Result.COMPLETE) {
            if (shown.outcome() == null) {
                fail("I6", answer.id(), "complete without outcome");
            }
            if (shown.resolution() == null) {
                // A person may close it while branches are still to be reached; those ask for themselves.
                shown.branches().stream()
                        .filter(b -> b.vote() != Vote.READ_ONLY)
                        .forEach(b -> ended(shown, b, "I6"));
            }
        }
    }

    /** A coordinator answered a participant (I6). */
    void inquired(Inquired told) {
        if (told.answer() != InquiryAnswer.COMMIT && told.answer() != InquiryAnswer.ROLLBACK) {
            return;
        }
        TransactionId id = told.inquiry().transaction();
        TransactionRecord stands = standing.get(id);
        if (stands == null) {
            fail("I6", id, "an inquiry was answered " + told.answer() + " before any decision was replicated");
            return;
        }
        boolean commit = stands.decision() == Decision.COMMIT
                && members(stands)
                        .contains(new Execution(
                                told.inquiry().branch(), told.inquiry().ref()));
        if (commit != (told.answer() == InquiryAnswer.COMMIT)) {
            fail("I6", id, "an inquiry was answered " + told.answer() + " while " + stands.decision() + " stands");
        }
    }

    // ---- the end

    /** Everything is over: what became of each branch has to be what stands (I1, I4, I13). */
    void finish(ModelLog ended) {
        for (TransactionRecord row : ended.rows()) {
            TransactionRecord stands = standing.get(row.id());
            heuristicIsSaid(row);
            if (stands == null || stands.decision() != row.decision()) {
                fail("I2", row.id(), "the log ends with " + row.decision());
            }
        }
        Set<String> right = new HashSet<>();
        standing.values().stream()
                .filter(record -> record.decision() == Decision.COMMIT)
                .flatMap(record -> members(record).stream())
                .forEach(member -> right.add(String.valueOf(member.ref())));
        committedAlone.forEach(ref -> right.add(ref.value()));
        byHand.forEach(ref -> right.remove(ref.value()));
        Set<String> there = new HashSet<>();
        Set<String> owners = new HashSet<>();
        for (Service service : services) {
            if (!service.database.quiet()) {
                throw new Violation("I12 is violated: " + service.name + " is left with " + service.database.inDoubt());
            }
            outside(service);
            for (ModelPostgres.Entry entry : service.database.entries()) {
                String owner = service.database.owner(entry);
                boolean wanted = right.contains(owner) || byHand.contains(new BranchRef(owner));
                if (!wanted) {
                    throw new Violation("I1 is violated: " + entry + " in " + service.name
                            + " is committed, and nothing that stands says so");
                }
                if (!there.add(entry.ref())) {
                    throw new Violation("I7 is violated: " + entry + " is there twice");
                }
                owners.add(owner);
            }
        }
        right.removeAll(owners);
        if (!right.isEmpty()) {
            throw new Violation("I1 is violated: to commit, and without effect: " + right);
        }
        long now =
                services.stream().mapToLong(service -> service.database.money()).sum();
        if (byHand.isEmpty() && now != money) {
            throw new Violation("I8 is violated: there were " + money + ", there are " + now);
        }
        initiators.forEach((id, told) -> {
            TransactionRecord stands = standing.get(id);
            boolean commit = stands != null && stands.decision() == Decision.COMMIT;
            if (told == Told.ROLLED_BACK && commit) {
                fail("I6", id, "the initiator was told that it rolled back, and it committed");
            }
            if (told == Told.COMMITTED && stands != null && !commit) {
                fail("I6", id, "the initiator was told that it committed, and it rolled back");
            }
        });
        for (TransactionId id : mustCommit) {
            TransactionRecord stands = standing.get(id);
            boolean withoutDecision = stands == null && initiators.get(id) == Told.COMMITTED;
            if (!withoutDecision && (stands == null || stands.decision() != Decision.COMMIT)) {
                fail(
                        "I4",
                        id,
                        "no fault, every vote yes, and yet "
                                + (stands == null ? "undecided" : "ROLLBACK: " + stands.reason()));
            }
        }
    }

    /** What was ended by hand against the decision has to be in the outcome. */
    private void heuristicIsSaid(TransactionRecord row) {
        for (Branch branch : row.branches()) {
            BranchRef ref = branch.ref();
            if (ref == null || !byHand.contains(ref) || branch.vote() == Vote.READ_ONLY) {
                continue;
            }
            boolean committed = at(branch).entriesOf(ref) > 0;
            boolean member = branch.member() && row.decision() == Decision.COMMIT;
            boolean said = row.outcome() != null && row.outcome().heuristic();
            if (committed != member && !said) {
                fail(
                        "I6",
                        row.id(),
                        Execution.of(branch) + " was ended by hand against the decision, the outcome is "
                                + row.outcome());
            }
        }
    }

    void fail(String invariant, TransactionId id, String what) {
        world.trace(() -> "VIOLATION " + invariant);
        Violation violation = new Violation(invariant + " is violated by " + brief(id) + ": " + what);
        if (first == null) {
            first = violation;
        }
        throw violation;
    }

    /** The first violation, also if whoever caused it has caught the exception; null if there is none. */
    @Nullable
    Violation first() {
        return first;
    }

    private static Set<Execution> members(TransactionRecord record) {
        Set<Execution> members = new HashSet<>();
        record.branches().stream().filter(Branch::member).forEach(b -> members.add(Execution.of(b)));
        return members;
    }
}
