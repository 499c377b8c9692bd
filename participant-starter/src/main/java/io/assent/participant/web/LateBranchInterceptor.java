package io.assent.participant.web;

import io.assent.participant.Branch;
import io.assent.participant.engine.CurrentTransaction;
import io.assent.participant.engine.GlobalTransactionContext;
import io.assent.participant.engine.LateBranches;
import io.assent.protocol.wire.Problem;
import io.assent.protocol.wire.ProblemType;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.expression.AnnotatedElementKey;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;

/**
 * Lets a call that prepares late into its branch, as soon as it is known who handles it. Has to be the first of all
 * interceptors: what the others bind to the thread, an EntityManager for the whole request for one, would end with the call.
 * The call leaves again when {@link BranchFilter} asks for its vote.
 */
public final class LateBranchInterceptor implements HandlerInterceptor {

    private final LateBranches late;
    private final Branch.Prepare otherwise;
    private final Map<AnnotatedElementKey, Branch.Prepare> declared = new ConcurrentHashMap<>();

    /** @param otherwise for handlers that do not say themselves */
    public LateBranchInterceptor(LateBranches late, Branch.Prepare otherwise) {
        this.late = late;
        this.otherwise = otherwise;
    }

    @Override
    public boolean preHandle(HttpServletRequest request, HttpServletResponse response, Object handler)
            throws IOException {
        GlobalTransactionContext context = CurrentTransaction.get();
        if (context == null || context.initiator() || request.getDispatcherType() != DispatcherType.REQUEST) {
            return true;
        }
        // The first call decides for all that follow: they would only meet its locks.
        if (prepare(handler) == Branch.Prepare.EARLY && !late.isOpen(context.id())) {
            return true;
        }
        try {
            late.enter(context);
        } catch (LateBranches.RefusedException e) {
            response.setHeader(HttpHeaders.RETRY_AFTER, "1");
            BranchFilter.write(
                    response,
                    Problem.of(ProblemType.OVERLOADED, e.getMessage())
                            .of(context.id().toString(), null, null));
            return false;
        }
        return context.duplicate() == null;
    }

    private Branch.Prepare prepare(Object handler) {
        return handler instanceof HandlerMethod method
                ? declared.computeIfAbsent(
                        new AnnotatedElementKey(method.getMethod(), method.getBeanType()), any -> declared(method))
                : otherwise;
    }

    private Branch.Prepare declared(HandlerMethod method) {
        @Nullable Branch branch = AnnotatedElementUtils.findMergedAnnotation(method.getMethod(), Branch.class);
        if (branch == null) {
            branch = AnnotatedElementUtils.findMergedAnnotation(method.getBeanType(), Branch.class);
        }
        return branch == null ? otherwise : branch.prepare();
    }
}
