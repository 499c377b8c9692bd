package io.assent.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Chromium from the distribution's own packages, on a Debian that has none: root installs it, as an administrator would;
 * anybody else unpacks it, with what it needs, below the home directory, where it changes nothing else.
 */
final class DebianChromium {

    private static final String REMEDY = "Install Chromium (apt-get install chromium) or Chrome, or say where one is:"
            + " CHROMIUM=/path/to/chrome ./mvnw verify";

    private DebianChromium() {}

    static boolean isPossible() {
        return Files.isExecutable(Path.of("/usr/bin/apt-get")) && Files.isExecutable(Path.of("/usr/bin/dpkg"));
    }

    static Chromium fetch() throws IOException, InterruptedException {
        if (System.getProperty("user.name").equals("root")) {
            System.out.println("Installing Chromium for the browser tests ...");
            run(Path.of("/"), "apt-get", "update");
            run(Path.of("/"), "apt-get", "install", "-y", "--no-install-recommends", "chromium");
            return new Chromium(
                    Chromium.installed().orElseThrow(() -> new IllegalStateException("No Chromium. " + REMEDY)),
                    Map.of());
        }
        Path cache = Path.of(System.getProperty("user.home"), ".cache", "assent", "chromium");
        Path root = cache.resolve("root");
        if (!Files.isDirectory(root)) {
            System.out.println("Fetching Chromium for the browser tests into " + cache + " ...");
            unpack(cache, root);
        }
        return unpacked(root);
    }

    private static void unpack(Path cache, Path root) throws IOException, InterruptedException {
        Path packages = cache.resolve("packages");
        Path unfinished = cache.resolve("unfinished");
        delete(packages);
        delete(unfinished);
        Files.createDirectories(cache.resolve("lists/partial"));
        Files.createDirectories(cache.resolve("archives/partial"));
        Files.createDirectories(packages);
        Files.createDirectories(unfinished);

        // Lists of its own: the system's may be missing, and only root could fetch them.
        List<String> apt = List.of(
                "apt-get",
                "-o",
                "Dir::State::lists=" + cache.resolve("lists"),
                "-o",
                "Dir::Cache=" + cache,
                "-o",
                "Debug::NoLocking=true");
        run(cache, with(apt, "update"));
        List<String> missing = run(cache, with(apt, "-s", "--no-install-recommends", "install", "chromium"))
                .lines()
                .map(line -> line.split(" "))
                // "Inst NAME [installed version] (…)" would upgrade: what is there is good enough, and another C
                // library
                // than the system's would break the browser.
                .filter(words -> words[0].equals("Inst") && words[2].startsWith("("))
                .map(words -> words[1])
                .toList();
        if (missing.isEmpty()) {
            throw new IllegalStateException("apt-get knows of nothing to install for Chromium. " + REMEDY);
        }
        run(packages, with(with(apt, "download"), missing.toArray(String[]::new)));
        try (Stream<Path> files = Files.list(packages)) {
            for (Path file : files.sorted().toList()) {
                run(cache, List.of("dpkg", "-x", file.toString(), unfinished.toString()));
            }
        }
        Files.move(unfinished, root, StandardCopyOption.ATOMIC_MOVE);
        delete(packages);
        delete(cache.resolve("archives"));
        delete(cache.resolve("lists"));
    }

    /** The libraries and fonts that came along are not where the system looks for them. */
    private static Chromium unpacked(Path root) throws IOException {
        Path executable = root.resolve("usr/lib/chromium/chromium");
        if (!Files.isExecutable(executable)) {
            throw new IllegalStateException(executable + " is missing: delete " + root + " to have it fetched again");
        }
        Path fonts = root.resolveSibling("fonts.conf");
        Files.writeString(fonts, """
                <?xml version="1.0"?>
                <!DOCTYPE fontconfig SYSTEM "fonts.dtd">
                <fontconfig>
                  <dir>/usr/share/fonts</dir>
                  <dir>%s</dir>
                  <cachedir>%s</cachedir>
                  <alias><family>serif</family><prefer><family>DejaVu Serif</family></prefer></alias>
                  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
                  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
                </fontconfig>
                """.formatted(root.resolve("usr/share/fonts"), root.resolveSibling("font-cache")));
        String libraries;
        try (Stream<Path> all = Files.walk(root)) {
            libraries = all.filter(path -> path.getFileName().toString().matches(".*\\.so(\\.[0-9.]+)?"))
                    .map(path -> path.getParent().toString())
                    .distinct()
                    .filter(directory -> !directory.contains("/gconv"))
                    .sorted()
                    .collect(Collectors.joining(":"));
        }
        return new Chromium(executable, Map.of("LD_LIBRARY_PATH", libraries, "FONTCONFIG_FILE", fonts.toString()));
    }

    private static List<String> with(List<String> command, String... more) {
        List<String> all = new ArrayList<>(command);
        all.addAll(Arrays.asList(more));
        return all;
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        run(directory, List.of(command));
    }

    private static String run(Path directory, List<String> command) throws IOException, InterruptedException {
        Path output = Files.createTempFile("chromium", ".log");
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
            String said = Files.readString(output, StandardCharsets.UTF_8);
            if (!ended || process.exitValue() != 0) {
                throw new IllegalStateException(
                        "There is no Chromium, and \"" + String.join(" ", command) + "\" failed:\n" + said + REMEDY);
            }
            return said;
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
