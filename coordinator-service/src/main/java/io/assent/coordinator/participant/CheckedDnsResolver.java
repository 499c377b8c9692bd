package io.assent.coordinator.participant;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.apache.hc.client5.http.DnsResolver;

/** Resolves a host once and checks the result; the client connects to exactly what is returned here. */
final class CheckedDnsResolver implements DnsResolver {

    private final AddressPolicy policy;
    private final DnsResolver resolver;

    CheckedDnsResolver(AddressPolicy policy, DnsResolver resolver) {
        this.policy = policy;
        this.resolver = resolver;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
        return policy.checked(host, resolver.resolve(host));
    }

    @Override
    public String resolveCanonicalHostname(String host) {
        return host;
    }
}
