package io.assent.benchmarks.checkout.shop;

import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.springframework.http.client.HttpComponentsClientHttpRequestFactory;
import org.springframework.web.client.RestClient;

/** The order service's way to the payment service. Thread-safe. */
public final class PaymentClient {

    private final RestClient http;

    /**
     * @param builder as Spring Boot provides it
     * @param url of the payment service
     * @param connections how many calls are under way at once, at most
     */
    public PaymentClient(RestClient.Builder builder, String url, int connections) {
        this.http = builder.requestFactory(new HttpComponentsClientHttpRequestFactory(HttpClients.custom()
                        .setConnectionManager(PoolingHttpClientConnectionManagerBuilder.create()
                                .setMaxConnPerRoute(connections)
                                .setMaxConnTotal(connections)
                                .build())
                        .disableAutomaticRetries()
                        .build()))
                .baseUrl(url)
                .build();
    }

    /** @throws org.springframework.web.client.RestClientException if it was not taken, or nobody knows */
    public void pay(Purchase purchase) {
        http.post().uri("/payments").body(purchase).retrieve().toBodilessEntity();
    }
}
