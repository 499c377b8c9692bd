package io.assent.chaos.points;

import java.time.Duration;

/** What happens to the one transaction of a case. Used by one thread, once. */
interface Disturbance {

    /** Arms it; from here on the transaction runs into it. */
    void arm(Laboratory laboratory, Subject subject);

    /**
     * Waits until it has happened.
     *
     * @throws IllegalStateException if it does not within this time
     */
    void awaitHit(Duration longest);

    /** Ends it and brings back what it took; returns when everything takes requests again. */
    void heal();
}
