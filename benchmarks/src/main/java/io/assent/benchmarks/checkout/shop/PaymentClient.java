package io.assent.benchmarks.checkout.shop;

import java.util.List;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** The order service's way to the payment services: mostly one. Thread-safe. */
public final class PaymentClient {

    private final List<RestClient> services;

    /**
     * @param builder as Spring Boot provides it
     * @param urls of the payment services; may be empty
     * @param connections how many calls of each are under way at once, at most
     */
    public PaymentClient(RestClient.Builder builder, List<String> urls, int connections) {
        this.services = urls.stream()
                .map(url -> client(builder.clone(), url, connections))
                .toList();
    }

    private static RestClient client(RestClient.Builder builder, String url, int connections) {
        return builder.requestFactory(new HttpComponentsClientHttpRequestFactory(HttpClients.custom()
                        .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                                .setMaxConnPerRoute(connections)
                                .setMaxConnTotal(connections)
                                .build())
                        .disableAutomaticRetries()
                        .build()))
                .baseUrl(url)
                .build();
    }

    /**
     * Has each of the services take it, one after the other.
     *
     * @throws org.springframework.web.client.RestClientException if it was not taken, or nobody knows
     */
    public void pay(Purchase purchase) {
        for (RestClient service : services) {
            service.post().uri("/payments").body(purchase).retrieve().toBodilessEntity();
        }
    }
}
