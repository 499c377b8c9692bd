package io.assent.benchmarks;

import java.util.List;

/**
 * Where a report was made.
 *
 * @param processors that this process may use
 * @param system operating system and architecture
 * @param java version of every Java process
 * @param jvmOptions of every Java process that is measured
 * @param postgres version of both servers
 * @param data kind of file system that PostgreSQL's data is on, such as ext4; tmpfs is in memory, and flushes cost nothing there
 */
public record Machine(
        int processors, String system, String java, List<String> jvmOptions, String postgres, String data) {

    public static Machine describe(List<String> jvmOptions, String postgres, String data) {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"),
                Runtime.version().toString(),
                List.copyOf(jvmOptions),
                postgres,
                data);
    }
}
