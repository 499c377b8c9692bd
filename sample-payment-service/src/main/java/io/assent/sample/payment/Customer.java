package io.assent.sample.payment;

import jakarta.validation.Constraint;
import jakarta.validation.Payload;
import jakarta.validation.ReportAsSingleViolation;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The name of a customer's account. The merchant's is not one. */
@NotNull
@Pattern(regexp = "(?!merchant$)[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
@ReportAsSingleViolation
@Constraint(validatedBy = {})
@Target({ElementType.FIELD, ElementType.PARAMETER, ElementType.RECORD_COMPONENT})
@Retention(RetentionPolicy.RUNTIME)
@interface Customer {

    String message() default
            "must be 1 to 40 letters, digits, '_', '.' or '-', start with a letter or digit, and not be \"merchant\"";

    Class<?>[] groups() default {};

    Class<? extends Payload>[] payload() default {};
}
