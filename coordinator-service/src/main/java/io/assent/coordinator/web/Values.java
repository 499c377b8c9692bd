package io.assent.coordinator.web;

import io.assent.protocol.BranchId;
import io.assent.protocol.BranchRef;
import io.assent.protocol.ParticipantName;
import io.assent.protocol.TransactionId;
import io.assent.protocol.TransactionToken;
import io.assent.protocol.Vote;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Single values of requests; each error says what was expected and points at the member. */
final class Values {

    static final int MAX_NAME = 128;
    static final int MAX_REASON = 512;
    static final int MAX_URL = 512;

    /** One spelling: seconds present, up to nanoseconds, UTC. Years of four digits, which PostgreSQL can hold. */
    private static final Pattern INSTANT =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z");

    private static final int LONGEST_DURATION_TEXT = 40;

    private Values() {}

    static TransactionId transaction(@Nullable String text, String pointer) {
        return parsed(required(text, pointer), pointer, TransactionId::parse);
    }

    static BranchId branch(@Nullable String text, String pointer) {
        return parsed(required(text, pointer), pointer, BranchId::new);
    }

    static BranchRef ref(@Nullable String text, String pointer) {
        return parsed(required(text, pointer), pointer, BranchRef::new);
    }

    static TransactionToken token(@Nullable String text, String pointer) {
        return parsed(required(text, pointer), pointer, TransactionToken::new);
    }

    static ParticipantName participant(@Nullable String text, String pointer) {
        return parsed(required(text, pointer), pointer, ParticipantName::new);
    }

    static Vote vote(@Nullable String text, String pointer) {
        if (text == null) {
            return Vote.PENDING;
        }
        for (Vote vote : Vote.values()) {
            if (vote.name().equals(text)) {
                return vote;
            }
        }
        throw ProblemException.invalid(pointer, "expected PREPARED, READ_ONLY, ROLLBACK or PENDING");
    }

    static @Nullable String url(@Nullable String text, String pointer) {
        if (text != null && (text.isEmpty() || text.length() > MAX_URL)) {
            throw ProblemException.invalid(pointer, "expected 1 to %d characters".formatted(MAX_URL));
        }
        return text;
    }

    static @Nullable String name(@Nullable String text, String pointer) {
        return text == null ? null : label(text, pointer, MAX_NAME);
    }

    static @Nullable String reason(@Nullable String text, String pointer) {
        return text == null ? null : label(text, pointer, MAX_REASON);
    }

    static String requiredReason(@Nullable String text, String pointer) {
        return label(required(text, pointer), pointer, MAX_REASON);
    }

    static Duration duration(@Nullable String text, String pointer, Duration least, Duration most) {
        String value = required(text, pointer);
        String expected = "expected an ISO 8601 duration from %s to %s, such as PT10S".formatted(least, most);
        Duration duration;
        try {
            if (value.length() > LONGEST_DURATION_TEXT) {
                throw ProblemException.invalid(pointer, expected);
            }
            duration = Duration.parse(value);
        } catch (DateTimeException | ArithmeticException e) {
            throw ProblemException.invalid(pointer, expected);
        }
        if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
            throw ProblemException.invalid(pointer, expected);
        }
        return duration;
    }

    static @Nullable Instant instant(@Nullable String text, String pointer) {
        if (text == null) {
            return null;
        }
        if (INSTANT.matcher(text).matches()) {
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                // A thirteenth month, for instance: the answer below.
            }
        }
        throw ProblemException.invalid(pointer, "expected an RFC 3339 instant in UTC, such as 2026-01-31T12:00:00Z");
    }

    static int integer(@Nullable String text, String pointer, int least, int most, int otherwise) {
        if (text == null) {
            return otherwise;
        }
        if (text.matches("0|[1-9][0-9]{0,8}")) {
            int value = Integer.parseInt(text);
            if (value >= least && value <= most) {
                return value;
            }
        }
        throw ProblemException.invalid(pointer, "expected a whole number from %d to %d".formatted(least, most));
    }

    static <E extends Enum<E>> @Nullable E constant(@Nullable String text, String pointer, E[] constants) {
        if (text == null) {
            return null;
        }
        for (E constant : constants) {
            if (constant.name().equals(text)) {
                return constant;
            }
        }
        throw ProblemException.invalid(pointer, "expected one of " + java.util.Arrays.toString(constants));
    }

    static String required(@Nullable String text, String pointer) {
        if (text == null) {
            throw ProblemException.invalid(pointer, "is mandatory");
        }
        return text;
    }

    /** People read labels in logs and tables: no line breaks or other control characters. */
    private static String label(String text, String pointer, int longest) {
        if (text.isBlank()
                || text.codePointCount(0, text.length()) > longest
                || text.codePoints().anyMatch(Values::unprintable)) {
            throw ProblemException.invalid(
                    pointer, "expected 1 to %d characters, not blank, without control characters".formatted(longest));
        }
        return text;
    }

    private static boolean unprintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.FORMAT -> true;
            default -> false;
        };
    }

    private static <T> T parsed(String text, String pointer, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            throw ProblemException.invalid(pointer, e.getMessage());
        }
    }
}
