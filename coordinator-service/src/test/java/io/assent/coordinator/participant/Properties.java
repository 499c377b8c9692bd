package io.assent.coordinator.participant;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.util.unit.DataSize;

/** Settings for tests: times that are short for those who wait for them, and long for those who must be in time. */
final class Properties {

    private Properties() {}

    static ParticipantProperties.Limits limits() {
        return new ParticipantProperties.Limits(
                Duration.ofSeconds(4),
                Duration.ofSeconds(2),
                4,
                8,
                2,
                1_000,
                256,
                DataSize.ofKilobytes(64),
                Duration.ofMillis(5),
                50,
                10,
                10,
                Duration.ofMillis(200),
                1);
    }

    static ParticipantProperties.Service service(String url, List<String> allowedHosts) {
        return new ParticipantProperties.Service(
                url, allowedHosts, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    static ParticipantProperties of(List<String> allowedHosts, Map<String, ParticipantProperties.Service> services) {
        return of(allowedHosts, ParticipantProperties.PlainHttp.ALLOWED, services);
    }

    static ParticipantProperties of(
            List<String> allowedHosts,
            ParticipantProperties.PlainHttp plainHttp,
            Map<String, ParticipantProperties.Service> services) {
        return new ParticipantProperties(
                allowedHosts, Duration.ofSeconds(1), 100, plainHttp, null, limits(), services, null);
    }
}
