package io.assent.benchmarks.kinds;

import io.assent.benchmarks.load.Flow;
import io.assent.benchmarks.load.Work;
import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.MeasuredService;
import io.assent.demo.system.Database;
import io.assent.demo.system.StockProgram;
import java.io.IOException;
import java.util.Map;

/** The stock service of examples/node-participant. */
final class NodeServices {

    private static final String NAME = "node";
    private static final int ARTICLES = 4096;
    /** The tables that the service makes by itself if they are missing, with articles that never run out. */
    private static final String SCHEMA = """
            create table stock (sku varchar(64) primary key, available integer not null check (available >= 0));
            insert into stock select 'sku-' || n, 1000000000 from generate_series(0, %d) n
            """.formatted(ARTICLES - 1);

    private NodeServices() {}

    static Subject stock(BenchSystem system, Flow flow) throws UnavailableException {
        MeasuredService running = system.service(NAME);
        MeasuredService service = running != null ? running : start(system);
        Work work = new Work(
                service.url().resolve("/api/reservations"),
                ARTICLES,
                (row, key) -> "{\"sku\":\"sku-" + row + "\",\"quantity\":1,\"key\":\"" + key + "\"}");
        return new Subject(flow, work, service.cpu(), CpuMeter.none());
    }

    private static MeasuredService start(BenchSystem system) throws UnavailableException {
        StockProgram program = program(system);
        Database database = system.createDatabase(NAME, SCHEMA);
        int port = system.freePort();
        Map<String, String> environment = StockProgram.environment(
                database, port, system.coordinator().url().toString(), NAME);
        return system.start(NAME, port, program.command(), environment, "/health");
    }

    private static StockProgram program(BenchSystem system) throws UnavailableException {
        try {
            return StockProgram.installed(
                    system.repository(), system.repository().resolve(".bench/node"));
        } catch (IOException e) {
            throw new UnavailableException("it needs Node.js 20 or newer and npm: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted");
        }
    }
}
