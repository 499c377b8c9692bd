package io.assent.demo.process;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * How a child is started.
 *
 * @param name what people call it, also the name of its pid and log files
 * @param command program and arguments
 * @param environment variables set in addition to this process's own
 * @param workingDirectory where it runs
 * @param runDirectory where its pid file ({@code name.pid}, the pid alone) is kept while it runs
 * @param logFile where its output goes, appended
 * @param readiness answers 200 when the child is ready for work; of the scheme {@code tcp}: takes connections then
 * @param startTimeout how long it may take to become ready
 * @param stopTimeout how long it may take to end after it was asked to, before it is killed
 */
public record ProcessSpec(
        String name,
        List<String> command,
        Map<String, String> environment,
        Path workingDirectory,
        Path runDirectory,
        Path logFile,
        URI readiness,
        Duration startTimeout,
        Duration stopTimeout) {

    public ProcessSpec {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /** The same child with another command, for a start with other options. */
    public ProcessSpec withCommand(List<String> command) {
        return new ProcessSpec(
                name,
                command,
                environment,
                workingDirectory,
                runDirectory,
                logFile,
                readiness,
                startTimeout,
                stopTimeout);
    }
}
