package io.assent.demo.system;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An executable jar, made to start fast: extracted once (nested jars are slow to read), and with an archive of its loaded
 * classes (AppCDS), which {@link #trainingCommand} makes and later runs map into memory.
 */
public final class ServiceApplication {

    private static final Logger log = LoggerFactory.getLogger(ServiceApplication.class);

    private final Path jar;
    private final Path java;
    private final Path archive;
    private final Path newArchive;

    private ServiceApplication(Path jar, Path java, Path archive) {
        this.jar = jar;
        this.java = java;
        this.archive = archive;
        this.newArchive = archive.resolveSibling(archive.getFileName() + ".new");
    }

    /**
     * Extracts the jar below {@code applications} unless that was done for just this jar.
     *
     * @throws DemoException if the jar is missing or cannot be extracted
     */
    public static ServiceApplication extracted(Path executableJar, Path applications) throws IOException {
        if (!Files.isRegularFile(executableJar)) {
            throw new DemoException(executableJar + " is missing: build it with ./mvnw -DskipTests package");
        }
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        String name = executableJar.getFileName().toString().replaceFirst("\\.jar$", "");
        String version = fingerprint(executableJar);
        Path versions = applications.resolve(name);
        Path home = versions.resolve(version);
        if (!Files.isDirectory(home)) {
            Directories.delete(versions);
            Files.createDirectories(versions);
            extract(java, executableJar, home);
        }
        // An archive fits the JVM that wrote it only.
        String runtime = Runtime.version().toString().replaceAll("[^A-Za-z0-9.+-]", "_");
        return new ServiceApplication(
                home.resolve(executableJar.getFileName()), java, home.resolve("classes-" + runtime + ".jsa"));
    }

    /** The command that starts it. */
    public List<String> command(List<String> arguments) {
        List<String> command = java();
        if (hasArchive()) {
            command.add("-XX:SharedArchiveFile=" + archive);
        }
        command.add("-jar");
        command.add(jar.toString());
        command.addAll(arguments);
        return command;
    }

    /**
     * The command that starts it with these options for the JVM, in place of those that make a start quick: for runs in which it
     * counts how fast the service is once it is warm.
     */
    public List<String> command(List<String> jvmOptions, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(java.toString()));
        command.addAll(jvmOptions);
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(arguments);
        return command;
    }

    /** The command that starts another main class with its libraries and these directories or jars as well. */
    public List<String> command(String mainClass, List<Path> further, List<String> arguments) {
        List<String> classPath = new ArrayList<>(
                List.of(jar.toString(), jar.resolveSibling("lib").resolve("*").toString()));
        further.forEach(path -> classPath.add(path.toString()));
        List<String> command = java();
        command.addAll(List.of("-cp", String.join(File.pathSeparator, classPath), mainClass));
        command.addAll(arguments);
        return command;
    }

    private List<String> java() {
        List<String> command = new ArrayList<>();
        command.add(java.toString());
        // Short runs on small machines: what pays is a quick start, not the last bit of speed.
        command.addAll(List.of(
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx384m",
                // An archive that does not fit is ignored, without a word on the console.
                "-Xshare:auto",
                "-Xlog:disable",
                "-Xlog:all=error:stderr"));
        command.add("-Dfile.encoding=UTF-8");
        command.add("-Djava.awt.headless=true");
        return command;
    }

    /** Whether the archive of its classes is there, so that it starts fast. */
    public boolean hasArchive() {
        return Files.exists(archive);
    }

    /**
     * The command that loads all classes, writes their archive and ends, without serving anything: Spring leaves before it
     * starts the web server and whatever else works by itself.
     */
    public List<String> trainingCommand(List<String> arguments) {
        List<String> command = new ArrayList<>(command(arguments));
        command.add(1, "-XX:ArchiveClassesAtExit=" + newArchive);
        command.add(2, "-Dspring.context.exit=onRefresh");
        return command;
    }

    /** Called when the training has ended by itself, so that the archive is whole. */
    public void keepArchive() {
        try {
            if (Files.exists(newArchive)) {
                Files.move(newArchive, archive, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            log.warn("The class archive {} is not kept; the next start is slower.", newArchive, e);
        }
    }

    /** Of the content: builds are reproducible, so that two different jars may have the same time and size. */
    private static String fingerprint(Path jar) throws IOException {
        CRC32 crc = new CRC32();
        try (InputStream in = new CheckedInputStream(Files.newInputStream(jar), crc)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        return Long.toHexString(Files.size(jar)) + "-" + Long.toHexString(crc.getValue());
    }

    private static void extract(Path java, Path jar, Path home) throws IOException {
        Path unfinished = home.resolveSibling(home.getFileName() + ".unfinished-" + UUID.randomUUID());
        Path output = Files.createTempFile("assent-demo-extract", ".log");
        try {
            int code = new ProcessBuilder(
                            java.toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Djarmode=tools",
                            "-jar",
                            jar.toString(),
                            "extract",
                            "--destination",
                            unfinished.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile())
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new DemoException(jar + " could not be extracted:\n" + Files.readString(output));
            }
            Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DemoException("Interrupted while extracting " + jar, e);
        } finally {
            Directories.delete(unfinished);
            Files.deleteIfExists(output);
        }
    }

    /** Deleting directory trees. */
    static final class Directories {

        private Directories() {}

        static void delete(Path root) throws IOException {
            if (!Files.exists(root)) {
                return;
            }
            List<Path> paths;
            try (Stream<Path> walk = Files.walk(root)) {
                paths = walk.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path path : paths) {
                Files.deleteIfExists(path);
            }
        }
    }
}
