package io.assent.k8s;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A program from one of the distribution's own packages, on a Debian that has not installed it. It is unpacked below the home
 * directory, also by root: to install it would start its service.
 */
final class DebianPackage {

    private DebianPackage() {}

    static boolean isPossible() {
        return Files.isExecutable(Path.of("/usr/bin/apt-get")) && Files.isExecutable(Path.of("/usr/bin/dpkg"));
    }

    /**
     * The directory that holds what the package would put below the root directory.
     *
     * @param remedy what a person can do if it cannot be fetched
     * @throws IllegalStateException if it cannot be fetched
     */
    static Path unpacked(String name, String remedy) throws IOException, InterruptedException {
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assent", name);
        Path root = cache.resolve("root");
        if (Files.isDirectory(root)) {
            return root;
        }
        System.out.println("Fetching " + name + " for the tests into " + cache + " ...");
        delete(cache);
        Path unfinished = Files.createDirectories(cache.resolve("unfinished"));
        Files.createDirectories(cache.resolve("lists/partial"));
        Files.createDirectories(cache.resolve("archives/partial"));
        // Lists of its own: the system's may be missing, and only root could fetch them.
        List<String> apt = List.of(
                "apt-get",
                "-o",
                "Dir::State::lists=" + cache.resolve("lists"),
                "-o",
                "Dir::Cache=" + cache,
                "-o",
                "Debug::NoLocking=true",
                "-o",
                "APT::Sandbox::User=" + System.getProperty("user.name"));
        run(cache, remedy, with(apt, "update"));
        run(cache, remedy, with(apt, "download", name));
        try (Stream<Path> files = Files.list(cache)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".deb")).toList()) {
                run(cache, remedy, List.of("dpkg", "-x", file.toString(), unfinished.toString()));
                Files.delete(file);
            }
        }
        delete(cache.resolve("lists"));
        return Files.move(unfinished, root, StandardCopyOption.ATOMIC_MOVE);
    }

    private static List<String> with(List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(List.of(more));
        return all;
    }

    private static void run(Path directory, String remedy, List<String> command)
            throws IOException, InterruptedException {
        Path output = Files.createTempFile("package", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            builder.environment().putAll(Map.of("DEBIAN_FRONTEND", "noninteractive", "LC_ALL", "C"));
            Process process = builder.start();
            boolean ended = process.waitFor(10, TimeUnit.MINUTES);
            if (!ended) {
                process.destroyForcibly().waitFor();
            }
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException("\"" + String.join(" ", command) + "\" failed:\n"
                        + Files.readString(output, StandardCharsets.UTF_8) + remedy);
            }
        } finally {
            Files.delete(output);
        }
    }

    private static void delete(Path root) throws IOException {
        if (Files.exists(root)) {
            try (Stream<Path> walk = Files.walk(root)) {
                for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
