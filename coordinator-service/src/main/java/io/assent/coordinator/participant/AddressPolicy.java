package io.assent.coordinator.participant;

import io.assent.protocol.ParticipantName;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ConcurrentLruCache;

/**
 * Which addresses may be called. Two checks: of the text, when an address arrives and again when it is used; and of
 * what it resolves to, by {@link CheckedDnsResolver}, whose result is what is connected to.
 */
final class AddressPolicy {

    private static final String PREFIX = "assent.coordinator.participants.";

    /** Where clouds tell secrets, as far as that is not link-local: of Amazon, Alibaba and Oracle. */
    private static final Set<String> METADATA = Set.of("fd00:ec2:0:0:0:0:0:254", "100.100.100.200", "192.0.0.192");

    /** Services have few addresses, and each is checked several times for each transaction. */
    private static final int MOST_REMEMBERED = 1_024;

    private record Asked(ParticipantName participant, String url) {}

    private record Own(@Nullable Address address, List<HostPattern> hosts) {}

    private final List<HostPattern> general;
    private final boolean plainHttpElsewhere;
    private final Map<String, Own> own = new HashMap<>();
    private final Set<String> mayBeLoopback = new HashSet<>();
    private final ConcurrentLruCache<Asked, Optional<Address>> answered =
            new ConcurrentLruCache<>(MOST_REMEMBERED, this::judged);

    /** @throws IllegalArgumentException naming the property that is wrong */
    AddressPolicy(ParticipantProperties properties) {
        general = patterns(PREFIX + "allowed-hosts", properties.allowedHosts());
        plainHttpElsewhere = properties.plainHttp() == ParticipantProperties.PlainHttp.ALLOWED;
        properties.services().forEach((name, service) -> {
            String prefix = PREFIX + "services." + name + ".";
            try {
                new ParticipantName(name);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(PREFIX + "services: '" + name + "' is " + e.getMessage());
            }
            Address address = service.url() == null
                    ? null
                    : Address.parse(service.url())
                            .orElseThrow(() -> new IllegalArgumentException(prefix + "url: '" + service.url()
                                    + "' is not of the form http(s)://host[:port][/path]"));
            if (address != null || service.allowedHosts() != null) {
                own.put(name, new Own(address, patterns(prefix + "allowed-hosts", service.allowedHosts())));
            }
        });
        List<HostPattern> all = new ArrayList<>(general);
        own.values().forEach(one -> {
            all.addAll(one.hosts());
            if (one.address() != null) {
                mayBeLoopback.add(one.address().host());
            }
        });
        all.stream()
                .map(pattern -> pattern.host().equals(HostPattern.LOOPBACK) ? "localhost" : pattern.host())
                .filter(host -> host.equals("localhost"))
                .forEach(mayBeLoopback::add);
    }

    /** Whether nothing at all may be called. */
    boolean empty() {
        return general.isEmpty() && own.isEmpty();
    }

    /**
     * The address to call, if it may be called.
     *
     * @param url as the branch named it; null: the configured address
     */
    Optional<Address> address(ParticipantName participant, @Nullable String url) {
        if (url == null) {
            Own configured = own.get(participant.value());
            return configured == null ? Optional.empty() : Optional.ofNullable(configured.address());
        }
        // What is too long is not remembered either.
        return url.length() > Address.LONGEST ? Optional.empty() : answered.get(new Asked(participant, url));
    }

    /** Depends on the configuration alone, which does not change. What a name resolves to is checked with each connection. */
    private Optional<Address> judged(Asked asked) {
        Own configured = own.get(asked.participant().value());
        return Address.parse(asked.url())
                .filter(address -> configured == null
                        ? matches(general, address)
                        : address.equals(configured.address()) || matches(configured.hosts(), address));
    }

    /** Who wrote an address with http into the configuration meant it. That a host is allowed does not say so. */
    private boolean matches(List<HostPattern> patterns, Address address) {
        boolean scheme = plainHttpElsewhere
                || address.scheme().equals("https")
                || HostPattern.isThisMachine(address.host(), address.literal());
        return scheme && patterns.stream().anyMatch(pattern -> pattern.matches(address));
    }

    /** Whether hosts elsewhere are allowed, but by https only. */
    boolean httpsOnlyElsewhere() {
        return !plainHttpElsewhere
                && Stream.concat(general.stream(), own.values().stream().flatMap(one -> one.hosts().stream()))
                        .anyMatch(HostPattern::leadsElsewhere);
    }

    /**
     * Checks what a host resolved to. A name that was allowed must not lead to this machine, to a neighbour on the link
     * (metadata services live there) or to nobody in particular; an address that was allowed as such may.
     *
     * @throws UnknownHostException if one of them may not be called
     */
    InetAddress[] checked(String host, InetAddress[] resolved) throws UnknownHostException {
        boolean literal = Address.host(host.indexOf(':') >= 0 && !host.startsWith("[") ? "[" + host + "]" : host)
                .filter(spelling ->
                        resolved.length == 1 && resolved[0].getHostAddress().equals(spelling))
                .isPresent();
        for (InetAddress address : resolved) {
            boolean refused = address.isAnyLocalAddress()
                    || address.isMulticastAddress()
                    || !literal && (address.isLinkLocalAddress() || METADATA.contains(address.getHostAddress()))
                    || !literal && address.isLoopbackAddress() && !mayBeLoopback.contains(host)
                    // Whatever a hosts file says: loopback was allowed, nothing else.
                    || host.equals("localhost") && !address.isLoopbackAddress();
            if (refused) {
                throw new UnknownHostException(host + " does not lead where participants may be");
            }
        }
        return resolved;
    }

    private static List<HostPattern> patterns(String property, @Nullable List<String> texts) {
        return texts == null
                ? List.of()
                : texts.stream().map(text -> HostPattern.parse(property, text)).toList();
    }
}
