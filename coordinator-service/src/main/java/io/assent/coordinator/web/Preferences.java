package io.assent.coordinator.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The {@code Prefer} header (RFC 7240): {@code respond-async} answers right after the decision, {@code wait=N} waits up
 * to N seconds for completion.
 *
 * @param patience how long the answer may wait for completion after the decision
 * @param applied value of {@code Preference-Applied}; null if nothing was preferred
 */
record Preferences(Duration patience, @Nullable String applied) {

    private static final Pattern SECONDS = Pattern.compile("= *[0-9]{1,9}");

    static Preferences of(@Nullable Enumeration<String> headers, WebSettings settings) {
        boolean async = false;
        Long wait = null;
        while (headers != null && headers.hasMoreElements()) {
            for (String preference : headers.nextElement().split(",", -1)) {
                // Parameters of a preference, and preferences that are not known, are ignored as the RFC asks for.
                String token = preference.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
                if (token.equals("respond-async")) {
                    async = true;
                } else if (token.equals("wait") || token.startsWith("wait=") || token.startsWith("wait ")) {
                    String value = token.substring(4).trim();
                    if (!SECONDS.matcher(value).matches()) {
                        throw ProblemException.invalid("Prefer", "expected wait= and a whole number of seconds");
                    }
                    // The first one counts.
                    wait = wait != null
                            ? wait
                            : Long.parseLong(value.substring(1).trim());
                }
            }
        }
        if (wait == null) {
            return async
                    ? new Preferences(Duration.ZERO, "respond-async")
                    : new Preferences(settings.defaultWait(), null);
        }
        long seconds = Math.min(wait, settings.maxWait().toSeconds());
        List<String> applied = new ArrayList<>();
        if (async) {
            applied.add("respond-async");
        }
        applied.add("wait=" + seconds);
        return new Preferences(Duration.ofSeconds(seconds), String.join(", ", applied));
    }
}
