package io.assent.chaos.simulation;

import io.assent.coordinator.engine.Answer;
import io.assent.coordinator.engine.Coordinator.Inquired;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.Execution;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows everything and takes part in nothing. What stands is what the standby of the log was given first; everything else
 * is held against it: answers, orders, what participants did, what was recorded as complete.
 */
final class Checker {

    private final World world;
    private final List<ModelParticipant> participants = new ArrayList<>();
    private final Map<TransactionId, TransactionRecord> standing = new HashMap<>();
    private final Set<BranchRef> prepared = new HashSet<>();
    private final Map<TransactionId, List<Set<Execution>>> requested = new HashMap<>();
    private final Map<TransactionId, Set<Execution>> enlisted = new HashMap<>();
    private final Set<TransactionId> mustCommit = new HashSet<>();
    private @Nullable ModelLog log;
    private @Nullable Violation first;

    Checker(World world) {
        this.world = world;
    }

    void watch(ModelParticipant participant) {
        participants.add(participant);
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
            }
        }
        if (record.begun()) {
            Set<Execution> enlistedNow = enlisted.getOrDefault(record.id(), Set.of());
            if (!members.containsAll(enlistedNow)) {
                fail("I3", record.id(), "COMMIT of " + members + " although enlisted are " + enlistedNow);
            }
        } else if (!requested.getOrDefault(record.id(), List.of()).contains(members)) {
            fail("I3", record.id(), "COMMIT of " + members + ", asked for were " + requested.get(record.id()));
        }
    }

    /** An order leaves a coordinator (I9). */
    void ordered(TransactionId id, Branch branch, Decision decision) {
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
        BranchState state = at(branch).stateOf(record.id(), branch.id(), branch.ref());
        boolean right = branch.member() && record.decision() == Decision.COMMIT
                ? state == BranchState.COMMITTED
                : state == null || state == BranchState.ROLLED_BACK;
        if (!right) {
            fail(
                    invariant,
                    record.id(),
                    Execution.of(branch) + " counts as ended by " + record.decision() + " and is " + state);
        }
    }

    private ModelParticipant at(Branch branch) {
        return participants.stream()
                .filter(p -> p.participant.equals(branch.participant()))
                .findFirst()
                .orElseThrow();
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
            shown.branches().stream().filter(b -> b.vote() != Vote.READ_ONLY).forEach(b -> ended(shown, b, "I6"));
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
            if (stands == null || stands.decision() != row.decision()) {
                fail("I2", row.id(), "the log ends with " + row.decision());
            }
        }
        for (ModelParticipant participant : participants) {
            participant.prepared().forEach((key, end) -> {
                TransactionRecord stands = standing.get(key.transaction());
                boolean commit = stands != null
                        && stands.decision() == Decision.COMMIT
                        && members(stands).contains(new Execution(key.branch(), end.getKey()));
                BranchState right = commit ? BranchState.COMMITTED : BranchState.ROLLED_BACK;
                if (end.getValue() != right) {
                    fail(
                            "I1",
                            key.transaction(),
                            participant.name + " ended branch " + key.branch() + " as " + end.getValue() + ", right is "
                                    + right);
                }
            });
        }
        for (TransactionId id : mustCommit) {
            TransactionRecord stands = standing.get(id);
            if (stands == null || stands.decision() != Decision.COMMIT) {
                fail(
                        "I4",
                        id,
                        "no fault, every vote yes, and yet "
                                + (stands == null ? "undecided" : "ROLLBACK: " + stands.reason()));
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
