package io.assent.participant.autoconfigure;

import java.net.URI;
import java.time.Duration;

/** Ranges of properties. Fails, never adjusts. */
final class Checks {

    private Checks() {}

    static void range(String property, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(
                    property + "=" + value + " is out of range: " + min + " to " + max + ".");
        }
    }

    static void range(String property, Duration value, Duration min, Duration max) {
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    property + "=" + value + " is out of range: " + min + " to " + max + ".");
        }
    }

    static void httpUrl(String property, String text, int maxLength) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(property + ": " + text + " is no URL.", e);
        }
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null || text.length() > maxLength) {
            throw new IllegalArgumentException(property + ": " + text
                    + " is no http or https URL with a host, of at most " + maxLength + " characters.");
        }
        if (url.getRawUserInfo() != null || url.getRawQuery() != null || url.getRawFragment() != null) {
            throw new IllegalArgumentException(property + ": " + text + " must have no user info, query or fragment.");
        }
    }
}
