package io.assent.participant.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The coordinator's addresses, each with a circuit breaker. The last one that answered is asked first; the others follow in
 * the order of the configuration. Thread-safe.
 */
final class CoordinatorAddresses {

    private final List<Address> all;
    private final AtomicInteger preferred = new AtomicInteger();

    record Address(int index, URI url, CircuitBreaker breaker) {}

    CoordinatorAddresses(List<URI> urls, CircuitBreakerConfig config) {
        List<Address> addresses = new ArrayList<>();
        for (int i = 0; i < urls.size(); i++) {
            addresses.add(new Address(i, urls.get(i), CircuitBreaker.of("assent-coordinator-" + i, config)));
        }
        all = List.copyOf(addresses);
    }

    /** In the order in which to ask. An open circuit is skipped, unless all are open: then every one is tried. */
    List<Address> order() {
        List<Address> order = new ArrayList<>();
        int start = preferred.get();
        for (int i = 0; i < all.size(); i++) {
            order.add(all.get((start + i) % all.size()));
        }
        return order;
    }

    void answered(Address address) {
        preferred.set(address.index());
    }
}
