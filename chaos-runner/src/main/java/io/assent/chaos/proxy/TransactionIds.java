package io.assent.chaos.proxy;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds ids of global transactions (UUID version 7, lower case) in whatever carries them. */
final class TransactionIds {

    private static final Pattern ID = Pattern.compile(
            "(?<![0-9a-f])[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}(?![0-9a-f])");

    private TransactionIds() {}

    /** All ids in the bytes, which need not be text, and in the values. */
    static Set<String> in(byte[] bytes, List<String> values) {
        Set<String> found = new LinkedHashSet<>();
        collect(new String(bytes, StandardCharsets.ISO_8859_1), found);
        values.forEach(value -> collect(value, found));
        return found;
    }

    private static void collect(String text, Set<String> found) {
        Matcher matcher = ID.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
    }
}
