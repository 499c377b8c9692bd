package io.assent.participant.web;

import io.assent.participant.engine.Admission;
import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.CallEnd;
import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.LogIds;
import io.assent.participant.engine.ParticipantDirectory;
import io.assent.participant.protocol.DuplicateBranch;
import io.assent.protocol.Vote;
import io.assent.protocol.header.BranchesHeader;
import io.assent.protocol.header.TransactionContext;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import io.assent.protocol.wire.WireJson;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * One call with the header is one branch: binds the transaction to the request's thread, and sends the votes back with the
 * response, whatever its status. The response is kept in memory until then.
 */
public final class BranchFilter extends OncePerRequestFilter {

    /** After Spring Security's filters, so that who may not call does not work either. */
    public static final int ORDER = 0;

    private static final Logger log = LoggerFactory.getLogger(BranchFilter.class);

    private final BranchService branches;
    private final Admission admission;
    private final CallEnd end;
    private final ParticipantDirectory directory;
    private final String protocolPath;

    /** @param protocolPath where the participant's own endpoints are; they are no work calls */
    public BranchFilter(
            BranchService branches,
            Admission admission,
            CallEnd end,
            ParticipantDirectory directory,
            String protocolPath) {
        this.branches = branches;
        this.admission = admission;
        this.end = end;
        this.directory = directory;
        this.protocolPath = protocolPath;
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        return request.getHeader(TransactionContext.NAME) == null
                || request.getRequestURI().startsWith(request.getContextPath() + protocolPath + "/");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        TransactionContext header;
        try {
            header = TransactionContext.parse(
                    String.join(", ", Collections.list(request.getHeaders(TransactionContext.NAME))));
        } catch (IllegalArgumentException e) {
            write(
                    response,
                    Problem.of(ProblemType.INVALID_VALUE, e.getMessage()).at(TransactionContext.NAME));
            return;
        }
        // Its branch has a place already.
        if (branches.isOpen(header.id())) {
            admitted(header, request, response, chain);
            return;
        }
        Admission.Permit permit;
        try {
            permit = admission.call();
        } catch (Admission.RefusedException e) {
            refuse(header, response, String.valueOf(e.getMessage()));
            return;
        }
        try (permit) {
            admitted(header, request, response, chain);
        }
    }

    /** Before any work: the caller's transaction cannot commit, and knows it at once. */
    private void refuse(TransactionContext header, HttpServletResponse response, String reason) throws IOException {
        response.setHeader(BranchesHeader.NAME, BranchesHeader.format(List.of(branches.refused(header, reason))));
        response.setHeader(HttpHeaders.RETRY_AFTER, "1");
        write(
                response,
                Problem.of(ProblemType.OVERLOADED, "The call has not worked: " + reason)
                        .of(header.id().toString(), null, null));
    }

    private void admitted(
            TransactionContext header, HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        GlobalTransactionContext context = branches.begin(header, directory);
        CapturedResponse captured = new CapturedResponse(response);
        CurrentTransaction.set(context);
        try (LogIds ids = LogIds.of(context.id(), context.branch())) {
            work(context, new OnOneThread(request, context), captured, chain);
        } finally {
            CurrentTransaction.clear();
            branches.end(context);
        }
    }

    private void work(
            GlobalTransactionContext context, HttpServletRequest request, CapturedResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            chain.doFilter(request, response);
        } catch (ServletException | IOException | RuntimeException | Error e) {
            context.setRollbackOnly("the work call failed with " + e.getClass().getSimpleName());
            CallEnd.Refusal refusal = announce(context, (HttpServletResponse) response.getResponse());
            if (refusal != null) {
                log.warn("Transaction {}, branch {}: {}", context.id(), context.branch(), refusal.detail());
            }
            if (context.duplicate() != null) {
                write((HttpServletResponse) response.getResponse(), repeated(context, context.duplicate()));
                return;
            }
            throw e;
        }
        if (response.getStatus() >= 500) {
            context.setRollbackOnly("the work call was answered with " + response.getStatus());
        }
        CallEnd.Refusal refusal = announce(context, (HttpServletResponse) response.getResponse());
        if (refusal != null) {
            write((HttpServletResponse) response.getResponse(), refused(context, refusal));
        } else if (context.duplicate() != null) {
            write((HttpServletResponse) response.getResponse(), repeated(context, context.duplicate()));
        } else {
            response.release();
        }
    }

    /** Sets the header; returns why the answer must be an error, or null. */
    private CallEnd.@Nullable Refusal announce(GlobalTransactionContext context, HttpServletResponse response) {
        CallEnd.Announcement announcement = end.announce(context);
        response.setHeader(BranchesHeader.NAME, BranchesHeader.format(announcement.votes()));
        return announcement.refusal();
    }

    private static Problem repeated(GlobalTransactionContext context, DuplicateBranch duplicate) {
        boolean worked = duplicate.vote() != Vote.ROLLBACK;
        String what = worked
                ? "This call was made before and has worked; its vote is in " + BranchesHeader.NAME
                        + ", its response is not kept."
                : "This call repeats an earlier one, which was rolled back, or whose answer is not known here.";
        ProblemType type = worked ? ProblemType.BRANCH_CONFLICT : ProblemType.TRANSACTION_ROLLED_BACK;
        return Problem.of(type, what).of(context.id().toString(), null, null);
    }

    private static Problem refused(GlobalTransactionContext context, CallEnd.Refusal refusal) {
        return Problem.of(refusal.type(), refusal.detail()).of(context.id().toString(), null, null);
    }

    static void write(HttpServletResponse response, Problem problem) throws IOException {
        response.setStatus(problem.status());
        response.setContentType(Problem.MEDIA_TYPE);
        byte[] body = WireJson.tolerant().writeValueAsBytes(problem);
        response.setContentLength(body.length);
        response.getOutputStream().write(body);
    }

    /** Refuses asynchronous handling: work on another thread would commit outside of the branch. */
    private static final class OnOneThread extends HttpServletRequestWrapper {

        private final GlobalTransactionContext context;

        OnOneThread(HttpServletRequest request, GlobalTransactionContext context) {
            super(request);
            this.context = context;
        }

        @Override
        public boolean isAsyncSupported() {
            return false;
        }

        @Override
        public AsyncContext startAsync() {
            throw refused();
        }

        @Override
        public AsyncContext startAsync(ServletRequest request, ServletResponse response) {
            throw refused();
        }

        private IllegalStateException refused() {
            context.setRollbackOnly("asynchronous handling");
            return new IllegalStateException("Transaction " + context.id() + ", branch " + context.branch()
                    + ": a call in a global transaction is handled on the thread of its request; return the value itself"
                    + " instead of a CompletableFuture, Callable or DeferredResult.");
        }
    }
}
