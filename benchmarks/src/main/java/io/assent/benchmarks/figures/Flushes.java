package io.assent.benchmarks.figures;

import java.time.Duration;

/**
 * How often write-ahead log is flushed to disk for one transaction; NaN: not known.
 *
 * @param service in the server of the services' databases
 * @param log in that of the decision log
 */
public record Flushes(double service, double log) {

    /**
     * @param written while the transactions ran and until everything was counted
     * @param window how long that was
     * @param idle what is written while nothing happens
     * @param idleWindow in this time
     * @param transactions how many there were
     */
    public static Flushes of(
            WalCounters written, Duration window, WalCounters idle, Duration idleWindow, long transactions) {
        double part = (double) window.toNanos() / idleWindow.toNanos();
        return new Flushes(
                each(written.service().flushes(), idle.service().flushes() * part, transactions),
                each(written.log().flushes(), idle.log().flushes() * part, transactions));
    }

    private static double each(long flushes, double anyway, long transactions) {
        return transactions == 0 ? Double.NaN : Math.max(0, flushes - anyway) / transactions;
    }
}
