package io.assent.conformance.participant;

import static io.assent.conformance.http.CaseFailedException.require;

import io.assent.conformance.http.Answer;
import io.assent.conformance.http.CaseFailedException;
import io.assent.protocol.BranchId;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a work call.
 *
 * @param answer as it came
 * @param own the participant's own branch in the header; empty if there is no header
 */
record WorkAnswer(Answer answer, Optional<BranchVote> own) {

    /** Reads the header; one that is not well formed fails the case. */
    static WorkAnswer of(Answer answer, BranchId branch) {
        List<String> values = answer.headers().allValues(BranchesHeader.NAME);
        if (values.isEmpty()) {
            return new WorkAnswer(answer, Optional.empty());
        }
        try {
            Optional<BranchVote> own = BranchesHeader.parse(String.join(", ", values)).stream()
                    .filter(vote -> vote.branch().equals(branch))
                    .findFirst();
            require(own.isPresent(), BranchesHeader.NAME + " does not name branch " + branch);
            return new WorkAnswer(answer, own);
        } catch (IllegalArgumentException e) {
            throw new CaseFailedException(BranchesHeader.NAME + " is not well formed: " + e.getMessage(), e);
        }
    }

    /** Whether the caller must take it for a vote PREPARED. */
    boolean isPrepared() {
        return own.filter(vote -> vote.vote() == Vote.PREPARED).isPresent();
    }

    /** The own branch's vote, which must be there. */
    BranchVote vote() {
        return own.orElseThrow(() -> new CaseFailedException(
                "the answer " + answer.status() + " to the work call has no header " + BranchesHeader.NAME));
    }
}
