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
 */
public record Machine(int processors, String system, String java, List<String> jvmOptions, String postgres) {

    public static Machine describe(List<String> jvmOptions, String postgres) {
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                System.getProperty("os.name") + " " + System.getProperty("os.version") + ", "
                        + System.getProperty("os.arch"),
                Runtime.version().toString(),
                List.copyOf(jvmOptions),
                postgres);
    }
}
