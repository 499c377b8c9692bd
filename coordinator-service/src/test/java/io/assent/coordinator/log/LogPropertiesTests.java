package io.assent.coordinator.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

/** Goal: every bound has a default and a range, and a value outside it is named. Method: binding as at start. */
class LogPropertiesTests {

    @Test
    void defaultsAreSound() {
        LogProperties properties = bind(Map.of());
        assertThat(properties.mode()).isEqualTo(LogProperties.Mode.SINGLE);
        assertThat(properties.writers()).isEqualTo(2);
        assertThat(properties.progressDelay()).isEqualTo(Duration.ofMillis(20));
        assertThat(properties.longestLifetime()).isEqualTo(Duration.ofHours(1));
        assertThat(properties.retention()).isEqualTo(Duration.ofDays(30));
        assertThat(properties.expectedSystemIdentifier()).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "writers, 0",
        "writers, 17",
        "max-batch, 1001",
        "progress-delay, -1ms",
        "progress-delay, 1001ms",
        "queue, 0",
        "connections, 2",
        "socket-timeout, 0s",
        "socket-timeout, 1500ms",
        "connect-timeout, 61s",
        "verify-interval, 99ms",
        "max-branches, 1001",
        "longest-lifetime, 8d",
        "cleanup-interval, 0s",
        "cleanup-interval, 61m",
        "partition-width, 59s",
        "partition-width, 90500ms",
        "partition-width, 367d",
        "search-timeout, 0s",
        "expected-system-identifier, abc"
    })
    void aValueOutOfRangeIsNamed(String property, String value) {
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> bind(Map.of(property, value)))
                .havingRootCause()
                .withMessageContaining("assent.coordinator.log." + property + " is ")
                .withMessageContaining("; allowed is ");
    }

    @Test
    void aRollbackIsKeptLongerThanItsTransactionCouldLive() {
        assertThatExceptionOfType(BindException.class)
                .as("R9")
                .isThrownBy(() -> bind(Map.of("longest-lifetime", "1h", "retention", "64m")))
                .havingRootCause()
                .withMessageContaining("assent.coordinator.log.retention is PT1H4M; allowed is PT1H5M to ");
        assertThat(bind(Map.of("longest-lifetime", "1h", "retention", "65m")).retention())
                .isEqualTo(Duration.ofMinutes(65));
    }

    @Test
    void aLogHasAThousandPartitionsAtMost() {
        assertThatExceptionOfType(BindException.class)
                .isThrownBy(() -> bind(Map.of("retention", "3000d", "partition-width", "2d")))
                .havingRootCause()
                .withMessageContaining("assent.coordinator.log.partition-width is PT48H; allowed is PT72H to ");
        assertThat(bind(Map.of("retention", "3000d", "partition-width", "3d")).partitionWidth())
                .isEqualTo(Duration.ofDays(3));
    }

    private static LogProperties bind(Map<String, String> values) {
        MapConfigurationPropertySource source = new MapConfigurationPropertySource();
        values.forEach((name, value) -> source.put("assent.coordinator.log." + name, value));
        return new Binder(source).bindOrCreate("assent.coordinator.log", LogProperties.class);
    }
}
