package io.assent.coordinator.tracing;

import io.assent.protocol.header.TracesHeader;
import io.micrometer.tracing.CurrentTraceContext;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whose trace each commit of a message belongs to. A message of several commits has several callers, and the one parent that
 * {@code traceparent} can name is that of whoever sent it. So a header lists them. Thread-safe.
 */
public interface CommitTraces {

    /** Nothing is traced. */
    CommitTraces NONE = header -> Message.AS_SENT;

    /**
     * Whose trace each commit of a message belongs to.
     *
     * @param header as {@link TracesHeader} has it; what is not well-formed in it is as good as none. Null if the message has
     *     none: then all its commits belong to the message's trace
     */
    Message message(@Nullable String header);

    /** One message. */
    interface Message {

        /** All of them belong to the trace of the message. */
        Message AS_SENT = index -> Scope.NOTHING;

        /** Until the scope is closed, this thread works in the trace of the commit with this index. */
        Scope commit(int index);
    }

    /** To be closed by the thread that opened it. */
    interface Scope extends AutoCloseable {

        /** Changes nothing. */
        Scope NOTHING = () -> {};

        @Override
        void close();
    }

    /** The real one. */
    static CommitTraces of(Tracer tracer) {
        Pattern parent = Pattern.compile("00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})");
        return header -> {
            if (header == null) {
                return Message.AS_SENT;
            }
            List<String> parents = TracesHeader.parse(header);
            return index -> {
                Matcher matcher = parent.matcher(index < parents.size() ? parents.get(index) : "");
                TraceContext context = matcher.matches()
                        ? tracer.traceContextBuilder()
                                .traceId(matcher.group(1))
                                .spanId(matcher.group(2))
                                .sampled((Integer.parseInt(matcher.group(3), 16) & 1) == 1)
                                .build()
                        : null;
                // Without a context it clears the thread's: the commit is not part of the sender's trace.
                CurrentTraceContext.Scope scope = tracer.currentTraceContext().maybeScope(context);
                return scope::close;
            };
        };
    }
}
