package io.assent.chaos.checker;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client is about to send a request.
 *
 * @param request names this one request
 * @param at milliseconds since 1970
 * @param operation what is asked for
 * @param transfer the transfer that it is about; null: none
 * @param effects all that the transfer is to do, at every bank; the same with every request for it
 * @param poisoned whether one of its branches refuses
 * @param transaction the transaction, if the client knows it
 */
public record Invocation(
        String request,
        long at,
        Operation operation,
        @Nullable String transfer,
        List<Effect> effects,
        boolean poisoned,
        @Nullable String transaction) {

    /** Kinds of requests. */
    public enum Operation {
        /** A bank carries out a transfer, as the initiator. */
        TRANSFER,
        /** The commit request of a transaction that the client began itself. */
        COMMIT,
        /** Its rollback request. */
        ROLLBACK,
        /** What became of a transaction or a transfer. */
        INQUIRY,
        /** Sums of a bank. */
        READ,
        /** Anything that claims nothing: begin, work calls. */
        OTHER;

        /** Whether its answer says what became of a transfer that was asked for. */
        public boolean decides() {
            return this == TRANSFER || this == COMMIT || this == ROLLBACK;
        }
    }

    public Invocation {
        effects = List.copyOf(effects);
    }
}
