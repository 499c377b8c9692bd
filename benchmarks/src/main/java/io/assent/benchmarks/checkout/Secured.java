package io.assent.benchmarks.checkout;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.MeasuredService;
import io.assent.protocol.ServiceKey;
import java.net.URI;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.client.RestClient;

/** Assent with keys for those who call the coordinator, and with signed messages to participants. */
final class Secured implements Variant {

    private static final int REFUSED = 401;

    @Override
    public String suffix() {
        return "secured";
    }

    @Override
    public String description() {
        return "with keys for the callers of the coordinator (assent.security.mode=keys) and signed messages to participants";
    }

    @Override
    public Setting prepare(BenchSystem system, Workload workload) {
        SecureRandom random = new SecureRandom();
        return new Keys(ServiceKey.generate(random), ServiceKey.generate(random));
    }

    private record Keys(String key, String signature) implements Setting {

        @Override
        public Map<String, String> service(String process) {
            return Map.of("ASSENT_COORDINATOR_KEY", key, "ASSENT_PARTICIPANT_SIGNATURE_KEYS_BENCH", signature);
        }

        @Override
        public Map<String, String> coordinator(String process) {
            return Map.of(
                    "ASSENT_SECURITY_MODE",
                    "keys",
                    "ASSENT_SECURITY_SERVICES_SHOP_KEYS",
                    ServiceKey.digest(key),
                    // The last one for counting requests.
                    "ASSENT_SECURITY_SERVICES_SHOP_SCOPES",
                    "tx:begin,tx:enlist,tx:decide,tx:inquire,tx:read,tx:operate",
                    "ASSENT_COORDINATOR_PARTICIPANTS_SIGNATURE_KEYID",
                    "bench",
                    "ASSENT_COORDINATOR_PARTICIPANTS_SIGNATURE_SECRET",
                    signature);
        }

        @Override
        public List<String> conclude(
                @Nullable MeasuredService coordinator, List<MeasuredService> services, long committed) {
            refuses(Objects.requireNonNull(coordinator).url().resolve("/v1/commits"));
            services.forEach(service -> refuses(service.url().resolve("/assent/v1/decisions")));
            return List.of();
        }
    }

    /** @throws IllegalStateException if this address takes messages of somebody who has no key */
    static void refuses(URI address) {
        int status = RestClient.create()
                .post()
                .uri(address)
                .contentType(MediaType.APPLICATION_JSON)
                .body("{}")
                .exchangeForRequiredValue(
                        (request, response) -> response.getStatusCode().value());
        if (status != REFUSED) {
            throw new IllegalStateException(address + " answered " + status
                    + " to somebody without a key, where it should refuse with " + REFUSED);
        }
    }
}
