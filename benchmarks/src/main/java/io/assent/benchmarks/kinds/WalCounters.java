package io.assent.benchmarks.kinds;

import io.assent.benchmarks.system.PostgresServer.Wal;

/**
 * Write-ahead log of both servers.
 *
 * @param service in the server of the services' databases
 * @param log in that of the decision log
 */
record WalCounters(Wal service, Wal log) {

    WalCounters minus(WalCounters earlier) {
        return new WalCounters(service.minus(earlier.service), log.minus(earlier.log));
    }
}
