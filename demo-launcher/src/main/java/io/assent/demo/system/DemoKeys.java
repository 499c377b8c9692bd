package io.assent.demo.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * The keys by which the coordinator knows the services and the person at the keyboard: one file each, made when it is first
 * asked for and kept, readable by nobody else. Thread-safe.
 */
final class DemoKeys {

    private static final int RANDOM_BYTES = 32;

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
                byte[] random = new byte[RANDOM_BYTES];
                new SecureRandom().nextBytes(random);
                boolean posix =
                        FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
                Files.createDirectories(directory, forOwner(posix, "rwx------"));
                // Whole or not at all, also if this process is killed meanwhile.
                Path whole = Files.createTempFile(directory, name, ".new", forOwner(posix, "rw-------"));
                Files.writeString(whole, "assent_" + HexFormat.of().formatHex(random) + "\n");
                Files.move(whole, file);
            }
            return Files.readString(file).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("The keys in " + directory + " cannot be used", e);
        }
    }

    /** What the coordinator is told of it. */
    String digest(String name) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest(key(name).getBytes(StandardCharsets.UTF_8));
            return "sha256:" + HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java runtime has SHA-256", e);
        }
    }

    private static FileAttribute<?>[] forOwner(boolean posix, String permissions) {
        return posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
