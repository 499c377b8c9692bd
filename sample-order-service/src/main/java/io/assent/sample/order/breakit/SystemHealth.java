package io.assent.sample.order.breakit;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;

/** Asks the other processes whether they are ready, so that one can watch them die and come back. */
@Component
@ConditionalOnBooleanProperty("sample.break.enabled")
class SystemHealth {

    enum State {
        UP,
        DOWN
    }

    record Report(State payment, State coordinator) {}

    private static final Duration PATIENCE = Duration.ofMillis(800);

    private final RestClient http;
    private final String payment;
    private final List<String> coordinators;

    SystemHealth(
            @Value("${sample.payment.url}") String payment,
            @Value("${assent.coordinator.urls}") List<String> coordinators) {
        JdkClientHttpRequestFactory factory = new JdkClientHttpRequestFactory(
                HttpClient.newBuilder().connectTimeout(PATIENCE).build());
        factory.setReadTimeout(PATIENCE);
        // A client of its own: nothing that it asks belongs to a transaction, and a process that is down costs little.
        this.http = RestClient.builder().requestFactory(factory).build();
        this.payment = payment;
        this.coordinators = List.copyOf(coordinators);
    }

    Report report() {
        return new Report(
                isReady(payment) ? State.UP : State.DOWN,
                coordinators.stream().anyMatch(this::isReady) ? State.UP : State.DOWN);
    }

    private boolean isReady(String url) {
        try {
            return http.get()
                    .uri(url + "/actuator/health/readiness")
                    .retrieve()
                    .toBodilessEntity()
                    .getStatusCode()
                    .is2xxSuccessful();
        } catch (RestClientException e) {
            return false;
        }
    }
}
