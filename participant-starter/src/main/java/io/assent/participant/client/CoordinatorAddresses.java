package io.assent.participant.client;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator's addresses, each with a circuit breaker. The last one that answered is asked first; the others follow in
 * the order of the configuration. An address whose circuit is open comes last, but it is asked: no address is left out
 * before an outcome is called unknown, which matters most where there is only one, such as a load balancer's. Thread-safe.
 */
final class CoordinatorAddresses {

    private final List<Address> all;
    private final AtomicInteger preferred = new AtomicInteger();

    /** Where to ask, and whether the outcome counts as one of the few attempts of a half-open circuit. */
    record Attempt(Address address, boolean permitted) {

        void succeeded(long nanos) {
            if (permitted) {
                address.breaker().onSuccess(nanos, TimeUnit.NANOSECONDS);
            } else {
                // Heard out of turn, but heard.
                address.breaker().reset();
            }
        }

        void failed(long nanos, Throwable why) {
            if (permitted) {
                address.breaker().onError(nanos, TimeUnit.NANOSECONDS, why);
            }
        }
    }

    record Address(int index, URI url, CircuitBreaker breaker) {}

    CoordinatorAddresses(List<URI> urls, CircuitBreakerConfig config) {
        List<Address> addresses = new ArrayList<>();
        for (int i = 0; i < urls.size(); i++) {
            addresses.add(new Address(i, urls.get(i), CircuitBreaker.of("assent-coordinator-" + i, config)));
        }
        all = List.copyOf(addresses);
    }

    /**
     * One round: asks until an attempt gives a value.
     *
     * @return null if none did
     */
    <T> @Nullable T round(Function<Attempt, @Nullable T> ask) {
        List<Address> open = new ArrayList<>();
        int start = preferred.get();
        for (int i = 0; i < all.size(); i++) {
            Address address = all.get((start + i) % all.size());
            if (!address.breaker().tryAcquirePermission()) {
                open.add(address);
                continue;
            }
            T value = ask.apply(new Attempt(address, true));
            if (value != null) {
                preferred.set(address.index());
                return value;
            }
        }
        for (Address address : open) {
            T value = ask.apply(new Attempt(address, false));
            if (value != null) {
                preferred.set(address.index());
                return value;
            }
        }
        return null;
    }
}
