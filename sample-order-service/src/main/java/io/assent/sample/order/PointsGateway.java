package io.assent.sample.order;

import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * The loyalty points service, which refuses with {@link PointsRefusedException}; where none is configured, there are no points. Points
 * stay with the customer when an order is cancelled later.
 */
@Component
class PointsGateway {

    private record AwardRequest(String orderNumber, String customer, long amountPence) {}

    private final @Nullable RestClient http;
    private final ServiceCall service =
            new ServiceCall("the points service", PointsRefusedException::new, PointsUnavailableException::new);

    /** @param builder Boot's: inside a global transaction each call is a branch of it */
    PointsGateway(@Value("${sample.points.url:}") String url, RestClient.Builder builder) {
        this.http = url.isBlank() ? null : builder.baseUrl(url).build();
    }

    /** Gives the customer points for an order. */
    void give(String orderNumber, String customer, long amountPence) {
        RestClient configured = http;
        if (configured == null) {
            return;
        }
        service.call(() -> configured
                .post()
                .uri("/api/points")
                .body(new AwardRequest(orderNumber, customer, amountPence))
                .retrieve()
                .toBodilessEntity());
    }
}
