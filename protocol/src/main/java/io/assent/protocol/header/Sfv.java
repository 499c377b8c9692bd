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
            Map<String, ListElement<?>> members =
                    Map.copyOf(Parser.parseDictionary(text).get());
            checkGivenOnce(header, members.size(), members.isEmpty() ? 0 : 1 + count(text, ','));
            return members;
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

    /**
     * RFC 9651 lets the last of several members or parameters of one name count. Whoever sends two of them means something
     * else than whoever reads one.
     *
     * @param known how many there are by name
     * @param given how many were written
     */
    static void checkGivenOnce(String header, int known, int given) {
        if (known != given) {
            throw new IllegalArgumentException(header + ": a member or parameter is given twice");
        }
    }

    /** How often a separator stands outside of strings, in text that the library has read. */
    static int count(String text, char separator) {
        int found = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == '\\' && quoted) {
                i++;
            } else if (c == separator && !quoted) {
                found++;
            }
        }
        return found;
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
