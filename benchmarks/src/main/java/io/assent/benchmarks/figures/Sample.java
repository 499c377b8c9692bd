package io.assent.benchmarks.figures;

import io.assent.benchmarks.load.Slice;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A few seconds of one thing that is measured.
 *
 * @param perSecond transactions a second
 * @param p50 half of them took no longer, in milliseconds
 * @param p99 99 of 100 took no longer, in milliseconds
 * @param committed how many
 * @param failed how many did not commit
 * @param failure what one of those was answered; null: none failed
 * @param cpu for one transaction
 * @param walBytes for one transaction
 * @param latencies of those that committed
 */
public record Sample(
        double perSecond,
        double p50,
        double p99,
        long committed,
        long failed,
        @Nullable String failure,
        Cpu cpu,
        WalBytes walBytes,
        Latencies latencies)
        implements Limits.Round {

    /**
     * Bytes of write-ahead log.
     *
     * @param service in the server of the services' databases
     * @param log in that of the decision log
     */
    public record WalBytes(double service, double log) {

        /** The median of each part. */
        public static WalBytes median(List<Sample> rounds) {
            return new WalBytes(
                    Figures.median(rounds, sample -> sample.walBytes.service),
                    Figures.median(rounds, sample -> sample.walBytes.log));
        }
    }

    /**
     * CPU time in milliseconds; NaN: not known.
     *
     * @param service of the services
     * @param coordinator of the coordinator
     * @param stores of both PostgreSQL servers, and of the broker if there is one
     * @param client of the load generator
     * @param compilers what the compilers of the JVMs took of the services' and the coordinator's: there is none of it once
     *     a service has run for long enough
     */
    public record Cpu(double service, double coordinator, double stores, double client, double compilers) {

        /** The median of each part. */
        public static Cpu median(List<Sample> rounds) {
            return new Cpu(
                    Figures.median(rounds, sample -> sample.cpu.service),
                    Figures.median(rounds, sample -> sample.cpu.coordinator),
                    Figures.median(rounds, sample -> sample.cpu.stores),
                    Figures.median(rounds, sample -> sample.cpu.client),
                    Figures.median(rounds, sample -> sample.cpu.compilers));
        }

        public Cpu minus(Cpu earlier) {
            return new Cpu(
                    service - earlier.service,
                    coordinator - earlier.coordinator,
                    stores - earlier.stores,
                    client - earlier.client,
                    compilers - earlier.compilers);
        }

        /** Of all that is measured: everything but the client. */
        public double measured() {
            return service + coordinator + stores;
        }

        /** The same without what compilers took. */
        public double settled() {
            return measured() - compilers;
        }

        public Cpu per(long transactions) {
            return new Cpu(
                    service / transactions,
                    coordinator / transactions,
                    stores / transactions,
                    client / transactions,
                    compilers / transactions);
        }
    }

    /**
     * @param cpu used during the slice, in all
     * @param wal written during the slice
     */
    public static Sample of(Slice slice, Cpu cpu, WalCounters wal) {
        double transactions = slice.committed();
        return new Sample(
                slice.perSecond(),
                slice.millis(50),
                slice.millis(99),
                slice.committed(),
                slice.failed(),
                slice.failure(),
                cpu.per(slice.committed()),
                new WalBytes(wal.service().bytes() / transactions, wal.log().bytes() / transactions),
                Latencies.of(slice));
    }
}
