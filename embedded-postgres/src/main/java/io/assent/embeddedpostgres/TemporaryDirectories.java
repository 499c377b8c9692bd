package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Directories of servers for tests, named {@code pid-nonce} after the JVM that made them. */
final class TemporaryDirectories {

    private static final Logger log = LoggerFactory.getLogger(TemporaryDirectories.class);

    private TemporaryDirectories() {}

    static EmbeddedPostgres start(EmbeddedPostgres.Builder builder) {
        try {
            Path parent = CacheDirectory.inTemporaryDirectory().resolve("temporary");
            Private.createDirectories(parent);
            removeLeftovers(parent);
            Path directory =
                    Files.createTempDirectory(parent, ProcessHandle.current().pid() + "-");
            return builder.dataDirectory(directory).temporary().start();
        } catch (IOException e) {
            throw new EmbeddedPostgresException("No temporary directory for PostgreSQL: " + e, e);
        }
    }

    /** A JVM that was killed could not stop its server: the next one does. */
    private static void removeLeftovers(Path parent) throws IOException {
        List<Path> directories;
        try (Stream<Path> list = Files.list(parent)) {
            directories = list.toList();
        }
        for (Path directory : directories) {
            String name = directory.getFileName().toString();
            String pid = name.substring(0, Math.max(0, name.indexOf('-')));
            if (pid.matches("\\d{1,18}")
                    && ProcessHandle.of(Long.parseLong(pid)).isEmpty()) {
                remove(directory);
            }
        }
    }

    static void remove(Path directory) {
        try {
            Binaries binaries = Binaries.unpacked(CacheDirectory.ofCurrentUser(), Platform.current());
            new Cluster(directory, binaries, Duration.ofSeconds(30)).stop();
            Binaries.deleteTree(directory);
        } catch (IOException | EmbeddedPostgresException e) {
            // Two JVMs may clean up at once; what stays is found by the next.
            log.debug("{} could not be removed yet", directory, e);
        }
    }
}
