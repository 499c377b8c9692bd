package io.assent.participant.tracing;

import io.assent.participant.engine.BranchService;
import io.assent.participant.engine.CoordinatorClient;
import io.assent.participant.engine.LogIds;
import io.assent.participant.engine.Tracing;
import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import io.micrometer.tracing.Link;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Names the branch in the span of the call that works in it, and makes spans of orders and of calls to the coordinator.
 *
 * <p>An order may come in another trace than the work, when another instance of the coordinator, or this participant's own
 * inquiry, has finished what the first one left. A process that remembers the work links the two. Thread-safe.
 */
public final class MicrometerTracing implements Tracing {

    static final String TRANSACTION = LogIds.TRANSACTION;
    static final String BRANCH = LogIds.BRANCH;
    static final String DECISION = "assent.decision";

    /** Of how many executions the trace is remembered until they end. */
    private static final int MAX_REMEMBERED = 10_000;

    private final Tracer tracer;
    private final Propagator propagator;
    private final Map<BranchRef, TraceContext> works = Collections.synchronizedMap(new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<BranchRef, TraceContext> eldest) {
            return size() > MAX_REMEMBERED;
        }
    });

    public MicrometerTracing(Tracer tracer, Propagator propagator) {
        this.tracer = tracer;
        this.propagator = propagator;
    }

    @Override
    public void works(TransactionId transaction, BranchId branch, BranchRef ref) {
        Span span = tracer.currentSpan();
        if (span == null || span.isNoop()) {
            return;
        }
        span.tag(TRANSACTION, transaction.toString()).tag(BRANCH, branch.value());
        works.put(ref, span.context());
    }

    @Override
    public Ending ends(BranchService.Order order) {
        TraceContext here = tracer.currentTraceContext().context();
        if (unrecorded(here)) {
            return new UnrecordedEnding(order);
        }
        TraceContext work = order.ref() == null ? null : works.get(order.ref());
        Span.Builder builder = tracer.spanBuilder()
                .name("assent end branch")
                .tag(TRANSACTION, order.transaction().toString())
                .tag(BRANCH, order.branch().value())
                .tag(DECISION, order.decision().name());
        if (here == null) {
            builder.setNoParent();
        } else {
            builder.setParent(here);
        }
        if (work != null && (here == null || !here.traceId().equals(work.traceId()))) {
            builder.addLink(new Link(work));
        }
        return new SpanEnding(order, builder.start());
    }

    /**
     * Whether what is done in this trace leaves no span, because whoever began the trace has decided so. Then none is made: making
     * one that nobody sees costs nearly as much as one that is recorded.
     */
    static boolean unrecorded(@Nullable TraceContext here) {
        return here != null && Boolean.FALSE.equals(here.sampled());
    }

    /** A later order may be recorded, so the work is remembered until the branch has ended. */
    private final class UnrecordedEnding implements Ending {

        private final BranchService.Order order;

        UnrecordedEnding(BranchService.Order order) {
            this.order = order;
        }

        @Override
        public void reports(@Nullable BranchState state) {
            forgetEnded(order, state);
        }

        @Override
        public void close() {}
    }

    private void forgetEnded(BranchService.Order order, @Nullable BranchState state) {
        if (order.ref() != null && (state == BranchState.COMMITTED || state == BranchState.ROLLED_BACK)) {
            works.remove(order.ref());
        }
    }

    private final class SpanEnding implements Ending {

        private final BranchService.Order order;
        private final Span span;
        private final Tracer.SpanInScope scope;

        SpanEnding(BranchService.Order order, Span span) {
            this.order = order;
            this.span = span;
            this.scope = tracer.withSpan(span);
        }

        @Override
        public void reports(@Nullable BranchState state) {
            span.tag("assent.state", state == null ? "UNKNOWN" : state.name());
            forgetEnded(order, state);
        }

        @Override
        public void close() {
            scope.close();
            span.end();
        }
    }

    @Override
    public Runnable continued(Runnable task) {
        return tracer.currentTraceContext().wrap(task);
    }

    @Override
    public CoordinatorClient traced(CoordinatorClient client) {
        return new TracingCoordinatorClient(client, tracer);
    }

    @Override
    public Map<String, String> headers() {
        TraceContext here = tracer.currentTraceContext().context();
        if (here == null) {
            return Map.of();
        }
        Map<String, String> headers = new HashMap<>();
        propagator.inject(here, headers, (carrier, name, value) -> headers.put(name, value));
        return headers;
    }
}
