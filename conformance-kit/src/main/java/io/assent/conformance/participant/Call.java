package io.assent.conformance.participant;

import io.assent.conformance.http.RecordingClient.Request;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.header.TransactionContext;
import java.time.Duration;
import java.time.Instant;

/**
 * A work call that can be made, perhaps more than once.
 *
 * @param transaction a new transaction
 * @param branch the branch in it
 * @param unique the key of the work
 * @param request the call without its header
 * @param deadline of the transaction
 * @param collect whether the vote is to travel back with the answer
 * @param token what it takes to enlist, where the vote does not
 */
record Call(
        TransactionId transaction,
        BranchId branch,
        String unique,
        Request request,
        Instant deadline,
        boolean collect,
        TransactionToken token) {

    /** The call as it goes out. */
    Request message() {
        Duration left = Duration.between(Instant.now(), deadline);
        Duration remaining = left.isNegative() ? Duration.ZERO : left;
        return request.with(
                TransactionContext.NAME,
                new TransactionContext(transaction, branch, deadline, remaining, collect, collect ? null : token)
                        .format());
    }

    /** Some other execution of the same branch, which the participant has never seen. */
    BranchRef strangeRef() {
        return new BranchRef("assent:conformance:" + transaction + ":" + branch + ":never-made");
    }

    /**
     * A branch that is in doubt.
     *
     * @param call what was done
     * @param ref the execution that voted PREPARED
     */
    record Prepared(Call call, BranchRef ref) {}
}
