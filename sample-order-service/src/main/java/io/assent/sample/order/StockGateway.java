package io.assent.sample.order;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.client.RestClient;

/**
 * The stock service, which refuses with {@link StockRefusedException}; where none is configured, there is always enough.
 * What is cancelled later does not come back into the stock.
 */
@Component
class StockGateway {

    /** @param key makes a repeated reservation the same one */
    private record Reservation(String key, String sku, int quantity) {}

    private final @Nullable RestClient http;
    private final ServiceCall service =
            new ServiceCall("the stock service", StockRefusedException::new, StockUnavailableException::new);

    /** @param builder Boot's: inside a global transaction each call is a branch of it */
    StockGateway(@Value("${sample.stock.url:}") String url, RestClient.Builder builder) {
        this.http = url.isBlank() ? null : builder.baseUrl(url).build();
    }

    /** Takes the pieces of an order from the stock, each product in a branch of its own. */
    void reserve(String orderNumber, List<OrderLine> lines) {
        RestClient configured = http;
        if (configured == null) {
            return;
        }
        // In the same order by everybody: each keeps its row locked, and two checkouts must not wait for each other.
        lines.stream().sorted(Comparator.comparing(OrderLine::sku)).forEach(line -> {
            Reservation reservation = new Reservation(orderNumber + "." + line.sku(), line.sku(), line.quantity());
            service.call(() -> reserve(configured, reservation));
        });
    }

    private static ResponseEntity<Void> reserve(RestClient http, Reservation reservation) {
        return http.post().uri("/api/reservations").body(reservation).retrieve().toBodilessEntity();
    }
}
