package io.assent.benchmarks.load;

import java.io.IOException;

/** What a client does again and again. Thread-safe. */
public interface Operation {

    /** How many rows there are to work on; more than there are clients. */
    int rows();

    /** Called before each load, by one thread. */
    void startAfresh();

    /**
     * Runs once and returns when all of it has committed.
     *
     * @param row which row it changes, 0 to {@code rows - 1}; no other call that is under way has the same
     * @param key unique among all calls
     * @throws TransactionFailedException if it has not committed, or not yet
     * @throws IOException if an answer is missing
     */
    void run(int row, String key) throws IOException, TransactionFailedException;
}
