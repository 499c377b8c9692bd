package io.assent.benchmarks.checkout;

/**
 * What a checkout is made of.
 *
 * @param branches databases that it writes to, 1 to {@link #MOST_BRANCHES}: that of the order service, and one for each payment service
 * @param hotRow whether all payments are made from one account, so that all clients want the same row; else they never meet at one
 */
record Workload(int branches, boolean hotRow) {

    static final int MOST_BRANCHES = 8;

    /** As {@code --rows} calls them. */
    String rows() {
        return hotRow ? "hot" : "spread";
    }
}
