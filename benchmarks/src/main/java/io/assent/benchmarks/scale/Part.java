package io.assent.benchmarks.scale;

import java.util.Arrays;
import java.util.List;

/** What grows. */
enum Part {
    /** Against the floor with as many clients. */
    CLIENTS("clients"),

    /** Coordinators at one log, against one of them. */
    COORDINATORS("coordinators"),

    /** One coordinator with two logs, against one with one. */
    SHARDS("shards"),

    /** Transactions that are begun and stay open. */
    MEMORY("memory"),

    /** Transactions that are decided, at a participant that does not take the order. */
    IN_DOUBT("in-doubt");

    private final String text;

    Part(String text) {
        this.text = text;
    }

    /** @throws IllegalArgumentException naming those that there are */
    static Part of(String text) {
        return Arrays.stream(values())
                .filter(part -> part.text.equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "There is no part '" + text + "'; there are " + String.join(", ", names())));
    }

    static List<String> names() {
        return Arrays.stream(values()).map(Part::text).toList();
    }

    String text() {
        return text;
    }
}
