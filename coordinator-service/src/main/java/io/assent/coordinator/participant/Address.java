package io.assent.coordinator.participant;

import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Base address of a participant's endpoints, in its one spelling. Everything that two parsers could read differently is
 * refused: user info, escapes, backslashes, dot segments, queries, fragments, numeric hosts in other forms than four
 * decimal numbers, trailing dots, zones.
 *
 * @param scheme http or https
 * @param host a DNS name in lower case, four decimal numbers, or an IPv6 address without brackets
 * @param literal whether the host is an IP address
 * @param port 1 to 65535
 * @param path empty, or beginning with a slash and not ending in one
 */
record Address(String scheme, String host, boolean literal, int port, String path) {

    /** In characters. */
    static final int LONGEST = 512;

    private static final Pattern URL = Pattern.compile(
            "(?<scheme>https?)://(?<host>\\[[0-9a-fA-F:.]{2,45}]|[A-Za-z0-9._-]{1,253})(:(?<port>[1-9][0-9]{0,4}))?"
                    + "(?<path>(/[A-Za-z0-9._~-]+)*)/?");

    private static final Pattern NAME =
            Pattern.compile("[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?" + "(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");

    /** Resolvers take 127.1, 0x7f.1 and 2130706433 for addresses; names whose last label is a number do not exist. */
    private static final Pattern NUMERIC_END = Pattern.compile("(.*\\.)?([0-9]+|0x[0-9a-f]*)");

    private static final Pattern IPV4 = Pattern.compile(
            "((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\\.){3}(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])");

    static Optional<Address> parse(String url) {
        Matcher matcher = URL.matcher(url);
        if (url.length() > LONGEST || !matcher.matches()) {
            return Optional.empty();
        }
        String scheme = matcher.group("scheme");
        String port = matcher.group("port");
        int number = port != null ? Integer.parseInt(port) : scheme.equals("https") ? 443 : 80;
        String path = matcher.group("path");
        if (number > 65_535 || (path + "/").contains("/./") || (path + "/").contains("/../")) {
            return Optional.empty();
        }
        return host(matcher.group("host")).map(host -> new Address(scheme, host, isLiteral(host), number, path));
    }

    /** Whether a host in its one spelling is an IP address. */
    static boolean isLiteral(String host) {
        return host.indexOf(':') >= 0 || IPV4.matcher(host).matches();
    }

    /** The one spelling of a host, or nothing if it is none. Looks nothing up. */
    static Optional<String> host(String text) {
        if (text.startsWith("[") && text.endsWith("]")) {
            try {
                // In brackets it is a literal or an error, never looked up. An embedded IPv4 address becomes one.
                return Optional.of(InetAddress.getByName(text).getHostAddress());
            } catch (UnknownHostException e) {
                return Optional.empty();
            }
        }
        String host = text.toLowerCase(Locale.ROOT);
        if (IPV4.matcher(host).matches()) {
            return Optional.of(host);
        }
        return host.length() > 253
                        || !NAME.matcher(host).matches()
                        || NUMERIC_END.matcher(host).matches()
                ? Optional.empty()
                : Optional.of(host);
    }

    URI resolve(String call) {
        return URI.create(this + call);
    }

    @Override
    public String toString() {
        return scheme + "://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port + path;
    }
}
