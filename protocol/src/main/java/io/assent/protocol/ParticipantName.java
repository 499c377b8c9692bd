package io.assent.protocol;

import java.util.regex.Pattern;

/**
 * The name of a service that takes part in transactions; all its replicas share it.
 *
 * @param value 1 to 63 characters: lower-case letters, digits and hyphens, as in a DNS label
 */
public record ParticipantName(String value) {

    private static final Pattern FORM = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /** @throws IllegalArgumentException if {@code value} has another form */
    public ParticipantName {
        if (!FORM.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    "not a participant name: expected 1 to 63 lower-case letters, digits and hyphens, such as payment-service");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
