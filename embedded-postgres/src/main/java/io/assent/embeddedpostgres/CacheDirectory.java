package io.assent.embeddedpostgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;

/** Where the unpacked programs live: one directory per user, never one that another user could have filled. */
final class CacheDirectory {

    static final String PROPERTY = "assent.embedded-postgres.cache-directory";

    private CacheDirectory() {}

    static Path ofCurrentUser() throws IOException {
        String configured = System.getProperty(PROPERTY, "");
        if (!configured.isBlank()) {
            return Path.of(configured).toAbsolutePath();
        }
        String xdg = System.getenv("XDG_CACHE_HOME");
        if (xdg != null && Path.of(xdg).isAbsolute() && Files.isWritable(Path.of(xdg))) {
            return Path.of(xdg, "assent", "postgres");
        }
        Path home = Path.of(System.getProperty("user.home", "/"));
        if (home.getNameCount() > 0 && Files.isDirectory(home) && Files.isWritable(home)) {
            return home.resolve(".cache").resolve("assent").resolve("postgres");
        }
        return inTemporaryDirectory();
    }

    /** For users without a home, such as those that containers run with. */
    static Path inTemporaryDirectory() throws IOException {
        UserPrincipal user = owner();
        String name = user.getName().replaceAll("[^A-Za-z0-9_.-]", "_");
        Path directory = Path.of(System.getProperty("java.io.tmpdir"), "assent-postgres-" + name);
        if (!Files.exists(directory)) {
            Private.createDirectories(directory);
        }
        // /tmp is everybody's: programs that another user put there must not be run.
        if (Files.isSymbolicLink(directory)
                || !Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS).equals(user)) {
            throw new EmbeddedPostgresException(directory
                    + " belongs to another user. Give a directory of your own with" + " -D" + PROPERTY + "=….");
        }
        return directory;
    }

    /** Who files belong to that this process makes. */
    private static UserPrincipal owner() throws IOException {
        Path probe = Files.createTempFile("assent", ".owner");
        try {
            return Files.getOwner(probe);
        } finally {
            Files.delete(probe);
        }
    }
}
