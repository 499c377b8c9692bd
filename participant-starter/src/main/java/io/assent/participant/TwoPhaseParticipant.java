package io.assent.participant;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionRange;
import io.assent.protocol.Vote;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A participant that keeps its own log: an embedded store, a file, a device, a foreign database. One bean of this type and
 * {@code assent.participant.resources=own} make a service take part in global transactions and start them.
 *
 * <p><b>What the log is.</b> At most one {@link BranchRecord} for each transaction and branch. The first one that is written
 * stays, and moves at most once:
 *
 * <pre>
 *   no record ── prepare ────────→ PREPARED ── commit ───→ COMMITTED
 *       │                              └────── rollback ─→ ROLLED_BACK
 *       └────── writeTombstone ──────────────────────────→ ROLLED_BACK
 * </pre>
 *
 * Everything else leaves the record as it is. A branch's changes are part of this step: they take effect together with
 * COMMITTED, never before, and both or neither are there after a crash.
 *
 * <p><b>What the work does.</b> While a call runs, it keeps its changes aside, under the
 * {@linkplain GlobalTransactions#currentRef() ref of its execution}; nobody else may see them. When the work is over, the
 * starter calls {@link #prepare}, or {@link #rollback} if the work failed. A process that dies before has promised nothing, so
 * what is kept aside may be in memory.
 *
 * <p><b>What every method has to keep to.</b>
 *
 * <ul>
 *   <li><b>Durable when it returns.</b> Whatever it wrote survives a crash of the process and of the machine from then on.
 *   <li><b>Exceptions mean "not known".</b> A method that cannot say that it has done its work throws, whatever it may have
 *       done in part (R8). The starter looks into the log, and calls again later; only for {@link #prepare} an exception is an
 *       answer, the vote ROLLBACK.
 *   <li><b>Idempotent.</b> It may be called again with the same arguments at any time, also after a restart.
 *   <li><b>Thread-safe.</b> Several threads call at once. Within one process, no two of {@code prepare}, {@code commit},
 *       {@code rollback} and {@code writeTombstone} run at the same time for the same transaction and branch, and
 *       {@code prepare} is called only if {@link #find} showed no record. Where several processes share the log, the log itself
 *       has to make each step of the picture conditional on the record that it starts from, as {@code update … where state =
 *       'PREPARED' and ref = ?} does.
 *   <li><b>Any process that shares the log</b> may be asked to commit or to roll back what another one has prepared.
 * </ul>
 *
 * <p>The starter does the rest: refs, votes, the header, the endpoints, enlisting, asking the coordinator about what is in
 * doubt, deadlines, repeated and late calls. It acts on what the log shows, not on what a method returned: a branch is reported as
 * COMMITTED if {@link #find} shows it so.
 */
public interface TwoPhaseParticipant {

    /**
     * Promises to be able to commit: writes the changes that this execution has kept aside, and the record PREPARED. From
     * then on only {@link #commit} or {@link #rollback} ends the branch (R5), after a week or a restart, too, and both must
     * be possible: whatever could refuse the changes later is checked and reserved here.
     *
     * <p>Called once for an execution, on the thread of its call, when its work has ended well. Outside of the transaction, as all
     * methods here: calls made from them are no part of it.
     *
     * @return PREPARED once changes and record are durable and {@link #find} shows them; READ_ONLY if the execution has
     *     changed nothing: nothing is written then; ROLLBACK to refuse. There must be no record yet: if there is one, of
     *     whichever ref, nothing is written and the answer is ROLLBACK
     * @throws Exception the vote is ROLLBACK. If a record PREPARED was written nevertheless, it is ended like any other
     */
    Vote prepare(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception;

    /**
     * If the record is PREPARED and names this ref: makes the changes take effect, and the record COMMITTED, in one step. In
     * all other cases it does nothing and returns; a record that is gone is never an error here.
     *
     * @throws Exception if it is not known to be done; it is called again
     */
    void commit(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception;

    /**
     * If the record is PREPARED and names this ref: undoes everything, frees what was reserved, and makes the record
     * ROLLED_BACK, in one step. Otherwise the record, or its absence, stays. In both cases it drops what this execution has kept
     * aside: called for work that failed or was not prepared, where there need be no trace of it at all.
     *
     * @throws Exception if it is not known to be done; for a prepared branch it is called again
     */
    void rollback(TransactionId transaction, BranchId branch, BranchRef ref) throws Exception;

    /**
     * If there is no record: writes one that is ROLLED_BACK, a tombstone. It stops every later {@link #prepare} of the branch
     * (R6), and is durable before anybody hears that the branch was never seen (R7). If there is a record, it does nothing and
     * returns.
     *
     * @param ref the execution that was ordered to roll back; null if the order did not name one
     * @throws Exception if it is not known to be done; it is called again
     */
    void writeTombstone(TransactionId transaction, BranchId branch, @Nullable BranchRef ref) throws Exception;

    /**
     * What is in doubt: every record that is PREPARED, in any order. After a restart it tells what was prepared before.
     * Called at the start and every {@code assent.participant.sweep.interval}, and for health and metrics, so it should not read
     * the whole log each time.
     *
     * @return only what is durable: a record that could be gone after a crash must not be shown
     * @throws Exception if it cannot be told; an empty list would mean that nothing is in doubt
     */
    List<BranchRecord> recover() throws Exception;

    /**
     * The record of one branch, in whichever state. Called with every order and every vote, so it should not read the whole log
     * each time.
     *
     * @return only what is durable, as {@link #recover()}; empty if there is none
     * @throws Exception if it cannot be told: empty is a fact, and what follows from it cannot be taken back
     */
    Optional<BranchRecord> find(TransactionId transaction, BranchId branch) throws Exception;

    /**
     * The records of the transactions that {@link TransactionRange#contains} accepts, in all states, ascending by
     * {@link BranchRecord#transaction()}; the order within a transaction does not matter. For people, and for a comparison after
     * the decision log was restored: it may take its time.
     *
     * @param limit at least 1; the first so many are enough
     * @return only what is durable, as {@link #recover()}
     * @throws Exception if it cannot be told; an empty list would mean that there are none
     */
    List<BranchRecord> list(TransactionRange range, int limit) throws Exception;

    /**
     * Removes records that are COMMITTED or ROLLED_BACK since before an instant, never one that is PREPARED. The effects of
     * what has committed stay.
     *
     * @param before by the clock of this process
     * @param limit at least 1; more are removed in a later call
     * @return how many it removed
     * @throws Exception if that is not known; it is called again
     */
    int forget(Instant before, int limit) throws Exception;
}
