package io.assent.participant;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Reserves something outside of the service's database, where nothing can be prepared: at a payment provider, in Redis, at
 * another company. The method is the try: it makes the reservation, within a global transaction. When the branch commits,
 * {@link #confirm} runs; when it does not, {@link #cancel} does. Both are methods of the same bean with the same parameters.
 *
 * <ul>
 *   <li>Try, confirm and cancel find the same {@link Reservation#key()}. It is new for every call of the try, and the outside
 *       has to know the reservation by it: each of the three may reach the outside more than once.
 *   <li>Confirm and cancel run in a local transaction of their own, which also deletes the record of the reservation: what
 *       they write to the service's database happens exactly once. One that throws runs again later, until it returns.
 *   <li>Cancel also runs when the try failed, or was never heard of outside: that is no error.
 *   <li>A try that throws dooms the transaction, also if the exception is caught.
 *   <li>Nothing is isolated but by what the outside does with reservations: others see the reservation before the decision.
 * </ul>
 *
 * <p>The arguments are kept as JSON until then. Calls go through Spring's proxy, as with {@code @Transactional}.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface TryConfirmCancel {

    /** The method that makes the reservation final. */
    String confirm();

    /** The method that gives it up. */
    String cancel();

    /**
     * What the reservation is called in the database: unique in the service, up to 200 characters. Empty: class and method. Set
     * it before a method that has open reservations is renamed.
     */
    String name() default "";
}
