package io.assent.coordinator.protocol;

import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.TransactionId;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One transaction as one coordinator instance sees it. Answers "what next?" and does nothing: one method per event, each
 * of which returns the next state and what is to be done. {@link TransitionTable} holds every pair of phase and event as
 * data, and every step is checked against it.
 *
 * <p>The way of a commit: {@code ACTIVE → (CLOSING) → (PREPARING) → DECIDING → COMMITTING → COMPLETED}. A collected
 * commit whose branches have all voted goes straight from ACTIVE to DECIDING. From DECIDING there is one way on: what the
 * log says. Before DECIDING anything may turn the proposal into ROLLBACK (R3), nothing may turn it into COMMIT but
 * {@link #vote} (R2), which is the only place that proposes it.
 *
 * <p>An event that means nothing in a phase (a late vote, a doubled acknowledgement, a timer that could not be called off
 * in time) changes nothing and asks for nothing: messages are delayed and doubled all the time.
 *
 * @param id the transaction
 * @param phase where it stands
 * @param enlisted whether the log closed it for enlisting, so that {@code branches} is what was enlisted
 * @param deadline the earliest deadline known; checked by the log's clock when COMMIT is written (R10)
 * @param branches every execution known
 * @param expected what the client of a begun transaction expects, or null
 * @param askedAgain executions that were asked for their vote a second time
 * @param decision what stands, returned by a clean write or read as confirmed (R4); null before
 * @param reason why it rolled back or is to roll back
 * @param closedAs the outcome with which it was found complete or a person closed it; null otherwise
 */
public record GlobalTransaction(
        TransactionId id,
        TransactionPhase phase,
        boolean enlisted,
        @Nullable Instant deadline,
        List<Branch> branches,
        @Nullable List<ExpectedBranch> expected,
        Set<Execution> askedAgain,
        @Nullable Decision decision,
        @Nullable String reason,
        @Nullable Outcome closedAs) {

    public GlobalTransaction {
        branches = List.copyOf(branches);
        expected = expected == null ? null : List.copyOf(expected);
        askedAgain = Set.copyOf(askedAgain);
        if ((phase.ordinal() >= TransactionPhase.COMMITTING.ordinal()) != (decision != null)) {
            throw new IllegalStateException(id + " is " + phase + " with decision " + decision);
        }
    }

    /** A transaction of which this instance knows nothing but the id. */
    public static GlobalTransaction unknown(TransactionId id) {
        return new GlobalTransaction(
                id, TransactionPhase.ACTIVE, false, null, List.of(), null, Set.of(), null, null, null);
    }

    /**
     * An initiator asks for the commit.
     *
     * @param deadline its deadline, or null
     * @param collected the branch set of the collected flow; null: the transaction must have been begun
     * @param expected what the client of a begun transaction expects, or null
     */
    public Step commitRequested(
            @Nullable Instant deadline, @Nullable List<Branch> collected, @Nullable List<ExpectedBranch> expected) {
        return switch (phase) {
            case ACTIVE -> {
                GlobalTransaction asked = new GlobalTransaction(
                        id,
                        phase,
                        false,
                        deadline,
                        collected == null ? List.of() : collected,
                        expected,
                        Set.of(),
                        null,
                        null,
                        null);
                yield collected == null
                        ? asked.close(TransactionEvent.COMMIT_REQUESTED)
                        : asked.vote(TransactionEvent.COMMIT_REQUESTED);
            }
            // The request waits for what is under way, or is answered from what stands.
            case CLOSING, PREPARING, DECIDING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /**
     * Somebody wants it rolled back: initiator, operator, or a participant past the deadline (R3).
     *
     * @param cause for counting
     * @param reason for people
     * @param named executions that should hear of it
     */
    public Step rollbackRequested(RollbackCause cause, @Nullable String reason, List<Branch> named) {
        return switch (phase) {
            case ACTIVE, CLOSING, PREPARING ->
                rollBack(TransactionEvent.ROLLBACK_REQUESTED, with(Branches.union(branches, named)), cause, reason);
            // Too late to change the proposal that is on its way: whichever is first stands (R1).
            case DECIDING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /**
     * The log closed a begun transaction for enlisting: its branch set is final.
     *
     * @param record as the log returned it
     */
    public Step closed(TransactionRecord record) {
        return switch (phase) {
            case CLOSING -> {
                if (record.decision() != null) {
                    // Read, not written: act on it only if it was confirmed; else a write has to return it (R4).
                    yield record.confirmed()
                            ? settle(TransactionEvent.CLOSED, record)
                            : rollBack(
                                    TransactionEvent.CLOSED,
                                    this,
                                    RollbackCause.UNCONFIRMED,
                                    "asked for again while its decision was not confirmed");
                }
                GlobalTransaction closed = new GlobalTransaction(
                        id,
                        phase,
                        true,
                        earlier(deadline, record.deadline()),
                        record.branches(),
                        expected,
                        Set.of(),
                        null,
                        null,
                        null);
                String difference = Branches.difference(expected, record.branches());
                yield difference != null
                        // What the client named has to hear of the rollback, too.
                        ? rollBack(
                                TransactionEvent.CLOSED,
                                closed.with(Branches.union(record.branches(), branches)),
                                RollbackCause.BRANCHES,
                                difference)
                        : closed.vote(TransactionEvent.CLOSED);
            }
            case ACTIVE, PREPARING, DECIDING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /**
     * A branch voted.
     *
     * @param execution which one
     * @param vote what it voted; PENDING is no vote
     * @param reason for people, or null
     */
    public Step voted(Execution execution, Vote vote, @Nullable String reason) {
        return switch (phase) {
            case PREPARING -> {
                Branch branch = Branches.find(branches, execution);
                if (branch == null || branch.vote() != Vote.PENDING) {
                    yield ignored();
                }
                GlobalTransaction heard = with(Branches.replace(branches, branch.withVote(vote, reason)));
                if (vote == Vote.ROLLBACK || vote == Vote.PENDING) {
                    yield rollBack(TransactionEvent.VOTED, heard, RollbackCause.VOTE, votedRollback(branch, reason));
                }
                yield heard.branches.stream().anyMatch(other -> other.vote() == Vote.PENDING)
                        ? heard.step(TransactionEvent.VOTED, phase, phase, List.of())
                        : heard.vote(TransactionEvent.VOTED);
            }
            case ACTIVE, CLOSING, DECIDING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /**
     * No vote was heard from a branch. Unknown is no vote (R2); preparing is idempotent by ref, so a branch that the
     * question did not reach is asked once more.
     */
    public Step voteUnknown(Execution execution, boolean connectionFailed, @Nullable String detail) {
        return switch (phase) {
            case PREPARING -> {
                Branch branch = Branches.find(branches, execution);
                if (branch == null || branch.vote() != Vote.PENDING) {
                    yield ignored();
                }
                if (connectionFailed && !askedAgain.contains(execution)) {
                    Set<Execution> again = new HashSet<>(askedAgain);
                    again.add(execution);
                    yield new GlobalTransaction(
                                    id, phase, enlisted, deadline, branches, expected, again, decision, reason,
                                    closedAs)
                            .step(TransactionEvent.VOTE_UNKNOWN, phase, phase, List.of(new Action.AskVote(branch)));
                }
                yield rollBack(
                        TransactionEvent.VOTE_UNKNOWN,
                        this,
                        RollbackCause.NO_VOTE,
                        "no vote was heard from branch " + branch.id() + " (" + branch.participant() + ")"
                                + (detail == null ? "" : ": " + detail));
            }
            case ACTIVE, CLOSING, DECIDING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /** The deadline passed while votes were missing. A timeout is never a vote (R2). */
    public Step deadlinePassed() {
        return switch (phase) {
            case CLOSING, PREPARING ->
                rollBack(
                        TransactionEvent.DEADLINE_PASSED,
                        this,
                        RollbackCause.DEADLINE,
                        "the deadline passed before every branch had voted");
            case ACTIVE, DECIDING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /**
     * A clean, replicated write returned the decision that stands, whoever proposed it (R1, R4). From here on it may be
     * told, and orders may leave.
     *
     * @param winner the record with the decision
     */
    public Step decided(TransactionRecord winner) {
        return switch (phase) {
            case DECIDING -> settle(TransactionEvent.DECIDED, winner);
            case ACTIVE, CLOSING, PREPARING -> ignored();
            case COMMITTING, ROLLING_BACK, COMPLETED -> {
                if (winner.decision() != decision) {
                    throw new IllegalStateException(id + ": " + decision + " stands and the log returned "
                            + winner.decision() + ". A decision is written once: the log has lost a replicated write.");
                }
                yield ignored();
            }
        };
    }

    /** Whether the proposal was written is not known (R8). Tell nobody, propose the same again (L3). */
    public Step decisionIndeterminate() {
        return switch (phase) {
            case DECIDING ->
                step(TransactionEvent.DECISION_INDETERMINATE, phase, phase, List.of(new Action.ProposeAgain()));
            case ACTIVE, CLOSING, PREPARING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /**
     * COMMIT was proposed for a set, but the transaction was begun, and the log holds another set or takes more branches
     * still. Nothing was written. Close it, then look at what is enlisted.
     */
    public Step proposalConflicted() {
        return switch (phase) {
            case DECIDING ->
                enlisted
                        ? rollBack(
                                TransactionEvent.PROPOSAL_CONFLICTED,
                                this,
                                RollbackCause.BRANCHES,
                                "the enlisted branches are not those that voted")
                        : close(TransactionEvent.PROPOSAL_CONFLICTED);
            case ACTIVE, CLOSING, PREPARING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /**
     * The log wrote nothing (unknown id, too old, in the future, no connection), or cannot say what it holds until a person
     * has repaired it. Nothing is under way.
     */
    public Step notWritten() {
        return switch (phase) {
            case CLOSING, DECIDING ->
                step(TransactionEvent.NOT_WRITTEN, phase, TransactionPhase.ACTIVE, List.of(new Action.Tell()));
            case ACTIVE, PREPARING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /**
     * A participant reported a fact about exactly this execution (R6, R7).
     *
     * @param fact what it said
     */
    public Step reported(Execution execution, BranchState fact) {
        return switch (phase) {
            case COMMITTING, ROLLING_BACK -> {
                Branch branch = Branches.find(branches, execution);
                if (branch == null || branch.acknowledged()) {
                    yield ignored();
                }
                Decision ordered = Branches.ordered(branch, standing());
                // Absence does not undo what was reported: the participant may have forgotten what it once committed.
                boolean forgotten = fact == BranchState.NEVER_SEEN && Branches.heuristic(branch, standing());
                if (Branches.ends(fact, ordered) && !forgotten) {
                    yield acknowledged(branch.withFact(fact, true, null));
                }
                boolean contradicts = forgotten || Branches.contradicts(fact, ordered);
                // BUSY says nothing new: somebody else is finishing it.
                Branch heard = branch.withFact(
                        fact == BranchState.BUSY || forgotten ? branch.state() : fact,
                        false,
                        contradicts ? "ended as " + fact + ", ordered " + ordered : "answered " + fact);
                List<Action> actions = new ArrayList<>();
                if (contradicts) {
                    actions.add(new Action.ReportHeuristic(heard));
                }
                actions.add(new Action.Redeliver(heard, contradicts));
                yield with(Branches.replace(branches, heard)).step(TransactionEvent.REPORTED, phase, phase, actions);
            }
            case ACTIVE, CLOSING, PREPARING, DECIDING, COMPLETED -> ignored();
        };
    }

    /** An order brought no fact. That is never an acknowledgement (R7), and never a reason to change anything else. */
    public Step orderFailed(Execution execution, @Nullable String error) {
        return switch (phase) {
            case COMMITTING, ROLLING_BACK -> {
                Branch branch = Branches.find(branches, execution);
                if (branch == null || branch.acknowledged()) {
                    yield ignored();
                }
                Branch silent = branch.withFact(branch.state(), false, error);
                yield with(Branches.replace(branches, silent))
                        .step(
                                TransactionEvent.ORDER_FAILED,
                                phase,
                                phase,
                                List.of(new Action.Redeliver(silent, Branches.heuristic(silent, standing()))));
            }
            case ACTIVE, CLOSING, PREPARING, DECIDING, COMPLETED -> ignored();
        };
    }

    /** It is time to order a branch again. */
    public Step redeliveryDue(Execution execution) {
        return switch (phase) {
            case COMMITTING, ROLLING_BACK -> {
                Branch branch = Branches.find(branches, execution);
                yield branch == null || !Branches.outstanding(branch, branches)
                        ? ignored()
                        : order(TransactionEvent.REDELIVERY_DUE, this, List.of(branch), List.of(), List.of());
            }
            case ACTIVE, CLOSING, PREPARING, DECIDING, COMPLETED -> ignored();
        };
    }

    /**
     * Executions turned up that the standing decision has to reach: a losing request named them, or another instance
     * recorded them.
     *
     * @param named what turned up
     * @param recorded whether the log knows them already
     */
    public Step adopted(List<Branch> named, boolean recorded) {
        return switch (phase) {
            case COMMITTING, ROLLING_BACK, COMPLETED -> {
                List<Branch> strangers = new ArrayList<>();
                for (Branch branch : Branches.unknown(named, branches)) {
                    Branch stranger = recorded ? branch : branch.asNonMember();
                    if (Branches.outstanding(stranger, branches)) {
                        strangers.add(stranger);
                    }
                }
                yield strangers.isEmpty()
                        ? ignored()
                        : order(
                                TransactionEvent.ADOPTED,
                                with(Branches.union(branches, strangers)),
                                strangers,
                                recorded ? List.of() : List.of(new Action.Adopt(strangers)),
                                List.of());
            }
            case ACTIVE, CLOSING, PREPARING, DECIDING -> ignored();
        };
    }

    /**
     * A recovery pass took over a transaction that was left behind. Undecided past its deadline: ROLLBACK is proposed.
     * Decided, but perhaps never replicated: the same proposal is the barrier write that brings the decision back (R4).
     * Confirmed: deliver.
     */
    public Step recovered(TransactionRecord record) {
        return switch (phase) {
            case ACTIVE -> {
                if (record.decision() != null && record.confirmed()) {
                    yield settle(TransactionEvent.RECOVERED, record);
                }
                yield rollBack(
                        TransactionEvent.RECOVERED,
                        new GlobalTransaction(
                                id,
                                phase,
                                record.closedAt() != null,
                                record.deadline(),
                                record.branches(),
                                null,
                                Set.of(),
                                null,
                                null,
                                null),
                        record.decision() == null ? RollbackCause.DEADLINE : RollbackCause.UNCONFIRMED,
                        "the deadline passed without a decision");
            }
            case CLOSING, PREPARING, DECIDING, COMMITTING, ROLLING_BACK, COMPLETED -> ignored();
        };
    }

    /** A person closed it with the outcome that is known. */
    public Step resolved(Outcome outcome) {
        return switch (phase) {
            case COMMITTING, ROLLING_BACK, COMPLETED ->
                new GlobalTransaction(
                                id,
                                phase,
                                enlisted,
                                deadline,
                                branches,
                                expected,
                                askedAgain,
                                decision,
                                reason,
                                outcome)
                        .step(TransactionEvent.RESOLVED, phase, TransactionPhase.COMPLETED, List.of(new Action.Tell()));
            case ACTIVE, CLOSING, PREPARING, DECIDING -> ignored();
        };
    }

    /** What happened, as far as is known; never null when complete, null before unless something heuristic is known. */
    public @Nullable Outcome outcome() {
        if (decision == null) {
            return null;
        }
        return closedAs != null ? closedAs : Outcomes.of(decision, branches, phase == TransactionPhase.COMPLETED);
    }

    /**
     * Whether a commit request means what stands. Only for a transaction for which COMMIT stands.
     *
     * @param begun whether it was begun; then the request's branches are what its client expects of all that is enlisted
     * @param collected the set that the request names, or null
     * @param expected what the request expects, or null
     */
    public boolean agrees(boolean begun, @Nullable List<Branch> collected, @Nullable List<ExpectedBranch> expected) {
        if (begun) {
            List<Branch> enlistedBranches = branches.stream()
                    .filter(branch -> branch.member() || branch.vote() == Vote.READ_ONLY)
                    .toList();
            return Branches.difference(expected, enlistedBranches) == null;
        }
        return collected == null || Branches.set(collected).equals(Branches.members(branches));
    }

    /** Those of {@code named} that are not known here. */
    public List<Branch> strangers(List<Branch> named) {
        return Branches.unknown(named, branches);
    }

    // ---- what the events above have in common

    private Step close(TransactionEvent event) {
        return step(event, phase, TransactionPhase.CLOSING, List.of(new Action.Close(expected)));
    }

    /** R2, and the only place where COMMIT is proposed. */
    private Step vote(TransactionEvent event) {
        var twice = Branches.namedTwice(branches);
        if (twice != null) {
            return rollBack(event, this, RollbackCause.BRANCHES, "branch " + twice + " is named twice");
        }
        List<Action> questions = new ArrayList<>();
        for (Branch branch : branches) {
            if (branch.vote() == Vote.ROLLBACK) {
                return rollBack(event, this, RollbackCause.VOTE, votedRollback(branch, branch.lastError()));
            }
            if (branch.ref() == null && branch.vote() != Vote.READ_ONLY) {
                return rollBack(event, this, RollbackCause.BRANCHES, "branch " + branch.id() + " has no ref");
            }
            if (branch.vote() == Vote.PENDING) {
                questions.add(new Action.AskVote(branch));
            }
        }
        return questions.isEmpty()
                ? propose(event, this, new Action.Propose(Decision.COMMIT, branches, null, null))
                : step(event, phase, TransactionPhase.PREPARING, questions);
    }

    private Step rollBack(
            TransactionEvent event, GlobalTransaction proposer, RollbackCause cause, @Nullable String why) {
        return propose(event, proposer, new Action.Propose(Decision.ROLLBACK, proposer.branches, cause, why));
    }

    private Step propose(TransactionEvent event, GlobalTransaction proposer, Action.Propose proposal) {
        return proposer.step(event, phase, TransactionPhase.DECIDING, List.of(proposal));
    }

    /** A decision stands and may be told: deliver it, or see that there is nothing to deliver. */
    private Step settle(TransactionEvent event, TransactionRecord winner) {
        Decision stands = Objects.requireNonNull(winner.decision(), "a decided record");
        List<Branch> known = new ArrayList<>();
        for (Branch branch : winner.branches()) {
            Branch here = Branches.find(branches, Execution.of(branch));
            known.add(
                    here != null && here.acknowledged() && !branch.acknowledged()
                            ? branch.withFact(here.state(), true, null)
                            : branch);
        }
        GlobalTransaction settled = new GlobalTransaction(
                id,
                stands == Decision.COMMIT ? TransactionPhase.COMMITTING : TransactionPhase.ROLLING_BACK,
                enlisted,
                deadline,
                known,
                expected,
                Set.of(),
                stands,
                winner.reason(),
                winner.completedAt() == null ? null : winner.outcome());
        if (winner.completedAt() != null) {
            return settled.step(event, phase, TransactionPhase.COMPLETED, List.of(new Action.Tell()));
        }
        List<Branch> outstanding = known.stream()
                .filter(branch -> Branches.outstanding(branch, known))
                .toList();
        return outstanding.isEmpty()
                ? settled.step(
                        event,
                        phase,
                        TransactionPhase.COMPLETED,
                        List.of(new Action.RecordCompletion(), new Action.Tell()))
                : order(event, settled, outstanding, List.of(), List.of(new Action.Tell()));
    }

    private Step order(
            TransactionEvent event,
            GlobalTransaction sender,
            List<Branch> receivers,
            List<? extends Action> before,
            List<? extends Action> after) {
        List<Action> actions = new ArrayList<>(before);
        List<Branch> all = sender.branches;
        for (Branch receiver : receivers) {
            Branch counted = receiver.orderedOnceMore();
            all = Branches.replace(all, counted);
            actions.add(new Action.Order(counted, Branches.ordered(counted, sender.standing())));
        }
        actions.addAll(after);
        TransactionPhase next =
                sender.standing() == Decision.COMMIT ? TransactionPhase.COMMITTING : TransactionPhase.ROLLING_BACK;
        return new GlobalTransaction(
                        id,
                        next,
                        sender.enlisted,
                        sender.deadline,
                        all,
                        sender.expected,
                        sender.askedAgain,
                        sender.decision,
                        sender.reason,
                        null)
                .step(event, phase, next, actions);
    }

    /** R9: complete only when every branch has acknowledged. */
    private Step acknowledged(Branch branch) {
        GlobalTransaction heard = with(Branches.replace(branches, branch));
        boolean complete = heard.branches.stream().noneMatch(other -> Branches.outstanding(other, heard.branches));
        return complete
                ? heard.step(
                        TransactionEvent.REPORTED,
                        phase,
                        TransactionPhase.COMPLETED,
                        List.of(new Action.Acknowledged(branch), new Action.RecordCompletion(), new Action.Tell()))
                : heard.step(TransactionEvent.REPORTED, phase, phase, List.of(new Action.Acknowledged(branch)));
    }

    private Decision standing() {
        return Objects.requireNonNull(decision, "a decision stands");
    }

    private GlobalTransaction with(List<Branch> changed) {
        return new GlobalTransaction(
                id, phase, enlisted, deadline, changed, expected, askedAgain, decision, reason, closedAs);
    }

    private Step ignored() {
        return new Step(this, List.of());
    }

    private Step step(TransactionEvent event, TransactionPhase from, TransactionPhase to, List<Action> actions) {
        TransitionTable.check(from, event, to);
        return new Step(
                to == phase
                        ? this
                        : new GlobalTransaction(
                                id, to, enlisted, deadline, branches, expected, askedAgain, decision, reason, closedAs),
                actions);
    }

    private static String votedRollback(Branch branch, @Nullable String reason) {
        return "branch " + branch.id() + " (" + branch.participant() + ") voted ROLLBACK"
                + (reason == null ? "" : ": " + reason);
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return one.isBefore(other) ? one : other;
    }
}
