package io.assent.participant.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Refuses a place for Narayana's log that does not outlive the process or the container. */
final class ObjectStoreDirectory {

    private static final String PROPERTY = "assent.participant.jta.object-store.directory";

    private static final String REMEDY =
            "Set " + PROPERTY + " to a directory on a volume that this replica alone uses and keeps,"
                    + " for example /var/lib/payment/narayana, or say that its loss is acceptable with"
                    + " assent.participant.jta.object-store.allow-ephemeral=true (docs/jta.md tells what is lost).";

    /** In memory, or a container's writable layer. */
    private static final Set<String> EPHEMERAL = Set.of("tmpfs", "ramfs", "devtmpfs", "overlay", "aufs");

    private ObjectStoreDirectory() {}

    /** @throws ParticipantStartException if it is not set, cannot be made or may be emptied by a restart */
    static Path require(JtaProperties.ObjectStore settings) {
        String directory = settings.directory();
        if (directory == null || directory.isBlank()) {
            throw new ParticipantStartException(PROPERTY + " is not set.", REMEDY);
        }
        Path path = Path.of(directory).toAbsolutePath().normalize();
        try {
            Files.createDirectories(path);
            String why = settings.allowEphemeral() ? null : whyEphemeral(path.toRealPath());
            if (why != null) {
                throw new ParticipantStartException(PROPERTY + "=" + directory + " is " + why + ".", REMEDY);
            }
        } catch (IOException e) {
            throw new ParticipantStartException(
                    PROPERTY + "=" + directory + " cannot be used: " + e + ".",
                    "Make it a directory that this process may write to.");
        }
        return path;
    }

    private static @Nullable String whyEphemeral(Path path) throws IOException {
        for (String temporary : List.of(System.getProperty("java.io.tmpdir"), "/tmp", "/var/tmp", "/run", "/dev/shm")) {
            if (path.startsWith(real(temporary))) {
                return "in a temporary directory";
            }
        }
        String type = Files.getFileStore(path).type();
        return EPHEMERAL.contains(type) ? "on a file system that does not outlive a restart (" + type + ")" : null;
    }

    private static Path real(String directory) throws IOException {
        Path path = Path.of(directory);
        return Files.exists(path) ? path.toRealPath() : path.toAbsolutePath();
    }
}
