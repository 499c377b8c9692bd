package io.assent.demo.system;

import io.assent.protocol.ServiceKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/**
 * The keys by which the coordinator knows the services and the person at the keyboard: one file each, made when it is first
 * asked for and kept, readable by nobody else. Thread-safe.
 */
final class DemoKeys {

    private final Path directory;

    DemoKeys(Path directory) {
        this.directory = directory;
    }

    /** Where somebody's key is. */
    Path file(String name) {
        return directory.resolve(name);
    }

    /** Somebody's key. */
    synchronized String key(String name) {
        try {
            Path file = file(name);
            if (!Files.exists(file)) {
                boolean posix =
                        FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
                Files.createDirectories(directory, forOwner(posix, "rwx------"));
                // Whole or not at all, also if this process is killed meanwhile.
                Path whole = Files.createTempFile(directory, name, ".new", forOwner(posix, "rw-------"));
                Files.writeString(whole, ServiceKey.generate(new SecureRandom()) + "\n");
                Files.move(whole, file);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("The keys in " + directory + " cannot be used", e);
        }
    }

    /** What the coordinator is told of it. */
    String digest(String name) {
        return ServiceKey.digest(key(name));
    }

    private static FileAttribute<?>[] forOwner(boolean posix, String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
