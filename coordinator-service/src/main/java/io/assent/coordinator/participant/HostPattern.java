package io.assent.coordinator.participant;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One entry of a list of allowed hosts.
 *
 * @param host {@code loopback}, a host in its one spelling, or {@code .suffix}
 * @param lowestPort 0 if only the port of the scheme is allowed
 * @param highestPort inclusive
 */
record HostPattern(String host, int lowestPort, int highestPort) {

    static final String LOOPBACK = "loopback";

    private static final Pattern FORM = Pattern.compile(
            "(?<host>\\[[0-9a-fA-F:.]+]|(\\*\\.)?[A-Za-z0-9._-]+)(:(?<low>[0-9]{1,5})(-(?<high>[0-9]{1,5}))?|:(?<any>\\*))?");

    /** @throws IllegalArgumentException if it is not such an entry */
    static HostPattern parse(String property, String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw invalid(property, text);
        }
        String name = matcher.group("host").toLowerCase(Locale.ROOT);
        boolean suffix = name.startsWith("*.");
        String host = name.equals(LOOPBACK)
                ? LOOPBACK
                : Address.host(suffix ? name.substring(2) : name).orElseThrow(() -> invalid(property, text));
        int low = 0;
        int high = 0;
        if (matcher.group("any") != null) {
            low = 1;
            high = 65_535;
        } else if (matcher.group("low") != null) {
            low = Integer.parseInt(matcher.group("low"));
            high = matcher.group("high") == null ? low : Integer.parseInt(matcher.group("high"));
            if (low < 1 || high < low || high > 65_535) {
                throw invalid(property, text);
            }
        }
        return new HostPattern(suffix ? "." + host : host, low, high);
    }

    boolean matches(Address address) {
        boolean port = lowestPort == 0
                ? address.port() == (address.scheme().equals("https") ? 443 : 80)
                : address.port() >= lowestPort && address.port() <= highestPort;
        return port && matchesHost(address.host(), address.literal());
    }

    private boolean matchesHost(String candidate, boolean literal) {
        if (host.equals(LOOPBACK)) {
            return isThisMachine(candidate, literal);
        }
        return host.startsWith(".") ? !literal && candidate.endsWith(host) : candidate.equals(host);
    }

    /** Whether it is never anywhere else. Other names may lead here, too, but nobody knows that by looking at them. */
    static boolean isThisMachine(String host, boolean literal) {
        return host.equals("localhost") || literal && (host.startsWith("127.") || host.equals("0:0:0:0:0:0:0:1"));
    }

    /** Whether it allows hosts that are elsewhere. */
    boolean leadsElsewhere() {
        return !host.equals(LOOPBACK) && !isThisMachine(host, Address.isLiteral(host));
    }

    private static IllegalArgumentException invalid(String property, String text) {
        return new IllegalArgumentException(property + ": '" + text
                + "' is not loopback, a host, *.suffix, an IPv4 address or an [IPv6] address, with an optional :port,"
                + " :low-high or :*");
    }
}
