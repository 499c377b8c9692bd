package io.assent.benchmarks.kinds;

import io.assent.benchmarks.system.PostgresServer.Wal;
import java.time.Duration;

/**
 * Write-ahead log that one transaction costs.
 *
 * @param serviceFlushes flushes to disk in the server of the services' databases
 * @param serviceBytes written there
 * @param logFlushes flushes to disk in the server of the decision log
 * @param logBytes written there
 */
record WalCost(double serviceFlushes, double serviceBytes, double logFlushes, double logBytes) {

    /** What both servers have written. */
    record Counters(Wal service, Wal log) {

        Counters minus(Counters earlier) {
            return new Counters(service.minus(earlier.service), log.minus(earlier.log));
        }
    }

    /**
     * @param written while the transactions ran and until everything was counted
     * @param window how long that was
     * @param idle what is written while nothing happens
     * @param idleWindow in this time
     * @param transactions how many there were
     */
    static WalCost of(Counters written, Duration window, Counters idle, Duration idleWindow, long transactions) {
        double part = (double) window.toNanos() / idleWindow.toNanos();
        return new WalCost(
                each(written.service().flushes(), idle.service().flushes(), part, transactions),
                each(written.service().bytes(), idle.service().bytes(), part, transactions),
                each(written.log().flushes(), idle.log().flushes(), part, transactions),
                each(written.log().bytes(), idle.log().bytes(), part, transactions));
    }

    private static double each(long written, long idle, double part, long transactions) {
        return transactions == 0 ? Double.NaN : Math.max(0, written - idle * part) / transactions;
    }
}
