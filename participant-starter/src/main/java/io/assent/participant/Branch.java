package io.assent.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * How a handler works in global transactions, where it differs from {@code assent.participant.prepare}. On a handler method
 * of a controller, or on the controller for all of its methods.
 */
@Documented
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
public @interface Branch {

    /** When a call that opens a branch prepares it. */
    Prepare prepare();

    /** When a branch is prepared. */
    enum Prepare {
        /** With the call; the vote travels back with its response. Every call is a branch of its own. */
        EARLY,
        /**
         * When the coordinator asks. The local transaction is held open until then, and further calls of the same global
         * transaction to this process work in it.
         */
        LATE
    }
}
