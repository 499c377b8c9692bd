package io.assent.embeddedpostgres;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * PostgreSQL's programs, unpacked once per user into a cache. Unpacking goes to a directory of its own, which is renamed
 * into place when all is there; a manifest of every file and its size tells later starts whether something is missing.
 */
record Binaries(Path home, int majorVersion, Platform platform) {

    private static final Logger log = LoggerFactory.getLogger(Binaries.class);
    private static final Duration UNPACK_TIMEOUT = Duration.ofMinutes(5);
    private static final String MANIFEST = "assent-manifest.txt";

    static Binaries unpacked(Path cache, Platform platform) throws IOException {
        String archive = platform.archive();
        ClassLoader loader = Binaries.class.getClassLoader();
        String key = archive.substring(0, archive.length() - ".txz".length()) + "-" + fingerprint(loader, platform);
        Path home = cache.resolve(key);
        if (!isComplete(home)) {
            createDirectories(cache);
            // Bounded by the slowest machine's unpacking, which is seconds.
            try (FileMutex mutex = FileMutex.acquire(cache.resolve(key + ".lock"), UNPACK_TIMEOUT)) {
                if (!isComplete(home)) {
                    log.info("Unpacking PostgreSQL into {} (once per user).", home);
                    unpack(loader, archive, cache, home);
                }
            }
        }
        return new Binaries(home, majorVersion(home), platform);
    }

    Path program(String name) {
        return home.resolve("bin").resolve(platform.executable(name));
    }

    /** Names the archive's content, so that another version of the artifact gets a directory of its own. */
    private static String fingerprint(ClassLoader loader, Platform platform) throws IOException {
        try (InputStream in = open(loader, platform.archive(), platform)) {
            CRC32 crc = new CRC32();
            byte[] buffer = new byte[1 << 16];
            long size = 0;
            int n;
            while ((n = in.read(buffer)) > 0) {
                crc.update(buffer, 0, n);
                size += n;
            }
            return String.format(Locale.ROOT, "%08x-%x", crc.getValue(), size);
        }
    }

    private static InputStream open(ClassLoader loader, String archive, Platform platform) {
        InputStream in = loader.getResourceAsStream(archive);
        if (in == null) {
            throw new EmbeddedPostgresException("PostgreSQL's programs for this machine are not on the class path: add"
                    + " io.zonky.test.postgres:" + platform.artifact() + ", or build on this machine.");
        }
        return in;
    }

    private static void unpack(ClassLoader loader, String archive, Path cache, Path home) throws IOException {
        Path unpacking = cache.resolve(home.getFileName() + ".unpacking-" + UUID.randomUUID());
        try (InputStream in = loader.getResourceAsStream(archive)) {
            if (in == null) {
                throw new NoSuchFileException(archive);
            }
            List<String> manifest = extract(in, unpacking);
            Files.write(unpacking.resolve(MANIFEST), manifest);
            if (Files.exists(home)) {
                // Incomplete: somebody removed files. A server that runs from it keeps what it has open.
                log.warn("{} is incomplete and is unpacked anew.", home);
                Path broken = cache.resolve(home.getFileName() + ".broken-" + UUID.randomUUID());
                Files.move(home, broken);
                deleteTree(broken);
            }
            move(unpacking, home);
        } catch (IOException e) {
            throw new EmbeddedPostgresException(
                    "PostgreSQL could not be unpacked into " + home + ": " + e + ". Is there space, and may this user"
                            + " write there? Another place can be given with -D" + CacheDirectory.PROPERTY + "=….",
                    e);
        } finally {
            deleteTree(unpacking);
        }
    }

    private static List<String> extract(InputStream archive, Path target) throws IOException {
        List<Path> unpacked = new ArrayList<>();
        Files.createDirectories(target);
        try (TarArchiveInputStream tar =
                new TarArchiveInputStream(new BufferedInputStream(new XZInputStream(archive), 1 << 16))) {
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException("entry outside the archive: " + entry.getName());
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(path);
                    continue;
                }
                Files.createDirectories(path.getParent());
                if (entry.isSymbolicLink()) {
                    Path link = Path.of(entry.getLinkName());
                    if (link.isAbsolute()
                            || !path.resolveSibling(link).normalize().startsWith(target)) {
                        throw new IOException("link outside the archive: " + entry.getName());
                    }
                    Files.createSymbolicLink(path, link);
                } else if (entry.isFile()) {
                    Files.copy(tar, path);
                    setMode(path, entry.getMode());
                } else {
                    continue;
                }
                unpacked.add(path);
            }
        }
        // Afterwards, since a link may come before what it points to.
        List<String> manifest = new ArrayList<>();
        for (Path path : unpacked) {
            manifest.add(Files.size(path) + " " + target.relativize(path));
        }
        return manifest;
    }

    private static void setMode(Path file, int mode) throws IOException {
        if (!Files.getFileStore(file).supportsFileAttributeView("posix")) {
            return;
        }
        Set<PosixFilePermission> permissions =
                EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
        if ((mode & 0100) != 0) {
            permissions.add(PosixFilePermission.OWNER_EXECUTE);
        }
        Files.setPosixFilePermissions(file, permissions);
    }

    private static boolean isComplete(Path home) {
        try {
            for (String line : Files.readAllLines(home.resolve(MANIFEST))) {
                int space = line.indexOf(' ');
                Path file = home.resolve(line.substring(space + 1));
                if (Files.size(file) != Long.parseLong(line.substring(0, space))) {
                    return false;
                }
            }
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int majorVersion(Path home) throws IOException {
        for (String share : List.of("share/postgresql", "share")) {
            Path catalog = home.resolve(share).resolve("postgres.bki");
            if (Files.exists(catalog)) {
                try (Stream<String> lines = Files.lines(catalog)) {
                    String first = lines.findFirst().orElse("");
                    return Integer.parseInt(first.substring(first.lastIndexOf(' ') + 1));
                }
            }
        }
        throw new EmbeddedPostgresException("The unpacked PostgreSQL in " + home + " has no catalog (postgres.bki).");
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to);
        }
    }

    private static void createDirectories(Path directory) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new EmbeddedPostgresException(
                    "The directory " + directory + " for PostgreSQL's programs cannot be made: " + e
                            + ". Give another one with -D" + CacheDirectory.PROPERTY + "=….",
                    e);
        }
    }

    static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) {
                return FileVisitResult.CONTINUE; // gone already
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
