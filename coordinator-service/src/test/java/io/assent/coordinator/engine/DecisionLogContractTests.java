package io.assent.coordinator.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.assent.coordinator.engine.DecisionLog.BranchProgress;
import io.assent.coordinator.engine.DecisionLog.NewTransaction;
import io.assent.coordinator.engine.DecisionLog.Progress;
import io.assent.coordinator.engine.DecisionLog.Proposal;
import io.assent.coordinator.engine.DecisionLog.Reading;
import io.assent.coordinator.engine.DecisionLog.Reply;
import io.assent.coordinator.engine.DecisionLog.Status;
import io.assent.coordinator.protocol.Branch;
import io.assent.coordinator.protocol.ExpectedBranch;
import io.assent.coordinator.protocol.Outcomes;
import io.assent.coordinator.protocol.TransactionRecord;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.Decision;
import io.assent.protocol.Outcome;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Goal: whatever implements {@link DecisionLog} keeps the promises of its documentation, so that the engine and a
 * simulation may rely on them alike. Method: every status of every method, one log, no faults.
 */
public abstract class DecisionLogContractTests {

    protected static final Duration SOON = Duration.ofSeconds(10);
    protected static final ParticipantName SHOP = new ParticipantName("shop");
    private static final TransactionToken TOKEN = new TransactionToken("nU9tWq3bX0eYk7RzLh2cVA");
    private static final TransactionToken OTHER_TOKEN = new TransactionToken("oU9tWq3bX0eYk7RzLh2cVA");
    protected static final ParticipantName BANK = new ParticipantName("bank");

    private final Random random = new Random(20_261_121);

    /** The log under test; its longest lifetime is one hour, its retention two hours, its branch limit five. */
    protected abstract DecisionLog log();

    /** Lets the log's clock pass by at least this. */
    protected abstract void elapse(Duration duration);

    // begin

    @Test
    void beginWritesAnUndecidedTransaction() {
        TransactionId id = newId();
        Reply begun = begin(id, "checkout", Duration.ofSeconds(10));

        assertThat(begun.status()).isEqualTo(Status.OK);
        assertThat(begun.changed()).isTrue();
        TransactionRecord record = record(begun);
        assertThat(record.id()).isEqualTo(id);
        assertThat(record.name()).isEqualTo("checkout");
        assertThat(record.begun()).isTrue();
        assertThat(record.decision()).isNull();
        assertThat(record.confirmed()).isFalse();
        assertThat(record.closedAt()).isNull();
        assertThat(record.branches()).isEmpty();
        assertThat(record.deadline()).isEqualTo(record.createdAt().plusSeconds(10));
        assertThat(found(id)).isEqualTo(record);
    }

    @Test
    void equalBeginIsAnsweredWithWhatIsThere() {
        TransactionId id = newId();
        TransactionRecord first = record(begin(id, "checkout", Duration.ofMillis(12_345)));
        elapse(Duration.ofMillis(2));

        Reply again = begin(id, "checkout", Duration.ofMillis(12_345));

        assertThat(again.status()).isEqualTo(Status.OK);
        assertThat(again.changed()).isFalse();
        assertThat(again.record()).isEqualTo(first);
    }

    @Test
    void beginWithOtherContentOrOfADecidedTransactionIsAConflict() {
        TransactionId id = newId();
        begin(id, "checkout", SOON);

        assertThat(begin(id, "other", SOON).status()).isEqualTo(Status.CONFLICT);
        assertThat(begin(id, null, SOON).status()).isEqualTo(Status.CONFLICT);
        Reply otherTimeout = begin(id, "checkout", SOON.plusMillis(1));
        assertThat(otherTimeout.status()).isEqualTo(Status.CONFLICT);
        assertThat(record(otherTimeout).name()).isEqualTo("checkout");

        rollback(id, 1);
        Reply decided = begin(id, "checkout", SOON);
        assertThat(decided.status()).isEqualTo(Status.CONFLICT);
        assertThat(record(decided).decision()).isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void beginLooksForTheRecordFirstAndThenRefusesOldAndFutureIds() {
        assertThat(begin(idOfAge(Duration.ofMinutes(61)), null, SOON).status()).isEqualTo(Status.TOO_OLD);
        assertThat(begin(idOfAge(Duration.ofMinutes(-6)), null, SOON).status()).isEqualTo(Status.IN_FUTURE);
        assertThat(begin(idOfAge(Duration.ofMinutes(59)), null, SOON).status()).isEqualTo(Status.OK);
        assertThat(begin(idOfAge(Duration.ofMinutes(-4)), null, SOON).status()).isEqualTo(Status.OK);

        TransactionId old = idOfAge(Duration.ofMinutes(61));
        assertThat(rollback(old, 1).status()).isEqualTo(Status.OK);
        assertThat(begin(old, null, SOON).status()).isEqualTo(Status.CONFLICT);
    }

    // enlist

    @Test
    void enlistAddsABranchAndTheSameAgainChangesNothing() {
        TransactionId id = newId();
        begin(id, null, SOON);
        Branch branch = branch("1", SHOP, Vote.PENDING);

        Reply first = enlist(id, branch);
        Reply again = enlist(id, branch);

        assertThat(first.status()).isEqualTo(Status.OK);
        assertThat(first.changed()).isTrue();
        assertThat(again.status()).isEqualTo(Status.OK);
        assertThat(again.changed()).isFalse();
        assertThat(again.record()).isEqualTo(first.record());
        Branch enlisted = record(first).branches().get(0);
        assertThat(enlisted.ref()).isEqualTo(branch.ref());
        assertThat(enlisted.url()).isEqualTo(branch.url());
        assertThat(enlisted.enlistedAt()).isNotNull();
        assertThat(enlisted.member()).isFalse();
    }

    @Test
    void enlistAddsAVoteWhereThereWasNone() {
        TransactionId id = newId();
        begin(id, null, SOON);
        Branch pending = branch("1", SHOP, Vote.PENDING);
        enlist(id, pending);

        Reply voted = enlist(id, withVote(pending, Vote.PREPARED));
        assertThat(voted.status()).isEqualTo(Status.OK);
        assertThat(voted.changed())
                .as("a vote is added to a branch that was there")
                .isFalse();
        assertThat(record(voted).branches()).singleElement().satisfies(b -> {
            assertThat(b.vote()).isEqualTo(Vote.PREPARED);
            assertThat(b.enlistedAt()).isNotNull();
        });

        Reply withoutVote = enlist(id, pending);
        assertThat(withoutVote.status()).isEqualTo(Status.OK);
        assertThat(withoutVote.changed()).isFalse();
        assertThat(record(withoutVote).branches().get(0).vote()).isEqualTo(Vote.PREPARED);
    }

    @Test
    void enlistOfABranchWithOtherDataIsAConflict() {
        TransactionId id = newId();
        begin(id, null, SOON);
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        enlist(id, branch);

        Branch otherRef = branch("1", SHOP, Vote.PREPARED);
        Branch otherUrl = Branch.named(branch.id(), SHOP, "http://elsewhere/assent/v1", branch.ref(), Vote.PREPARED);
        Branch otherParticipant = Branch.named(branch.id(), BANK, branch.url(), branch.ref(), Vote.PREPARED);
        for (Branch other : List.of(otherRef, otherUrl, otherParticipant, withVote(branch, Vote.ROLLBACK))) {
            Reply reply = enlist(id, other);
            assertThat(reply.status()).isEqualTo(Status.CONFLICT);
            assertThat(record(reply).branches().get(0).ref()).isEqualTo(branch.ref());
        }
        assertThat(record(id).branches()).hasSize(1);
    }

    @Test
    void enlistIsRefusedWhereThereIsNothingToEnlistIn() {
        assertThat(enlist(newId(), branch("1", SHOP, Vote.PENDING)).status()).isEqualTo(Status.ABSENT);
        assertThat(enlist(idOfAge(Duration.ofMinutes(61)), branch("1", SHOP, Vote.PENDING))
                        .status())
                .isEqualTo(Status.TOO_OLD);
    }

    @Test
    void enlistIsRefusedAfterTheCommitRequestEvenAnEqualOne() {
        TransactionId id = newId();
        begin(id, null, SOON);
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        enlist(id, branch);
        close(id, null);

        assertThat(enlist(id, branch).status()).isEqualTo(Status.CLOSED);
        Reply late = enlist(id, branch("2", BANK, Vote.PREPARED));
        assertThat(late.status()).isEqualTo(Status.CLOSED);
        assertThat(record(late).branches()).hasSize(1);
        assertThat(record(late).decision()).isNull();
    }

    @Test
    void enlistIsRefusedAfterTheDecisionAndTellsIt() {
        TransactionId id = newId();
        begin(id, null, SOON);
        rollback(id, 1);
        Reply late = enlist(id, branch("1", SHOP, Vote.PREPARED));
        assertThat(late.status()).isEqualTo(Status.CLOSED);
        assertThat(record(late).decision()).isEqualTo(Decision.ROLLBACK);
        assertThat(record(late).confirmed()).as("R4: a clean write returned it").isTrue();

        TransactionId collected = newId();
        commit(collected, 1, branch("1", SHOP, Vote.PREPARED));
        assertThat(enlist(collected, branch("2", BANK, Vote.PREPARED)).status()).isEqualTo(Status.CLOSED);
    }

    @Test
    void enlistIsRefusedAfterTheDeadline() {
        TransactionId id = newId();
        begin(id, null, Duration.ofMillis(100));
        elapse(Duration.ofMillis(100));
        assertThat(enlist(id, branch("1", SHOP, Vote.PREPARED)).status()).isEqualTo(Status.CLOSED);
    }

    @Test
    void enlistStopsAtTheLimit() {
        TransactionId id = newId();
        begin(id, null, SOON);
        Branch first = branch("1", SHOP, Vote.PREPARED);
        enlist(id, first);
        for (int i = 2; i <= 5; i++) {
            assertThat(enlist(id, branch("" + i, SHOP, Vote.PREPARED)).status()).isEqualTo(Status.OK);
        }
        assertThat(enlist(id, branch("6", SHOP, Vote.PREPARED)).status()).isEqualTo(Status.FULL);
        assertThat(enlist(id, first).status()).isEqualTo(Status.OK);
    }

    // close

    @Test
    void closeRecordsWhatIsExpectedOnceAndReturnsTheFinalSet() {
        TransactionId id = newId();
        begin(id, null, SOON);
        Branch branch = branch("1", SHOP, Vote.PENDING);
        enlist(id, branch);
        List<ExpectedBranch> expected =
                List.of(new ExpectedBranch(branch.id(), branch.ref()), new ExpectedBranch(new BranchId("2"), null));

        Reply closed = close(id, expected);
        Reply again = close(id, List.of());

        assertThat(closed.status()).isEqualTo(Status.OK);
        assertThat(closed.changed()).isTrue();
        assertThat(record(closed).closedAt()).isNotNull();
        assertThat(record(closed).expected()).isEqualTo(expected);
        assertThat(record(closed).branches()).hasSize(1);
        assertThat(again.status()).isEqualTo(Status.OK);
        assertThat(again.changed()).isFalse();
        assertThat(record(again).expected()).isEqualTo(expected);
    }

    @Test
    void nothingExpectedAndNothingInParticularExpectedAreDifferent() {
        TransactionId nothing = newId();
        begin(nothing, null, SOON);
        assertThat(record(close(nothing, List.of())).expected()).isEmpty();
        TransactionId any = newId();
        begin(any, null, SOON);
        assertThat(record(close(any, null)).expected()).isNull();
    }

    @Test
    void closeOfWhatWasNeverBegunOrIsDecided() {
        assertThat(close(newId(), null).status()).isEqualTo(Status.ABSENT);

        TransactionId collected = newId();
        commit(collected, 1, branch("1", SHOP, Vote.PREPARED));
        Reply decided = close(collected, null);
        assertThat(decided.status()).isEqualTo(Status.OK);
        assertThat(decided.changed()).isFalse();
        assertThat(record(decided).decision()).isEqualTo(Decision.COMMIT);
        assertThat(record(decided).closedAt()).isNull();
    }

    // owners

    @Test
    void whoseItIsIsWrittenOnce() {
        TransactionId begun = newId();
        TransactionId collected = newId();

        assertThat(record(get(log().begin(new NewTransaction(begun, null, SOON, "orders", null))))
                        .owner())
                .isEqualTo("orders");
        assertThat(record(decide(in("orders", collected, Decision.COMMIT, branch("1", SHOP, Vote.PREPARED))))
                        .owner())
                .isEqualTo("orders");
        get(log().close(begun, null, null));
        rollback(begun, 2);
        rollback(collected, 2);

        assertThat(record(begun).owner()).isEqualTo("orders");
        assertThat(record(begun).decision())
                .as("nobody in particular decides all")
                .isEqualTo(Decision.ROLLBACK);
        assertThat(record(collected).owner()).isEqualTo("orders");
        assertThat(record(collected).decision()).isEqualTo(Decision.COMMIT);
    }

    @Test
    void nothingOfWhatBelongsToSomebodyElseIsChangedOrReturned() {
        TransactionId open = newId();
        TransactionId closed = newId();
        TransactionId decided = newId();
        for (TransactionId id : List.of(open, closed)) {
            get(log().begin(new NewTransaction(id, "checkout", SOON, "orders", null)));
            enlist(id, branch("1", SHOP, Vote.PREPARED));
        }
        get(log().close(closed, null, "orders"));
        decide(in("orders", decided, Decision.COMMIT, branch("1", SHOP, Vote.PREPARED)));

        for (TransactionId id : List.of(open, closed, decided)) {
            TransactionRecord before = record(id);
            Branch[] known = before.branches().toArray(Branch[]::new);
            List<Reply> replies = List.of(
                    get(log().begin(new NewTransaction(id, "checkout", SOON, "billing", null))),
                    get(log().close(id, List.of(), "billing")),
                    decide(in("billing", id, Decision.COMMIT, known)),
                    decide(in("billing", id, Decision.ROLLBACK, branch("9", BANK, Vote.PREPARED))));

            assertThat(replies).as(before.toString()).allSatisfy(reply -> {
                assertThat(reply.status()).isEqualTo(Status.FOREIGN);
                assertThat(reply.record()).isNull();
                assertThat(reply.changed()).isFalse();
            });
            assertThat(record(id)).isEqualTo(before);
        }
        // The owner goes on as if nothing had been.
        assertThat(get(log().begin(new NewTransaction(open, "checkout", SOON, "orders", null)))
                        .status())
                .isEqualTo(Status.OK);
        assertThat(record(decide(in(
                                "orders",
                                closed,
                                Decision.COMMIT,
                                record(closed).branches().toArray(Branch[]::new))))
                        .decision())
                .isEqualTo(Decision.COMMIT);
    }

    // tokens

    @Test
    void theTokenWrittenFirstIsReturnedToWhoeverBegins() {
        TransactionId id = newId();
        TransactionId nobodys = newId();

        Reply first = get(log().begin(new NewTransaction(id, "checkout", SOON, "orders", TOKEN)));
        Reply again = get(log().begin(new NewTransaction(id, "checkout", SOON, "orders", OTHER_TOKEN)));
        Reply operator = get(log().begin(new NewTransaction(id, "checkout", SOON, null, OTHER_TOKEN)));
        Reply different = get(log().begin(new NewTransaction(id, "another", SOON, "orders", OTHER_TOKEN)));
        Reply none = get(log().begin(new NewTransaction(nobodys, null, SOON, null, null)));
        Reply still = get(log().begin(new NewTransaction(nobodys, null, SOON, null, OTHER_TOKEN)));

        assertThat(first.token()).isEqualTo(TOKEN);
        assertThat(again.token()).isEqualTo(TOKEN);
        assertThat(operator.status()).isEqualTo(Status.OK);
        assertThat(operator.token()).as("to see it is not to take part in it").isNull();
        assertThat(different.status()).isEqualTo(Status.CONFLICT);
        assertThat(different.token()).isNull();
        assertThat(none.token()).isNull();
        assertThat(still.token()).as("begun without one").isNull();
        assertThat(still.status()).isEqualTo(Status.OK);
    }

    @Test
    void withAnotherTokenThereIsNoSuchTransaction() {
        TransactionId open = newId();
        TransactionId closed = newId();
        TransactionId decided = newId();
        TransactionId without = newId();
        for (TransactionId id : List.of(open, closed, decided)) {
            get(log().begin(new NewTransaction(id, "checkout", SOON, "orders", TOKEN)));
            assertThat(enlist(id, branch("1", SHOP, Vote.PENDING), TOKEN).status())
                    .isEqualTo(Status.OK);
        }
        begin(without, "checkout", SOON);
        close(closed, null);
        rollback(decided, 1);
        Reply unknown = enlist(newId(), branch("1", SHOP, Vote.PENDING), OTHER_TOKEN);
        assertThat(unknown.status()).isEqualTo(Status.ABSENT);

        for (TransactionId id : List.of(open, closed, decided, without)) {
            TransactionRecord before = record(id);
            for (Branch branch : List.of(
                    branch("1", SHOP, Vote.PENDING),
                    branch("1", SHOP, Vote.PREPARED),
                    branch("2", BANK, Vote.PENDING))) {
                assertThat(enlist(id, branch, OTHER_TOKEN)).isEqualTo(unknown);
            }
            assertThat(record(id)).isEqualTo(before);
        }
        assertThat(enlist(open, branch("2", BANK, Vote.PENDING), TOKEN).status())
                .as("its own goes on as if nothing had been")
                .isEqualTo(Status.OK);
        assertThat(enlist(without, branch("1", SHOP, Vote.PENDING), null).status())
                .as("where it is not looked at")
                .isEqualTo(Status.OK);
    }

    @Test
    void whatBelongsToNobodyBelongsToAll() {
        TransactionId begun = newId();
        TransactionId decided = newId();
        begin(begun, null, SOON);
        rollback(decided, 1);

        assertThat(get(log().begin(new NewTransaction(begun, null, SOON, "billing", null)))
                        .status())
                .isEqualTo(Status.OK);
        assertThat(get(log().close(begun, null, "billing")).status()).isEqualTo(Status.OK);
        assertThat(record(decide(in("orders", begun, Decision.COMMIT))).decision())
                .isEqualTo(Decision.COMMIT);
        assertThat(record(decide(in("orders", decided, Decision.COMMIT))).decision())
                .isEqualTo(Decision.ROLLBACK);
        assertThat(record(begun).owner()).isNull();
        assertThat(record(decided).owner()).isNull();
    }

    @Test
    void oneForeignProposalDoesNotKeepTheOthersOfItsBatchFromBeingWritten() {
        TransactionId foreign = newId();
        decide(in("orders", foreign, Decision.COMMIT));
        List<TransactionId> own = new ArrayList<>();
        List<CompletionStage<Reply>> replies = new ArrayList<>();
        CompletionStage<Reply> refused = log().decide(in("billing", foreign, Decision.ROLLBACK));
        for (int i = 0; i < 10; i++) {
            own.add(newId());
            replies.add(log().decide(in("billing", own.get(i), Decision.COMMIT)));
        }

        assertThat(get(refused).status()).isEqualTo(Status.FOREIGN);
        for (int i = 0; i < 10; i++) {
            assertThat(get(replies.get(i)).status()).isEqualTo(Status.OK);
            assertThat(record(own.get(i)).owner()).isEqualTo("billing");
        }
    }

    private Proposal in(String owner, TransactionId id, Decision decision, Branch... branches) {
        return new Proposal(random.nextLong(), id, decision, null, null, List.of(branches), "test", SOON, owner);
    }

    // decide: collected

    @Test
    void commitOfACollectedTransactionMakesThePreparedBranchesItsMembers() {
        TransactionId id = newId();
        Instant deadline = now().plusSeconds(10).truncatedTo(java.time.temporal.ChronoUnit.MICROS);
        Reply decided = decide(new Proposal(
                7,
                id,
                Decision.COMMIT,
                "checkout",
                deadline,
                List.of(branch("1", SHOP, Vote.PREPARED), branch("2", BANK, Vote.READ_ONLY)),
                null,
                SOON,
                null));

        assertThat(decided.status()).isEqualTo(Status.OK);
        assertThat(decided.changed()).isTrue();
        TransactionRecord record = record(decided);
        assertThat(record.decision()).isEqualTo(Decision.COMMIT);
        assertThat(record.confirmed()).isTrue();
        assertThat(record.begun()).isFalse();
        assertThat(record.name()).isEqualTo("checkout");
        assertThat(record.deadline()).isEqualTo(deadline);
        assertThat(record.decidedAt()).isEqualTo(record.createdAt());
        assertThat(record.nextAttemptAt()).isEqualTo(record.decidedAt().plus(SOON));
        assertThat(record.branches()).extracting(Branch::member).containsExactly(true, false);
        assertThat(record.branches()).extracting(Branch::enlistedAt).containsOnly(record.decidedAt());
        assertThat(record.asked()).isZero();
        assertThat(record.outcome()).isNull();
    }

    @Test
    void commitOfAnEmptySetIsWritten() {
        Reply decided = commit(newId(), 1);
        assertThat(decided.status()).isEqualTo(Status.OK);
        assertThat(record(decided).decision()).isEqualTo(Decision.COMMIT);
        assertThat(record(decided).branches()).isEmpty();
    }

    @Test
    void theFirstDecisionStandsAndTheLoserIsGivenIt() {
        TransactionId id = newId();
        commit(id, 1, branch("1", SHOP, Vote.PREPARED));

        Reply loser = rollback(id, 2);

        assertThat(loser.status()).isEqualTo(Status.OK);
        assertThat(loser.changed()).isFalse();
        assertThat(record(loser).decision()).isEqualTo(Decision.COMMIT);
        assertThat(record(loser).reason()).isNull();
        assertThat(record(loser).asked()).as("R4: it wrote").isEqualTo(1);
        assertThat(record(loser).branches()).hasSize(1);

        TransactionId other = newId();
        rollback(other, 1);
        Reply late = commit(other, 2, branch("1", SHOP, Vote.PREPARED));
        assertThat(late.changed()).isFalse();
        assertThat(record(late).decision()).isEqualTo(Decision.ROLLBACK);
        assertThat(record(late).branches()).isEmpty();
    }

    @Test
    void theSameProposalAgainIsStillTheOneThatStands() {
        TransactionId id = newId();
        Proposal proposal = proposal(id, 42, Decision.COMMIT, branch("1", SHOP, Vote.PREPARED));
        decide(proposal);
        Reply again = decide(proposal);
        assertThat(again.status()).isEqualTo(Status.OK);
        assertThat(again.changed()).isTrue();
        assertThat(record(again).asked()).isEqualTo(1);
        assertThat(commit(id, 43, branch("1", SHOP, Vote.PREPARED)).changed()).isFalse();
    }

    @Test
    void twoProposalsForOneTransactionAtOnceHaveOneWinner() {
        TransactionId id = newId();
        CompletionStage<Reply> commit =
                log().decide(proposal(id, 1, Decision.COMMIT, branch("1", SHOP, Vote.PREPARED)));
        CompletionStage<Reply> rollback = log().decide(proposal(id, 2, Decision.ROLLBACK));
        Reply first = get(commit);
        Reply second = get(rollback);
        assertThat(first.changed()).isNotEqualTo(second.changed());
        assertThat(record(first).decision()).isEqualTo(record(second).decision());
        assertThat(record(first).decision()).isEqualTo(first.changed() ? Decision.COMMIT : Decision.ROLLBACK);
    }

    @Test
    void commitAfterTheDeadlineIsWrittenAsRollback() {
        TransactionId id = newId();
        Reply decided = decide(new Proposal(
                1,
                id,
                Decision.COMMIT,
                null,
                now().minusMillis(1),
                List.of(branch("1", SHOP, Vote.PREPARED)),
                null,
                SOON,
                null));
        assertThat(decided.status()).isEqualTo(Status.OK);
        TransactionRecord record = record(decided);
        assertThat(record.decision()).isEqualTo(Decision.ROLLBACK);
        assertThat(record.reason()).contains("deadline");
        assertThat(record.branches()).extracting(Branch::member).containsExactly(false);
    }

    @Test
    void rollbackKeepsItsReasonAndItsBranches() {
        TransactionId id = newId();
        Branch withoutRef = Branch.named(new BranchId("1"), SHOP, "http://shop/assent/v1", null, Vote.PENDING);
        Reply decided = decide(new Proposal(
                1, id, Decision.ROLLBACK, "checkout", null, List.of(withoutRef), "not enough money", SOON, null));
        assertThat(record(decided).reason()).isEqualTo("not enough money");
        assertThat(record(decided).deadline()).isNull();
        assertThat(record(decided).branches()).singleElement().satisfies(b -> {
            assertThat(b.ref()).isNull();
            assertThat(b.member()).isFalse();
        });
    }

    @Test
    void oldAndFutureIdsAreDecidedOnlyWhereThereIsARecordOrRollbackIsStillSafe() {
        TransactionId tooOldToCommit = idOfAge(Duration.ofMinutes(61));
        assertThat(commit(tooOldToCommit, 1).status()).isEqualTo(Status.TOO_OLD);
        assertThat(find(tooOldToCommit).records()).isEmpty();
        assertThat(rollback(tooOldToCommit, 2).status()).isEqualTo(Status.OK);
        Reply afterwards = commit(tooOldToCommit, 1);
        assertThat(afterwards.status()).as("the record comes first").isEqualTo(Status.OK);
        assertThat(record(afterwards).decision()).isEqualTo(Decision.ROLLBACK);

        TransactionId belowHorizon = idOfAge(Duration.ofMinutes(121));
        assertThat(rollback(belowHorizon, 1).status()).isEqualTo(Status.TOO_OLD);
        assertThat(commit(belowHorizon, 1).status()).isEqualTo(Status.TOO_OLD);
        assertThat(find(belowHorizon).records()).isEmpty();

        TransactionId future = idOfAge(Duration.ofMinutes(-6));
        assertThat(commit(future, 1).status()).isEqualTo(Status.IN_FUTURE);
        assertThat(rollback(future, 1).status()).isEqualTo(Status.IN_FUTURE);
        assertThat(find(future).records()).isEmpty();
        assertThat(commit(idOfAge(Duration.ofMinutes(-4)), 1).status()).isEqualTo(Status.OK);
        assertThat(commit(idOfAge(Duration.ofMinutes(59)), 1).status()).isEqualTo(Status.OK);
    }

    // decide: begun

    @Test
    void commitOfABegunTransactionNeedsExactlyTheEnlistedExecutions() {
        TransactionId id = newId();
        begin(id, "checkout", SOON);
        Branch first = branch("1", SHOP, Vote.PENDING);
        Branch second = branch("2", BANK, Vote.PENDING);
        enlist(id, first);
        Instant enlistedAt = record(id).branches().get(0).enlistedAt();
        enlist(id, second);
        close(id, null);

        // In another order, and with the votes that were asked for meanwhile.
        Reply decided = commit(id, 1, withVote(second, Vote.READ_ONLY), withVote(first, Vote.PREPARED));

        assertThat(decided.status()).isEqualTo(Status.OK);
        assertThat(decided.changed()).isTrue();
        TransactionRecord record = record(decided);
        assertThat(record.decision()).isEqualTo(Decision.COMMIT);
        assertThat(record.name()).isEqualTo("checkout");
        assertThat(record.begun()).isTrue();
        assertThat(record.asked()).isZero();
        assertThat(record.branches()).extracting(Branch::vote).containsExactly(Vote.PREPARED, Vote.READ_ONLY);
        assertThat(record.branches()).extracting(Branch::member).containsExactly(true, false);
        assertThat(record.branches().get(0).enlistedAt()).isEqualTo(enlistedAt);
        assertThat(record.decidedAt()).isAfter(record.createdAt());
    }

    @Test
    void commitOfABegunTransactionThatIsNotClosedDecidesNothing() {
        TransactionId id = newId();
        begin(id, null, SOON);
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        enlist(id, branch);

        Reply early = commit(id, 1, branch);

        assertThat(early.status()).isEqualTo(Status.CONFLICT);
        assertThat(early.changed()).isFalse();
        assertThat(record(early).decision()).isNull();
        assertThat(record(early).confirmed()).isFalse();
        assertThat(enlist(id, branch("2", BANK, Vote.PREPARED)).status())
                .as("it still takes branches")
                .isEqualTo(Status.OK);

        TransactionId late = newId();
        begin(late, null, Duration.ofMillis(100));
        elapse(Duration.ofMillis(100));
        assertThat(record(commit(late, 1)).decision())
                .as("past its deadline it is rolled back all the same")
                .isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void commitForOtherExecutionsThanAreEnlistedIsWrittenAsRollbackForAllOfThem() {
        Branch enlisted = branch("1", SHOP, Vote.PREPARED);
        Branch other = branch("1", SHOP, Vote.PREPARED);
        Branch second = branch("2", BANK, Vote.PREPARED);
        for (List<Branch> proposed : List.of(List.<Branch>of(), List.of(other), List.of(enlisted, second))) {
            TransactionId id = newId();
            begin(id, null, SOON);
            enlist(id, enlisted);
            close(id, null);
            TransactionRecord record = record(commit(id, 1, proposed.toArray(Branch[]::new)));
            assertThat(record.decision()).isEqualTo(Decision.ROLLBACK);
            assertThat(record.reason()).contains("enlisted");
            assertThat(record.branches()).extracting(Branch::ref).contains(enlisted.ref());
            assertThat(record.branches())
                    .extracting(Branch::ref)
                    .containsAll(proposed.stream().map(Branch::ref).toList());
            assertThat(record.branches()).extracting(Branch::member).doesNotContain(true);
        }
    }

    @Test
    void theEarlierOfBothDeadlinesCounts() {
        TransactionId id = newId();
        begin(id, null, Duration.ofMillis(100));
        close(id, null);
        elapse(Duration.ofMillis(100));
        TransactionRecord ofBegin = record(
                decide(new Proposal(1, id, Decision.COMMIT, null, now().plusSeconds(10), List.of(), null, SOON, null)));
        assertThat(ofBegin.decision()).isEqualTo(Decision.ROLLBACK);
        assertThat(ofBegin.reason()).contains("deadline");

        TransactionId other = newId();
        begin(other, null, SOON);
        close(other, null);
        TransactionRecord ofCommit = record(decide(
                new Proposal(1, other, Decision.COMMIT, null, now().minusMillis(1), List.of(), null, SOON, null)));
        assertThat(ofCommit.decision()).isEqualTo(Decision.ROLLBACK);
    }

    @Test
    void rollbackOfABegunTransactionNeedsNothingAndCoversAllItsBranches() {
        TransactionId id = newId();
        begin(id, null, SOON);
        Branch enlisted = branch("1", SHOP, Vote.PENDING);
        enlist(id, enlisted);
        Branch named = branch("2", BANK, Vote.PENDING);
        TransactionRecord record = record(
                decide(new Proposal(1, id, Decision.ROLLBACK, null, null, List.of(named), "timeout", SOON, null)));
        assertThat(record.decision()).isEqualTo(Decision.ROLLBACK);
        assertThat(record.reason()).isEqualTo("timeout");
        assertThat(record.branches()).extracting(Branch::ref).containsExactly(enlisted.ref(), named.ref());
    }

    // adopt

    @Test
    void adoptAddsExecutionsAndOpensTheTransactionAgain() {
        TransactionId id = newId();
        Branch member = branch("1", SHOP, Vote.PREPARED);
        commit(id, 1, member);
        complete(id, member);
        Branch stray = branch("1", SHOP, Vote.PREPARED);

        Reply adopted = adopt(id, stray, member);

        assertThat(adopted.status()).isEqualTo(Status.OK);
        assertThat(adopted.changed()).isTrue();
        TransactionRecord record = record(adopted);
        assertThat(record.completedAt()).isNull();
        assertThat(record.outcome()).isNull();
        assertThat(record.nextAttemptAt()).isNotNull();
        assertThat(record.decision()).isEqualTo(Decision.COMMIT);
        assertThat(record.branches()).extracting(Branch::ref).containsExactly(member.ref(), stray.ref());
        assertThat(record.branches())
                .extracting(Branch::member)
                .as("an adopted execution is never a member")
                .containsExactly(true, false);
        assertThat(record.branches()).extracting(Branch::acknowledged).containsExactly(true, false);

        Reply again = adopt(id, stray);
        assertThat(again.status()).isEqualTo(Status.OK);
        assertThat(again.changed()).isFalse();
    }

    @Test
    void adoptNeedsADecisionAndRoom() {
        assertThat(adopt(newId(), branch("1", SHOP, Vote.PREPARED)).status()).isEqualTo(Status.ABSENT);

        TransactionId undecided = newId();
        begin(undecided, null, SOON);
        assertThat(adopt(undecided, branch("1", SHOP, Vote.PREPARED)).status()).isEqualTo(Status.CONFLICT);

        TransactionId full = newId();
        commit(full, 1, branch("1", SHOP, Vote.PREPARED), branch("2", SHOP, Vote.PREPARED));
        Branch[] four = {
            branch("3", SHOP, Vote.PREPARED),
            branch("4", SHOP, Vote.PREPARED),
            branch("5", SHOP, Vote.PREPARED),
            branch("6", SHOP, Vote.PREPARED)
        };
        assertThat(adopt(full, four).status()).isEqualTo(Status.FULL);
        assertThat(record(full).branches()).hasSize(2);
    }

    // record

    @Test
    void recordConfirmsAndCompletes() {
        TransactionId id = newId();
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        Branch readOnly = branch("2", BANK, Vote.READ_ONLY);
        commit(id, 1, branch, readOnly);
        assertThat(record(id).confirmed())
                .as("R4: a read does not know that the write was clean")
                .isFalse();

        Reply recorded = complete(id, branch);

        assertThat(recorded.status()).isEqualTo(Status.OK);
        TransactionRecord record = record(id);
        assertThat(record).isEqualTo(recorded.record());
        assertThat(record.confirmed()).isTrue();
        assertThat(record.completedAt()).isNotNull();
        assertThat(record.outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(record.nextAttemptAt()).isNull();
        assertThat(record.changedAt()).isEqualTo(record.completedAt());
        Branch ended = record.branches().get(0);
        assertThat(ended.acknowledged()).isTrue();
        assertThat(ended.state()).isEqualTo(BranchState.COMMITTED);
        assertThat(ended.attempts()).isEqualTo(1);
        assertThat(ended.acknowledgedAt()).isEqualTo(record.completedAt());
    }

    @Test
    void recordMergesByExecutionAndNeverTakesAnAcknowledgementBack() {
        TransactionId id = newId();
        Branch first = branch("1", SHOP, Vote.PREPARED);
        Branch second = branch("2", BANK, Vote.PREPARED);
        commit(id, 1, first, second);

        record(open(id, progress(first, null, false, 3, "connection refused")));
        TransactionRecord failing = record(id);
        assertThat(failing.branches().get(0).lastError()).isEqualTo("connection refused");
        assertThat(failing.branches().get(0).attempts()).isEqualTo(3);
        assertThat(failing.nextAttemptAt()).isNotNull();
        assertThat(failing.confirmed()).isTrue();

        record(open(id, progress(first, BranchState.COMMITTED, true, 4, null)));
        record(open(id, progress(first, BranchState.BUSY, false, 2, "late")));
        // Another execution of the same branch, which nobody recorded.
        record(open(id, progress(branch("2", BANK, Vote.PREPARED), BranchState.COMMITTED, true, 1, null)));

        List<Branch> branches = record(id).branches();
        assertThat(branches).hasSize(2);
        assertThat(branches.get(0).acknowledged()).isTrue();
        assertThat(branches.get(0).state()).isEqualTo(BranchState.COMMITTED);
        assertThat(branches.get(0).lastError()).isNull();
        assertThat(branches.get(0).attempts()).isEqualTo(4);
        assertThat(branches.get(1).acknowledged()).isFalse();
        assertThat(branches.get(1).attempts()).isZero();
    }

    @Test
    void recordKeepsATransactionOpenThatHoldsAnExecutionTheRecorderDidNotKnow() {
        TransactionId id = newId();
        Branch member = branch("1", SHOP, Vote.PREPARED);
        commit(id, 1, member);
        Branch adopted = branch("2", BANK, Vote.PREPARED);
        adopt(id, adopted);

        Reply recorded = complete(id, member);

        assertThat(recorded.status()).isEqualTo(Status.OK);
        assertThat(record(recorded).completedAt()).isNull();
        assertThat(record(recorded).outcome()).isNull();
        assertThat(record(recorded).nextAttemptAt()).isNotNull();
        assertThat(record(complete(id, adopted)).completedAt()).isNotNull();
    }

    @Test
    void recordDoesNotWaitForAnExecutionWithoutRefOfABranchThatIsAMember() {
        TransactionId id = newId();
        Branch member = branch("1", SHOP, Vote.PREPARED);
        commit(id, 1, member);
        adopt(id, Branch.named(member.id(), SHOP, member.url(), null, Vote.PENDING));
        assertThat(record(complete(id, member)).completedAt())
                .as("R5, R6: nothing can be ordered to it")
                .isNotNull();
    }

    @Test
    void recordShowsAHeuristicOutcomeBeforeCompletionAndReplacesItWhenTheBranchReportsTheDecidedState() {
        TransactionId id = newId();
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        commit(id, 1, branch);
        get(log().record(new Progress(
                id, List.of(progress(branch, BranchState.ROLLED_BACK, false, 1, null)), false, null)));
        TransactionRecord heuristic = record(id);
        assertThat(heuristic.outcome()).isEqualTo(Outcome.HEURISTIC_ROLLBACK);
        assertThat(heuristic.completedAt()).isNull();
        assertThat(heuristic.nextAttemptAt()).isNull();

        complete(id, branch);
        assertThat(record(id).outcome()).isEqualTo(Outcome.COMMITTED);
        assertThat(record(id).completedAt()).isNotNull();
    }

    @Test
    void theOutcomeFollowsFromAllThatWasRecordedByWhomever() {
        List<@Nullable BranchState> states = new ArrayList<>(List.of(BranchState.values()));
        states.add(null);
        for (Decision decision : Decision.values()) {
            for (BranchState one : states) {
                for (BranchState other : states) {
                    TransactionId id = newId();
                    Branch first = branch("1", SHOP, Vote.PREPARED);
                    Branch second = branch("2", SHOP, Vote.PREPARED);
                    decide(proposal(id, 1, decision, first, second));
                    // Two instances, each of which has heard from one branch.
                    report(id, decision, first, one, second);
                    report(id, decision, second, other, first);

                    TransactionRecord now = record(id);
                    assertThat(now.outcome())
                            .as("%s, %s and %s", decision, one, other)
                            .isEqualTo(Outcomes.of(decision, now.branches(), now.completedAt() != null));
                    assertThat(now.completedAt() != null)
                            .as("%s, %s and %s", decision, one, other)
                            .isEqualTo(ends(decision, one) && ends(decision, other));
                }
            }
        }
    }

    private void report(
            TransactionId id, Decision decision, Branch branch, @Nullable BranchState state, Branch unheard) {
        boolean ends = ends(decision, state);
        get(log().record(new Progress(
                id,
                List.of(progress(branch, state, ends, 1, null), progress(unheard, null, false, 1, null)),
                ends,
                SOON)));
    }

    private static boolean ends(Decision decision, @Nullable BranchState state) {
        return decision == Decision.COMMIT
                ? state == BranchState.COMMITTED
                : state == BranchState.ROLLED_BACK || state == BranchState.NEVER_SEEN;
    }

    @Test
    void whatAPersonClosedTooEarlyBecomesMoreExactAndStaysHeuristic() {
        TransactionId id = newId();
        Branch first = branch("1", SHOP, Vote.PREPARED);
        Branch second = branch("2", SHOP, Vote.PREPARED);
        commit(id, 1, first, second);
        report(id, Decision.COMMIT, first, BranchState.ROLLED_BACK, second);
        resolve(id, "paid by hand");
        assertThat(record(id).outcome()).isEqualTo(Outcome.HEURISTIC_ROLLBACK);

        report(id, Decision.COMMIT, second, BranchState.COMMITTED, first);
        assertThat(record(id).outcome()).isEqualTo(Outcome.HEURISTIC_MIXED);
        report(id, Decision.COMMIT, first, BranchState.COMMITTED, second);
        assertThat(record(id).outcome()).as("it was closed as heuristic").isEqualTo(Outcome.HEURISTIC_MIXED);
        assertThat(record(id).resolution()).isEqualTo("paid by hand");
    }

    @Test
    void recordOfACompleteTransactionDoesNotOpenIt() {
        TransactionId id = newId();
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        commit(id, 1, branch);
        complete(id, branch);
        TransactionRecord before = record(id);
        record(open(id, progress(branch, null, false, 1, "late")));
        assertThat(record(id)).isEqualTo(before);
    }

    @Test
    void recordNeedsADecision() {
        assertThat(complete(newId(), branch("1", SHOP, Vote.PREPARED)).status()).isEqualTo(Status.ABSENT);
        TransactionId undecided = newId();
        begin(undecided, null, SOON);
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        enlist(undecided, branch);
        TransactionRecord before = record(undecided);
        assertThat(complete(undecided, branch).status()).isEqualTo(Status.CONFLICT);
        assertThat(record(undecided)).isEqualTo(before);
    }

    // resolve

    @Test
    void aPersonClosesWhatIsHeuristicAndNothingElse() {
        TransactionId id = newId();
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        commit(id, 1, branch);
        assertThat(resolve(id, "looks fine").status()).isEqualTo(Status.CONFLICT);
        get(log().record(new Progress(
                id, List.of(progress(branch, BranchState.ROLLED_BACK, false, 1, null)), false, null)));

        Reply resolved = resolve(id, "paid by hand");
        assertThat(resolved.status()).isEqualTo(Status.OK);
        assertThat(resolved.changed()).isTrue();
        assertThat(record(resolved).completedAt()).isNotNull();
        assertThat(record(resolved).outcome()).isEqualTo(Outcome.HEURISTIC_ROLLBACK);
        assertThat(record(resolved).resolution()).isEqualTo("paid by hand");

        Reply again = resolve(id, "paid by hand");
        assertThat(again.status()).as("idempotent").isEqualTo(Status.OK);
        assertThat(again.changed()).isFalse();
        assertThat(resolve(id, "another reason").status()).isEqualTo(Status.CONFLICT);
        assertThat(resolve(newId(), "why not").status()).isEqualTo(Status.ABSENT);
    }

    // find

    @Test
    void findReadsWhatIsThereAndLeavesOutTheRest() {
        TransactionId begun = newId();
        begin(begun, null, SOON);
        TransactionId decided = newId();
        rollback(decided, 1);
        TransactionId unknown = newId();

        Reading reading = get(log().find(List.of(begun, decided, unknown)));

        assertThat(reading.status()).isEqualTo(Status.OK);
        assertThat(reading.records()).containsOnlyKeys(begun, decided);
        assertThat(reading.horizon()).isEqualTo(reading.now().minus(Duration.ofHours(2)));
        assertThat(get(log().find(List.of())).records()).isEmpty();
    }

    // claim

    @Test
    void claimTakesWhatIsDueOldestFirstAndOnlyOnce() {
        TransactionId first = newId();
        decide(due(first));
        elapse(Duration.ofMillis(2));
        TransactionId second = newId();
        decide(due(second));
        elapse(Duration.ofMillis(2));

        assertThat(claim(1)).extracting(TransactionRecord::id).containsExactly(first);
        List<TransactionRecord> rest = claim(10);
        assertThat(rest).extracting(TransactionRecord::id).containsExactly(second);
        assertThat(rest.get(0).attempts()).isEqualTo(1);
        assertThat(rest.get(0).nextAttemptAt()).isAfter(now());
        assertThat(claim(10)).isEmpty();
    }

    @Test
    void claimTakesBegunOnesPastTheirDeadlineAndLeavesEverythingElse() {
        TransactionId late = newId();
        begin(late, null, Duration.ofMillis(100));
        TransactionId inTime = newId();
        begin(inTime, null, SOON);
        TransactionId notDue = newId();
        commit(notDue, 1, branch("1", SHOP, Vote.PREPARED));
        TransactionId complete = newId();
        Branch branch = branch("1", SHOP, Vote.PREPARED);
        decide(new Proposal(1, complete, Decision.COMMIT, null, null, List.of(branch), null, Duration.ZERO, null));
        complete(complete, branch);
        TransactionId heuristic = newId();
        Branch rolledBack = branch("1", SHOP, Vote.PREPARED);
        decide(new Proposal(1, heuristic, Decision.COMMIT, null, null, List.of(rolledBack), null, Duration.ZERO, null));
        get(log().record(new Progress(
                heuristic, List.of(progress(rolledBack, BranchState.ROLLED_BACK, false, 1, null)), false, null)));
        elapse(Duration.ofMillis(100));

        assertThat(claim(10)).extracting(TransactionRecord::id).containsExactly(late);
    }

    @Test
    void aClaimedTransactionComesBackWhenItsLeaseIsOver() {
        TransactionId id = newId();
        decide(due(id));
        elapse(Duration.ofMillis(2));
        assertThat(get(log().claim(10, Duration.ofMillis(50)))).hasSize(1);
        elapse(Duration.ofMillis(50));
        assertThat(claim(10)).extracting(TransactionRecord::attempts).containsExactly(2);
    }

    // helpers, also for the implementations' own tests

    protected Instant now() {
        return get(log().find(List.of())).now();
    }

    protected TransactionId newId() {
        return idOfAge(Duration.ZERO);
    }

    protected TransactionId idOfAge(Duration age) {
        return TransactionId.create(now().minus(age), random);
    }

    protected Branch branch(String id, ParticipantName participant, Vote vote) {
        BranchRef ref = new BranchRef(BranchRef.prefix(participant) + id + ":" + Long.toHexString(random.nextLong()));
        return Branch.named(new BranchId(id), participant, "http://" + participant + "/assent/v1", ref, vote);
    }

    protected static Branch withVote(Branch b, Vote vote) {
        return Branch.named(b.id(), b.participant(), b.url(), b.ref(), vote);
    }

    protected static Proposal proposal(TransactionId id, long nonce, Decision decision, Branch... branches) {
        return new Proposal(nonce, id, decision, null, null, List.of(branches), null, SOON, null);
    }

    private Proposal due(TransactionId id) {
        return new Proposal(
                1,
                id,
                Decision.COMMIT,
                null,
                null,
                List.of(branch("1", SHOP, Vote.PREPARED)),
                null,
                Duration.ZERO,
                null);
    }

    protected static BranchProgress progress(
            Branch branch, @Nullable BranchState state, boolean acknowledged, int attempts, @Nullable String error) {
        return new BranchProgress(branch.id(), branch.ref(), state, acknowledged, attempts, error);
    }

    private Reply begin(TransactionId id, @Nullable String name, Duration timeout) {
        return get(log().begin(new NewTransaction(id, name, timeout, null, null)));
    }

    private Reply enlist(TransactionId id, Branch branch) {
        return enlist(id, branch, null);
    }

    private Reply enlist(TransactionId id, Branch branch, @Nullable TransactionToken token) {
        return get(log().enlist(id, branch, token));
    }

    private Reply close(TransactionId id, @Nullable List<ExpectedBranch> expected) {
        return get(log().close(id, expected, null));
    }

    private Reply decide(Proposal proposal) {
        return get(log().decide(proposal));
    }

    private Reply commit(TransactionId id, long nonce, Branch... branches) {
        return decide(proposal(id, nonce, Decision.COMMIT, branches));
    }

    private Reply rollback(TransactionId id, long nonce) {
        return decide(proposal(id, nonce, Decision.ROLLBACK));
    }

    private Reply adopt(TransactionId id, Branch... branches) {
        return get(log().adopt(id, List.of(branches)));
    }

    private Reply complete(TransactionId id, Branch branch) {
        return get(log().record(
                        new Progress(id, List.of(progress(branch, BranchState.COMMITTED, true, 1, null)), true, null)));
    }

    private Reply open(TransactionId id, BranchProgress progress) {
        return get(log().record(new Progress(id, List.of(progress), false, SOON)));
    }

    private Reply resolve(TransactionId id, String reason) {
        return get(log().resolve(id, reason));
    }

    private List<TransactionRecord> claim(int limit) {
        return get(log().claim(limit, SOON));
    }

    private Reading find(TransactionId id) {
        return get(log().find(List.of(id)));
    }

    private @Nullable TransactionRecord found(TransactionId id) {
        return find(id).records().get(id);
    }

    private TransactionRecord record(TransactionId id) {
        TransactionRecord record = found(id);
        assertThat(record).as("record of " + id).isNotNull();
        return record;
    }

    protected static TransactionRecord record(Reply reply) {
        assertThat(reply.record()).as("record in " + reply).isNotNull();
        return reply.record();
    }

    /** The result of a stage; half a minute is longer than anything here may take. */
    protected static <T> T get(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("a stage did not complete, or completed exceptionally", e);
        }
    }
}
