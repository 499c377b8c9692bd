package io.assent.benchmarks.load;

import java.net.URI;

/**
 * The work call.
 *
 * @param url where it is posted to
 * @param rows how many rows there are to work on; more than there are clients
 * @param body its JSON
 */
public record Work(URI url, int rows, Body body) {

    /** Makes the JSON of one call. Thread-safe. */
    @FunctionalInterface
    public interface Body {

        /**
         * @param row which row it changes, 0 to {@code rows - 1}; no other call that is under way has the same
         * @param key unique among all calls
         */
        String json(int row, String key);
    }
}
