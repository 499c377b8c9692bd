package io.assent.sample.points.provider;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Points that somebody asked for, under the key that it chose. Without customer and points it was given up before it was
 * asked for.
 */
record PointsReservation(
        UUID key, @Nullable String customer, @Nullable Long points, State state) {

    enum State {
        /** The customer cannot spend them yet. */
        RESERVED,
        /** They are the customer's. */
        CAPTURED,
        /** They were given up. */
        VOIDED
    }

    boolean says(String customer, long points) {
        return customer.equals(this.customer) && Long.valueOf(points).equals(this.points);
    }
}
