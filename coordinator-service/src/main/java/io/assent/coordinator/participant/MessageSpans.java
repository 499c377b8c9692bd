package io.assent.coordinator.participant;

import io.micrometer.tracing.Link;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import io.micrometer.tracing.propagation.Propagator;
import java.util.List;
import java.util.Optional;
import org.apache.hc.client5.http.classic.methods.HttpPost;
import org.jspecify.annotations.Nullable;

/** Messages to participants as spans. Thread-safe. */
public interface MessageSpans {

    /** Nothing is traced. */
    MessageSpans NONE = new MessageSpans() {
        @Override
        public @Nullable TraceContext current() {
            return null;
        }

        @Override
        public @Nullable Span sent(HttpPost message, String path, List<TraceContext> causes) {
            return null;
        }
    };

    /** What this thread works for; null if that is not traced. */
    @Nullable
    TraceContext current();

    /**
     * The span of a message, with the headers that carry it on.
     *
     * @param causes what it is sent for, in the traces of several transactions perhaps. It belongs to the first one that is
     *     recorded and is linked with the others. If none is, there is no span, and the headers carry on the first of them, so
     *     that the participant does not begin a trace
     * @return to be ended with the answer; null if it is not recorded
     */
    @Nullable
    Span sent(HttpPost message, String path, List<TraceContext> causes);

    /** The real one. */
    static MessageSpans of(Tracer tracer, Propagator propagator) {
        return new MessageSpans() {
            @Override
            public @Nullable TraceContext current() {
                return tracer.currentTraceContext().context();
            }

            @Override
            public @Nullable Span sent(HttpPost message, String path, List<TraceContext> causes) {
                if (causes.isEmpty()) {
                    return null;
                }
                Optional<TraceContext> recorded =
                        causes.stream().filter(MessageSpans::recorded).findFirst();
                if (recorded.isEmpty()) {
                    inject(causes.get(0), message);
                    return null;
                }
                TraceContext first = recorded.get();
                Span.Builder builder = tracer.spanBuilder()
                        .setParent(first)
                        .kind(Span.Kind.CLIENT)
                        .name("POST " + path);
                causes.stream()
                        .filter(cause -> cause != first && recorded(cause))
                        .forEach(cause -> builder.addLink(new Link(cause)));
                Span span = builder.start();
                inject(span.context(), message);
                return span;
            }

            private void inject(TraceContext context, HttpPost message) {
                propagator.inject(context, message, (post, name, value) -> {
                    if (post != null) {
                        post.setHeader(name, value);
                    }
                });
            }
        };
    }

    private static boolean recorded(TraceContext context) {
        return Boolean.TRUE.equals(context.sampled());
    }
}
