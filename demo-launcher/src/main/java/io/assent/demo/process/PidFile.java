package io.assent.demo.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Remembers a child beyond the life of this process: {@code name.pid} holds the pid alone, for others to read, and
 * {@code name.process} pid and start time, so that another process that was given the same pid later is not mistaken.
 */
final class PidFile {

    /** Start times are computed from the boot time, which may be rounded differently by a second or two. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(5);

    private final Path pid;
    private final Path identity;

    PidFile(Path directory, String name) {
        this.pid = directory.resolve(name + ".pid");
        this.identity = directory.resolve(name + ".process");
    }

    void write(ProcessHandle process) throws IOException {
        Files.createDirectories(pid.toAbsolutePath().getParent());
        String started = process.info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .map(String::valueOf)
                .orElse("-");
        replace(identity, process.pid() + "\n" + started + "\n");
        replace(pid, process.pid() + "\n");
    }

    /** The child if it still lives; empty when it is gone or cannot be told from another process. */
    Optional<ProcessHandle> living() throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(identity);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.size() < 2) {
            return Optional.empty();
        }
        try {
            long number = Long.parseLong(lines.get(0));
            Instant started = Instant.ofEpochMilli(Long.parseLong(lines.get(1)));
            return ProcessHandle.of(number)
                    .filter(ProcessHandle::isAlive)
                    .filter(process -> process.info()
                            .startInstant()
                            .map(instant ->
                                    Duration.between(instant, started).abs().compareTo(START_TOLERANCE) <= 0)
                            .orElse(false));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    void delete() throws IOException {
        Files.deleteIfExists(pid);
        Files.deleteIfExists(identity);
    }

    private static void replace(Path file, String content) throws IOException {
        Path written = file.resolveSibling(file.getFileName() + ".new");
        Files.writeString(written, content);
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
