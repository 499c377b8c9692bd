package io.assent.benchmarks.micro;

import io.assent.benchmarks.system.BenchSystem;
import io.assent.benchmarks.system.CpuMeter;
import io.assent.benchmarks.system.PostgresServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.FileSystemUtils;

/** A durable PostgreSQL server and a {@link Worker}. Not thread-safe, but for {@link #close}. */
final class MicroSystem implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(MicroSystem.class);

    /** The log's pool, its writers, and as many connections that insert. */
    private static final PostgresServer.Capacity CAPACITY = new PostgresServer.Capacity(100, 0);

    private final Path directory;
    private final PostgresServer server;
    private final Worker worker;
    private final List<String> jvmOptions;
    private boolean closed;

    private MicroSystem(Path directory, PostgresServer server, Worker worker, List<String> jvmOptions) {
        this.directory = directory;
        this.server = server;
        this.worker = worker;
        this.jvmOptions = jvmOptions;
    }

    /**
     * @param repository the directory with the modules and their built jars
     * @param data directory in which one for the data of PostgreSQL is made; null: in the repository
     * @param jvmOptions for the worker and its forks, after those that all measured processes have
     * @throws IllegalStateException if something cannot be started, saying why; nothing is left running
     */
    static MicroSystem start(Path repository, @Nullable Path data, List<String> jvmOptions) {
        List<String> options = Stream.concat(BenchSystem.JVM_OPTIONS.stream(), jvmOptions.stream())
                .toList();
        try {
            Path state = repository.toAbsolutePath().normalize().resolve(".bench");
            Path logs = Files.createDirectories(state.resolve("logs"));
            // Not the system's directory for temporary files: that may be in memory, where a flush costs nothing.
            Path directory = Files.createTempDirectory(data == null ? state : data, "run-");
            Worker worker = null;
            try {
                worker = Worker.start(repository, options, logs.resolve("micro.log"));
                PostgresServer server = PostgresServer.start(directory.resolve("log-postgres"), CAPACITY);
                return new MicroSystem(directory, server, worker, options);
            } catch (IOException | RuntimeException e) {
                if (worker != null) {
                    worker.close();
                }
                FileSystemUtils.deleteRecursively(directory);
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The system could not be prepared: " + e.getMessage(), e);
        }
    }

    /** See {@link BenchSystem#dataFileSystem}. */
    String dataFileSystem() {
        return BenchSystem.fileSystem(directory);
    }

    PostgresServer server() {
        return server;
    }

    Worker worker() {
        return worker;
    }

    /** Of every Java process that is measured. */
    List<String> jvmOptions() {
        return jvmOptions;
    }

    /** The CPU time of everything that was started. */
    CpuMeter cpu() {
        return server.cpu().and(CpuMeter.ofTree(worker.pid()));
    }

    /** Ends both and deletes what they have written, but the worker's log. Safe to repeat. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            worker.close();
        } finally {
            server.close();
            try {
                FileSystemUtils.deleteRecursively(directory);
            } catch (IOException e) {
                log.warn("{} could not be deleted: {}", directory, e.toString());
            }
        }
    }
}
