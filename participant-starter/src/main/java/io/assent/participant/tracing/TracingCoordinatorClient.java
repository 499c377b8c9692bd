package io.assent.participant.tracing;

import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.protocol.PreparedBranch;
import io.assent.protocol.BranchRef;
import io.assent.protocol.InquiryAnswer;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.header.BranchVote;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Each call to the coordinator as one span, however many instances are asked and however often. In a trace that is not recorded
 * there is none, and the call belongs to the span that the thread is in. Thread-safe.
 */
final class TracingCoordinatorClient implements CoordinatorClient {

    private final CoordinatorClient delegate;
    private final Tracer tracer;

    TracingCoordinatorClient(CoordinatorClient delegate, Tracer tracer) {
        this.delegate = delegate;
        this.tracer = tracer;
    }

    @Override
    public CommitAnswer commit(CommitOrder order) {
        TraceContext here = here();
        if (here != null && MicrometerTracing.unrecorded(here)) {
            return delegate.commit(in(here, order));
        }
        return within(started("assent commit", order.transaction()), span -> {
            CommitAnswer answer = delegate.commit(in(span.context(), order));
            span.tag("assent.told", answer.told().name());
            return answer;
        });
    }

    @Override
    public RollbackAnswer rollback(TransactionId transaction, String reason, List<BranchVote> branches) {
        if (MicrometerTracing.unrecorded(here())) {
            return delegate.rollback(transaction, reason, branches);
        }
        return within(started("assent rollback", transaction), span -> {
            RollbackAnswer answer = delegate.rollback(transaction, reason, branches);
            span.tag("assent.told", answer.told().name());
            return answer;
        });
    }

    @Override
    public EnlistAnswer enlist(
            TransactionId transaction, @Nullable TransactionToken token, BranchVote branch, Duration within) {
        if (MicrometerTracing.unrecorded(here())) {
            return delegate.enlist(transaction, token, branch, within);
        }
        return within(
                started("assent enlist", transaction)
                        .tag(MicrometerTracing.BRANCH, branch.branch().value()),
                span -> delegate.enlist(transaction, token, branch, within));
    }

    @Override
    public Map<BranchRef, InquiryAnswer> inquire(List<PreparedBranch> branches) {
        if (MicrometerTracing.unrecorded(here())) {
            return delegate.inquire(branches);
        }
        return within(
                client("assent inquiry").start().tag("assent.branches", branches.size()),
                span -> delegate.inquire(branches));
    }

    private Span started(String name, TransactionId transaction) {
        return client(name)
                .tag(MicrometerTracing.TRANSACTION, transaction.toString())
                .start();
    }

    private Span.Builder client(String name) {
        TraceContext here = here();
        Span.Builder builder = tracer.spanBuilder().name(name).kind(Span.Kind.CLIENT);
        return here == null ? builder.setNoParent() : builder.setParent(here);
    }

    private @Nullable TraceContext here() {
        return tracer.currentTraceContext().context();
    }

    private static CommitOrder in(TraceContext context, CommitOrder order) {
        String parent = parent(context);
        return parent == null ? order : order.in(parent);
    }

    private <T> T within(Span span, Function<Span, T> call) {
        try (Tracer.SpanInScope scope = tracer.withSpan(span)) {
            return call.apply(span);
        } catch (RuntimeException | Error e) {
            span.error(e);
            throw e;
        } finally {
            span.end();
        }
    }

    /** W3C, whatever the service's other calls carry; null if there is no trace. */
    private static @Nullable String parent(TraceContext context) {
        if (context.traceId().length() != 32 || context.spanId().length() != 16) {
            return null;
        }
        return "00-" + context.traceId() + "-" + context.spanId()
                + (Boolean.TRUE.equals(context.sampled()) ? "-01" : "-00");
    }
}
