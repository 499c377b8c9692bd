package io.assent.sample.order;

import io.assent.participant.CoordinatorCredentials;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.client.ResourceAccessException;
import org.springframework.web.client.RestClient;

/** Lets the storefront look at a transaction without knowing the coordinator, which stays inside the network. */
@RestController
@Tag(name = "Transactions")
class TransactionsController {

    private final RestClient http;
    private final List<String> coordinators;
    private final @Nullable CoordinatorCredentials credentials;

    TransactionsController(
            RestClient.Builder http,
            @Value("${assent.coordinator.urls}") List<String> coordinators,
            ObjectProvider<CoordinatorCredentials> credentials) {
        this.credentials = credentials.getIfAvailable();
        this.http = http.build();
        this.coordinators = List.copyOf(coordinators);
    }

    @GetMapping(path = "/api/transactions/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    @Operation(summary = "A transaction as the coordinator tells it: state, branches, votes, timeline")
    ResponseEntity<byte[]> transaction(@PathVariable UUID id) {
        ResourceAccessException last = new ResourceAccessException("No coordinator is configured");
        for (String coordinator : coordinators) {
            try {
                return http.get()
                        .uri(coordinator + "/v1/transactions/{id}", id)
                        .headers(headers -> {
                            if (credentials != null) {
                                headers.setBearerAuth(credentials.token());
                            }
                        })
                        .exchangeForRequiredValue((request, response) -> ResponseEntity.status(response.getStatusCode())
                                .contentType(type(response.getHeaders().getContentType()))
                                .body(response.getBody().readNBytes(1 << 20)));
            } catch (ResourceAccessException e) {
                last = e;
            }
        }
        throw new CoordinatorUnavailableException(last);
    }

    private static MediaType type(@Nullable MediaType type) {
        return type == null ? MediaType.APPLICATION_JSON : type;
    }
}
