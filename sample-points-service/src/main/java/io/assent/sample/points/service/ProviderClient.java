package io.assent.sample.points.service;

import java.time.Duration;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestClientException;
import org.springframework.web.client.RestClientResponseException;

/** The provider's API. Any of its requests may have been carried out although no answer came. */
@Component
class ProviderClient {

    private static final int CONNECTIONS = 64;

    private record ReservationRequest(String customer, long points) {}

    private final RestClient http;

    /**
     * Not with Boot's builder: its clients would make the call a branch of the transaction, and the provider knows of none.
     *
     * @param cancelDelay a try that was sent has arrived by then, or never will
     */
    ProviderClient(
            ProviderProperties provider,
            @Value("${assent.participant.reservations.cancel-delay:10s}") Duration cancelDelay) {
        if (provider.longestCall().compareTo(cancelDelay) >= 0) {
            throw new IllegalArgumentException("sample.provider.connect-timeout and read-timeout are "
                    + provider.longestCall().toMillis() + " ms together, which is not less than"
                    + " assent.participant.reservations.cancel-delay: a cancel could overtake its try.");
        }
        this.http = RestClient.builder()
                .baseUrl(provider.url().toString())
                .requestFactory(ClientHttpRequestFactoryBuilder.httpComponents()
                        .withConnectionManagerCustomizer(manager ->
                                manager.setMaxConnPerRoute(CONNECTIONS).setMaxConnTotal(CONNECTIONS))
                        // The starter repeats confirm and cancel; a try that failed once has failed.
                        .withHttpClientCustomizer(HttpClientBuilder::disableAutomaticRetries)
                        .build(HttpClientSettings.defaults()
                                .withConnectTimeout(provider.connectTimeout())
                                .withReadTimeout(provider.readTimeout())))
                .build();
    }

    /**
     * @throws PointsRefusedException the provider does not want to
     * @throws ProviderUnavailableException there is no answer, or none that says anything
     */
    void reserve(UUID key, String customer, long points) {
        call(() -> http.post()
                .uri("/v1/reservations")
                .header("Idempotency-Key", key.toString())
                .body(new ReservationRequest(customer, points))
                .retrieve()
                .toBodilessEntity());
    }

    /** Makes them the customer's; a repetition changes nothing. Throws as {@link #reserve} does. */
    void capture(UUID key) {
        call(() -> post("/v1/reservations/{key}/capture", key));
    }

    /** Gives them up; a repetition changes nothing, and a key that has not arrived yet reserves nothing any more. */
    void giveUp(UUID key) {
        call(() -> post("/v1/reservations/{key}/void", key));
    }

    private ResponseEntity<Void> post(String path, UUID key) {
        return http.post().uri(path, key).retrieve().toBodilessEntity();
    }

    private static void call(Supplier<ResponseEntity<Void>> request) {
        try {
            request.get();
        } catch (RestClientResponseException e) {
            HttpStatusCode status = e.getStatusCode();
            if (status.is4xxClientError() && status.value() != 408 && status.value() != 429) {
                throw new PointsRefusedException("the points provider refused (" + status.value() + ")", e);
            }
            throw new ProviderUnavailableException("the points provider answered " + status.value(), e);
        } catch (RestClientException e) {
            throw new ProviderUnavailableException("the points provider cannot be reached", e);
        }
    }
}
