package io.assent.participant;

import io.assent.participant.engine.CurrentReservation;
import java.util.UUID;

/** The reservation that the current thread tries, confirms or cancels; see {@link TryConfirmCancel}. */
public final class Reservation {

    private Reservation() {}

    /**
     * What the outside has to know it by, for example as idempotency key: the same in try, confirm and cancel, and in each
     * repetition of these.
     *
     * @throws IllegalStateException outside of such a method
     */
    public static UUID key() {
        UUID key = CurrentReservation.get();
        if (key == null) {
            throw new IllegalStateException("This thread is in no method of a @TryConfirmCancel.");
        }
        return key;
    }
}
