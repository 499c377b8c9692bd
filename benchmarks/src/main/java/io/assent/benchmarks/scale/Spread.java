package io.assent.benchmarks.scale;

import io.assent.benchmarks.load.Operation;
import io.assent.benchmarks.load.TransactionFailedException;
import java.io.IOException;
import java.util.List;

/**
 * Each client stays with one of these, and each of these has as many clients as the others, or one more.
 *
 * @param operations that need no rows of their own
 * @param clients exactly so many have to run it
 */
record Spread(List<Operation> operations, int clients) implements Operation {

    Spread {
        operations = List.copyOf(operations);
    }

    @Override
    public int rows() {
        return Integer.MAX_VALUE;
    }

    @Override
    public void startAfresh() {
        operations.forEach(Operation::startAfresh);
    }

    @Override
    public void run(int row, String key) throws IOException, TransactionFailedException {
        // Rows are dealt out to the clients in turn.
        operations.get(row % clients % operations.size()).run(row, key);
    }
}
