package io.assent.protocol.wire;

import org.jspecify.annotations.Nullable;

/**
 * Body of {@code POST /v1/transactions/{id}/branches}: a branch, and what allows to enlist it.
 *
 * @param branch as in {@link BranchMessage}, and so are the others but the last
 * @param token the transaction's {@link io.assent.protocol.TransactionToken}, as begin answered it; null only while
 *     the coordinators take it as optional
 */
public record EnlistRequest(
        @Nullable String branch,
        @Nullable String participant,
        @Nullable String url,
        @Nullable String ref,
        @Nullable String vote,
        @Nullable String reason,
        @Nullable String token) {

    /** To enlist this branch. */
    public static EnlistRequest of(BranchMessage branch, @Nullable String token) {
        return new EnlistRequest(
                branch.branch(),
                branch.participant(),
                branch.url(),
                branch.ref(),
                branch.vote(),
                branch.reason(),
                token);
    }

    /** The branch alone. */
    public BranchMessage message() {
        return new BranchMessage(branch, participant, url, ref, vote, reason);
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "EnlistRequest[" + message() + "]";
    }
}
