package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.load.Work;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.MeasuredService;

/** A file in place of a database. */
final class OwnLog implements Kind {

    private static final int CUSTOMERS = 4096;

    @Override
    public String name() {
        return "own";
    }

    @Override
    public String description() {
        return "like early, in a file of its own instead of a database (examples/own-log-participant)";
    }

    @Override
    public Subject open(BenchSystem system) {
        MeasuredService service = system.pointsService();
        Work work = new Work(
                service.url().resolve("/api/bookings"),
                CUSTOMERS,
                (row, key) -> "{\"key\":\"" + key + "\",\"customer\":\"customer-" + row + "\",\"points\":1}");
        return new Subject(Flow.BEGUN, work, service.cpu(), CpuMeter.none());
    }
}
