package io.assent.k8s;

import java.util.List;
import java.util.regex.Pattern;

/** A host and a port that a setting names. */
record Endpoint(String host, int port) {

    private static final Pattern URL =
            Pattern.compile("(?:https?|jdbc:postgresql)://(?<host>[A-Za-z0-9.-]+):(?<port>[0-9]+)");

    /** All of them in the value of a setting, which may be a list. */
    static List<Endpoint> in(String value) {
        return URL.matcher(value)
                .results()
                .map(match -> new Endpoint(match.group(1), Integer.parseInt(match.group(2))))
                .toList();
    }
}
