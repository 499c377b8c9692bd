package io.assent.coordinator.participant;

import org.jspecify.annotations.Nullable;

/** What others wrote goes into logs and answers: one line, bounded. */
final class Printable {

    private static final int LONGEST = 512;

    private Printable() {}

    static @Nullable String of(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        String line = text.codePoints()
                .limit(LONGEST)
                .map(c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE ? ' ' : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
        return line.strip();
    }

    static @Nullable String of(Throwable failure) {
        return of(failure.getMessage() == null ? failure.toString() : failure.getMessage());
    }
}
