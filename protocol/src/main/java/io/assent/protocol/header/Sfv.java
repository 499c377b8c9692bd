package io.assent.protocol.header;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.greenbytes.http.sfv.ListElement;
import org.greenbytes.http.sfv.ParseException;
import org.greenbytes.http.sfv.Parser;

/** Bounded reading of structured fields; the library does the grammar. */
final class Sfv {

    private Sfv() {}

    static Map<String, ListElement<?>> dictionary(String header, String text, int maxLength) {
        checkLength(header, text, maxLength);
        try {
            return Map.copyOf(Parser.parseDictionary(text).get());
        } catch (ParseException e) {
            throw malformed(header, e);
        }
    }

    static List<ListElement<?>> list(String header, String text, int maxLength) {
        checkLength(header, text, maxLength);
        try {
            return List.copyOf(Parser.parseList(text).get());
        } catch (ParseException e) {
            throw malformed(header, e);
        }
    }

    static void checkDistinct(String header, List<String> names) {
        Set<String> seen = new LinkedHashSet<>();
        for (String name : names) {
            if (!seen.add(name)) {
                throw new IllegalArgumentException(header + ": branch " + name + " is listed twice");
            }
        }
    }

    private static void checkLength(String header, String text, int maxLength) {
        if (text.length() > maxLength) {
            throw new IllegalArgumentException(
                    header + ": " + text.length() + " characters, at most " + maxLength + " are accepted");
        }
    }

    /** The value itself is left out of the message: it came from outside and may end up in a log. */
    private static IllegalArgumentException malformed(String header, ParseException e) {
        return new IllegalArgumentException(
                header + ": not a structured field (RFC 9651), at character " + e.getPosition(), e);
    }
}
