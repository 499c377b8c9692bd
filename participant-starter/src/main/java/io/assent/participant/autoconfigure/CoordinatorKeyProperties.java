package io.assent.participant.autoconfigure;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * What is secret about calling the coordinator, apart from what is not.
 *
 * @param key the key that the coordinator knows this service by; without one, none is sent
 */
@ConfigurationProperties("assent.coordinator")
record CoordinatorKeyProperties(@Nullable String key) {

    /** What may stand in the header (RFC 6750). */
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._~+/-]{16,512}=*");

    CoordinatorKeyProperties {
        if (key != null && !KEY.matcher(key).matches()) {
            // Not the value.
            throw new IllegalArgumentException(
                    "assent.coordinator.key must be 16 to 512 of A-Z a-z 0-9 . _ ~ + / - without spaces.");
        }
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "CoordinatorKeyProperties[" + (key == null ? "none" : "***") + "]";
    }
}
