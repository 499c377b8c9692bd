package io.assent.protocol.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answer to {@code POST /v1/transactions}: the transaction, and the only place where its token is told.
 *
 * @param id as in {@link TransactionView}, and so are the others but the last; it is undecided
 * @param token the transaction's {@link io.assent.protocol.TransactionToken}, which is needed to enlist in it; null if it
 *     was begun by a version without tokens, or by somebody else
 */
public record BeginResponse(
        String id,
        @Nullable String name,
        String state,
        @Nullable String deadline,
        List<BranchView> branches,
        @Nullable String token) {

    /** Of an undecided transaction. */
    public static BeginResponse of(TransactionView begun, @Nullable String token) {
        return new BeginResponse(begun.id(), begun.name(), begun.state(), begun.deadline(), begun.branches(), token);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "BeginResponse[id=" + id + ", state=" + state + "]";
    }
}
