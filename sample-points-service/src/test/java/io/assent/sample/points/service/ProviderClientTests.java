package io.assent.sample.points.service;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Goal: a cancel cannot overtake a try that is still on its way to the provider. */
class ProviderClientTests {

    private static final Duration CANCEL_DELAY = Duration.ofSeconds(10);

    @Test
    void timeoutsThatReachTheCancelDelayAreRefused() {
        assertThatCode(() -> client(Duration.ofSeconds(1), Duration.ofMillis(8_999)))
                .doesNotThrowAnyException();
        assertThatThrownBy(() -> client(Duration.ofSeconds(1), Duration.ofSeconds(9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10000 ms")
                .hasMessageContaining("assent.participant.reservations.cancel-delay");
    }

    private static ProviderClient client(Duration connect, Duration read) {
        return new ProviderClient(
                new ProviderProperties(URI.create("http://127.0.0.1:1"), connect, read), CANCEL_DELAY);
    }
}
