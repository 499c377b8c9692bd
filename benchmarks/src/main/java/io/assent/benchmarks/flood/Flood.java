package io.assent.benchmarks.flood;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** What the flooder does while its neighbour is measured. */
enum Flood {
    /** The control. */
    QUIET("quiet", 0, 0, "nothing: what this differs from 1 by is the error of the others"),

    /** Every one of them beyond {@code assent.coordinator.callers.max-undecided}. */
    OPEN("open-transactions", 1, 429, "begins beyond the bound of undecided transactions, which were begun before"),

    /** On connections that are opened again as soon as they are closed. */
    SLOW("slow-bodies", 0, 429, "100 connections that send a byte a second each"),

    /** They cost the most by far, so there are fewer of them. */
    HUGE("huge-bodies", 0.1, 413, "bodies of 16 MB, half of which say so before, half of which do not"),

    /** Somebody who has no key at all. */
    STRANGERS("strangers", 1, 401, "requests with a key that nobody has given out");

    private final String text;
    private final double part;
    private final int sign;
    private final String description;

    Flood(String text, double part, int sign, String description) {
        this.text = text;
        this.part = part;
        this.sign = sign;
        this.description = description;
    }

    /** @throws IllegalArgumentException naming those that there are */
    static Flood of(String text) {
        return Arrays.stream(values())
                .filter(flood -> flood.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no flood '" + text + "'; there are " + String.join(", ", names())));
    }

    static List<String> names() {
        return Arrays.stream(values()).map(Flood::text).collect(Collectors.toList());
    }

    String text() {
        return text;
    }

    String description() {
        return description;
    }

    /** How many requests it sends in a second at most; 0: it does not count them. */
    double perSecond(double rate) {
        return part * rate;
    }

    /** The status by which one sees that it had its effect; 0: there is none to see. */
    int sign() {
        return sign;
    }
}
