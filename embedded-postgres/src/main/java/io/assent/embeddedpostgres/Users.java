package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * Who uses the server of a directory: one file for each user, named {@code pid-startedAt-nonce}. The last one to leave
 * stops the server. A process that was killed leaves its file behind; as nobody with that pid and start time is alive,
 * it no longer counts. Every method is called under the directory's mutex.
 */
final class Users {

    /** The kernel's boot time, from which start times are computed, may be rounded differently by a second or two. */
    private static final Duration START_TOLERANCE = Duration.ofSeconds(5);

    private final Path directory;

    Users(Path directory) {
        this.directory = directory;
    }

    /** Adds one user in this process and returns its file. */
    Path join() throws IOException {
        Files.createDirectories(directory);
        ProcessHandle self = ProcessHandle.current();
        String started = self.info()
                .startInstant()
                .map(Instant::toEpochMilli)
                .map(String::valueOf)
                .orElse("0");
        return Files.createFile(directory.resolve(self.pid() + "-" + started + "-" + UUID.randomUUID()));
    }

    void leave(Path user) throws IOException {
        Files.deleteIfExists(user);
    }

    /** The pids of the living users; files of dead ones are removed. */
    List<Long> living() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        List<Long> pids = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Optional<Long> pid = livingPid(file.getFileName().toString());
                if (pid.isPresent()) {
                    pids.add(pid.get());
                } else {
                    Files.deleteIfExists(file);
                }
            }
        }
        return pids;
    }

    private static Optional<Long> livingPid(String name) {
        String[] parts = name.split("-", 3);
        if (parts.length < 3) {
            return Optional.empty();
        }
        long pid;
        Instant started;
        try {
            pid = Long.parseLong(parts[0]);
            started = Instant.ofEpochMilli(Long.parseLong(parts[1]));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
        return ProcessHandle.of(pid)
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info()
                        .startInstant()
                        .map(instant -> Duration.between(instant, started).abs().compareTo(START_TOLERANCE) <= 0)
                        // Unknown (another user's process on some systems): assume it is the one; stopping is the harm.
                        .orElse(true))
                .map(ProcessHandle::pid);
    }
}
