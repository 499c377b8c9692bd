package io.assent.participant.engine;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The key of the reservation that a thread tries, confirms or cancels. */
public final class CurrentReservation {

    private static final ThreadLocal<UUID> CURRENT = new ThreadLocal<>();

    private CurrentReservation() {}

    /** Null outside of such a method. */
    public static @Nullable UUID get() {
        return CURRENT.get();
    }

    /** Null ends it. */
    public static void set(@Nullable UUID key) {
        if (key == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(key);
        }
    }
}
