package io.assent.benchmarks.figures;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.PostgresServer.Wal;

/**
 * Write-ahead log of both servers.
 *
 * @param service in the server of the services' databases
 * @param log in that of the decision log
 */
public record WalCounters(Wal service, Wal log) {

    public static WalCounters of(BenchSystem system) {
        return new WalCounters(system.serviceServer().wal(), system.logServer().wal());
    }

    public WalCounters minus(WalCounters earlier) {
        return new WalCounters(service.minus(earlier.service), log.minus(earlier.log));
    }
}
