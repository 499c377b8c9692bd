package io.assent.coordinator.engine;

import io.assent.protocol.TransactionId;
import org.jspecify.annotations.Nullable;

/**
 * Whether a begin or a commit may come in, to be asked before its body is read: refusing has to cost next to nothing, or it
 * would not help. What ends work is never refused here: rollbacks, inquiries, and whatever is about a transaction that is
 * being worked on. The engine decides again when the request arrives there. Thread-safe; never blocks.
 */
public interface Admission {

    /**
     * Why the request is to be refused.
     *
     * @param id the transaction; null where it is not known yet, or where there are several: then there is a reason only if
     *     no log has room
     * @return for people, with the limit; null if it may come in
     */
    @Nullable
    String overloaded(@Nullable TransactionId id);

    /** A request was refused for that reason. For metrics. */
    void refused(@Nullable TransactionId id);
}
