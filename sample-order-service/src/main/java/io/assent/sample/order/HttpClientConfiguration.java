package io.assent.sample.order;

import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.springframework.boot.http.client.HttpComponentsClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.ClientHttpRequestFactoryBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Sizes the HTTP client: its own default is five connections to one host. */
@Configuration(proxyBeanMethods = false)
class HttpClientConfiguration {

    private static final int CONNECTIONS = 64;

    @Bean
    ClientHttpRequestFactoryBuilderCustomizer<HttpComponentsClientHttpRequestFactoryBuilder> connections() {
        return builder -> builder.withConnectionManagerCustomizer(
                        manager -> manager.setMaxConnPerRoute(CONNECTIONS).setMaxConnTotal(CONNECTIONS))
                // Whether a payment may be sent again is for the caller to say, not for the client to guess.
                .withHttpClientCustomizer(HttpClientBuilder::disableAutomaticRetries);
    }
}
