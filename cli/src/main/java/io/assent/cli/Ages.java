package io.assent.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** How long ago something was, in one or two units. */
final class Ages {

    private Ages() {}

    /** @param instant RFC 3339; what is none is shown as a dash */
    static String since(@Nullable String instant, Instant now) {
        if (instant == null || instant.isEmpty()) {
            return "-";
        }
        try {
            return text(Duration.between(Instant.parse(instant), now));
        } catch (DateTimeParseException e) {
            return "-";
        }
    }

    static String text(Duration age) {
        if (age.isNegative()) {
            return "in " + text(age.negated());
        }
        if (age.toDays() > 0) {
            return age.toDays() + "d " + age.toHoursPart() + "h";
        }
        if (age.toHours() > 0) {
            return age.toHours() + "h " + age.toMinutesPart() + "m";
        }
        if (age.toMinutes() > 0) {
            return age.toMinutes() + "m " + age.toSecondsPart() + "s";
        }
        return age.toSeconds() + "s";
    }
}
