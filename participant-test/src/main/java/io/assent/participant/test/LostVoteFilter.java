package io.assent.participant.test;

import io.assent.participant.test.AssentFaults.Point;
import io.assent.participant.web.BranchFilter;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchVote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;

/** Around the starter's filter: throws an answer with a yes away, as a broken proxy would. */
final class LostVoteFilter extends OncePerRequestFilter {

    static final int ORDER = BranchFilter.ORDER - 1;

    private final AssentFaults faults;

    LostVoteFilter(AssentFaults faults) {
        this.faults = faults;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getHeader(TransactionContext.NAME) == null;
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        ContentCachingResponseWrapper held = new ContentCachingResponseWrapper(response);
        chain.doFilter(request, held);
        if (votesYes(held.getHeader(BranchesHeader.NAME)) && faults.strikes(Point.AFTER_PREPARE)) {
            response.reset();
            response.setStatus(HttpServletResponse.SC_BAD_GATEWAY);
        } else {
            held.copyBodyToResponse();
        }
    }

    /** The own branch comes first. */
    private static boolean votesYes(@Nullable String header) {
        if (header == null) {
            return false;
        }
        List<BranchVote> votes = BranchesHeader.parse(header);
        return !votes.isEmpty() && votes.get(0).vote() == Vote.PREPARED;
    }
}
