package io.assent.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Runs a method in a global transaction: it and every call it makes to other participants commit together or not at all.
 *
 * <p>The outermost such method is the initiator. It also opens a local transaction (propagation REQUIRED) that spans the
 * method and becomes the initiator's own branch; so it must not be called inside a local transaction. Within a global
 * transaction, started here or by a caller, the method joins it. Any throwable rolls back, checked exceptions included.
 *
 * <p>The method throws {@link GlobalTransactionRolledBackException} when it returned normally and the transaction rolled
 * back nevertheless, {@link GlobalTransactionOutcomeUnknownException} when nobody could tell the decision in time, and
 * {@link GlobalTransactionRefusedException} when it was not called at all, because this service has enough to do.
 */
@Target({ElementType.METHOD, ElementType.TYPE})
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
public @interface GlobalTransactional {

    /**
     * How long the transaction may last until its decision: a number with a unit ({@code 10s}, {@code 500ms}) or an ISO
     * 8601 duration, 100 ms to one hour; placeholders are resolved. Empty: {@code assent.transaction.default-timeout}.
     */
    String timeout() default "";

    /** A label for people, up to 128 characters, shown by the coordinator. Empty: class and method. */
    String name() default "";
}
