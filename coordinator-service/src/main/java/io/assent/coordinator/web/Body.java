package io.assent.coordinator.web;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The JSON body of a request, read by {@link BodyArgumentResolver}: within a limit, then by strict or tolerant rules. */
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
@interface Body {

    /** Who sends it. */
    Sender from() default Sender.INITIATOR;

    /** Which limit holds. */
    Limit limit() default Limit.SINGLE;

    /** Who sends a message decides how it is read. */
    enum Sender {
        /** An initiator or operator: unknown members are refused, since a misspelt one would be ignored silently. */
        INITIATOR,
        /** A participant: unknown members are ignored, since it may run a newer release. */
        PARTICIPANT
    }

    /** Bounds of {@link WebSettings}. */
    enum Limit {
        /** A message about one transaction. */
        SINGLE,
        /** {@code POST /v1/commits}. */
        COMMITS,
        /** {@code POST /v1/inquiries}. */
        INQUIRIES
    }
}
