package io.assent.sample.points.provider;

import java.util.UUID;

/** Points that somebody asked for, under the key that it chose. */
record PointsReservation(UUID key, String customer, long points, State state) {

    enum State {
        /** The customer cannot spend them yet. */
        RESERVED,
        /** They are the customer's. */
        CAPTURED,
        /** They were given up. */
        VOIDED
    }

    boolean says(String customer, long points) {
        return this.customer.equals(customer) && this.points == points;
    }
}
