package io.assent.protocol.wire;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/**
 * One example of each message, as the documents show them. The tests of both sides assert the same files, so that code,
 * documents and participants in other languages mean the same.
 */
public final class Examples {

    private static final String DIRECTORY = "/io/assent/protocol/examples/";

    private Examples() {}

    /**
     * The text of an example.
     *
     * @param name a file name, such as {@code decisions-request.json}
     * @throws IllegalArgumentException if there is none of this name
     */
    public static String text(String name) {
        try (InputStream in = Examples.class.getResourceAsStream(DIRECTORY + name)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no example " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("the example " + name + " cannot be read", e);
        }
    }
}
