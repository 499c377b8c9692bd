package io.assent.coordinator.tracing;

import io.assent.coordinator.engine.FieldNames;
import io.assent.protocol.TransactionId;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which trace each transaction belongs to while this instance works on it. Work on a transaction goes on in whichever thread
 * has the next event, so the thread cannot tell. In memory only: the decision is one statement, and a trace is not worth a
 * column in it. So another instance that finishes the transaction begins a trace of its own.
 *
 * <p>Thread-safe.
 */
public final class TransactionTraces {

    static final String DECISION = "assent.decision";

    private final Tracer tracer;
    private final Map<TransactionId, TraceContext> parents;

    /** @param most of how many transactions it is remembered; of more, the oldest are forgotten and begin a new trace */
    public TransactionTraces(Tracer tracer, int most) {
        this.tracer = tracer;
        this.parents = Collections.synchronizedMap(new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<TransactionId, TraceContext> eldest) {
                return size() > most;
            }
        });
    }

    /** What is done for the transaction from now on belongs to the trace of this thread, if it has one. */
    void asked(TransactionId id) {
        TraceContext here = tracer.currentTraceContext().context();
        if (here != null) {
            parents.put(id, here);
        }
    }

    /**
     * Starts a span in the transaction's trace; in a new one if it has none. {@link Span#NOOP} if the trace is not recorded, as
     * whoever began it has decided: making a span that nobody sees costs nearly as much as one that is recorded.
     */
    Span start(String name, TransactionId id) {
        TraceContext parent = parents.get(id);
        if (parent != null && Boolean.FALSE.equals(parent.sampled())) {
            return Span.NOOP;
        }
        Span.Builder builder = tracer.spanBuilder().name(name).tag(FieldNames.TRANSACTION, id.toString());
        return (parent == null ? builder.setNoParent() : builder.setParent(parent)).start();
    }

    /** What is done for the transaction from now on is caused by this span. */
    void continueBelow(Span span, TransactionId id) {
        parents.put(id, span.context());
    }

    void over(TransactionId id) {
        parents.remove(id);
    }

    /**
     * Makes the span the current one of this thread; if the transaction's trace is not recorded, what the span would have been
     * below of. So what is sent meanwhile says whose it is, and that it is not recorded.
     */
    CommitTraces.Scope current(Span span, TransactionId id) {
        TraceContext context = span == Span.NOOP ? parents.get(id) : span.context();
        return tracer.currentTraceContext().maybeScope(context)::close;
    }
}
