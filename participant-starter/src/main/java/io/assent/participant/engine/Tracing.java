package io.assent.participant.engine;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.BranchState;
import io.assent.protocol.TransactionId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Port: tells a tracer what a thread works for. Must not throw. Thread-safe. */
public interface Tracing {

    /** Nothing is traced. */
    Tracing NONE = new Tracing() {
        @Override
        public void works(TransactionId transaction, BranchId branch, BranchRef ref) {}

        @Override
        public Ending ends(BranchService.Order order) {
            return Ending.NOTHING;
        }

        @Override
        public Runnable continued(Runnable task) {
            return task;
        }

        @Override
        public CoordinatorClient traced(CoordinatorClient client) {
            return client;
        }

        @Override
        public Map<String, String> headers() {
            return Map.of();
        }
    };

    /** This thread begins to work in an execution. */
    void works(TransactionId transaction, BranchId branch, BranchRef ref);

    /** This thread carries out an order; to be closed by it when that is done. */
    Ending ends(BranchService.Order order);

    /** The task as a part of what this thread does now; for another thread. */
    Runnable continued(Runnable task);

    /** The client with a span for each call. */
    CoordinatorClient traced(CoordinatorClient client);

    /** What a request carries, so that the other side goes on in the trace of this thread. */
    Map<String, String> headers();

    /** An order that is carried out. */
    interface Ending extends AutoCloseable {

        /** Nothing is traced. */
        Ending NOTHING = new Ending() {
            @Override
            public void reports(@Nullable BranchState state) {}

            @Override
            public void close() {}
        };

        /** @param state null if it is not known */
        void reports(@Nullable BranchState state);

        @Override
        void close();
    }
}
