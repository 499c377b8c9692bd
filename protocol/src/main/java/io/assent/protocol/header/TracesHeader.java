package io.assent.protocol.header;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The request header {@value #NAME} of {@code POST /commits}: whose trace each commit belongs to, in the order of the commits, as W3C
 * trace parents. A message of several commits has several callers, and {@code traceparent} can name one. A header and not
 * a member of the commits: an older coordinator would refuse a member that it does not know.
 */
public final class TracesHeader {

    /** The header's name. */
    public static final String NAME = "Assent-Traces";

    /** Of so many commits it names the trace: servers take 8 KiB of headers. */
    private static final int MOST = 100;

    private static final String UNTRACED = "-";

    private TracesHeader() {}

    /**
     * The header's value.
     *
     * @param parents of each commit, null for one that is not traced; those after the first 100 are left out
     */
    public static String format(List<@Nullable String> parents) {
        return parents.stream()
                .limit(MOST)
                .map(parent -> parent == null ? UNTRACED : parent)
                .collect(Collectors.joining(","));
    }

    /** What is there for each commit, well-formed or not. */
    public static List<String> parse(String text) {
        return Stream.of(text.split(",", -1)).map(String::strip).toList();
    }
}
