package io.assent.demo.node;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A Node.js: the machine's own if it is new enough, else the one that Playwright's Maven artifact {@code driver-bundle}
 * carries, where that is on the class path, so that the build needs nothing but a JDK. Likewise npm: the machine's own, else
 * a fixed version from its registry, by its checksum.
 */
public final class NodeRuntime {

    private static final int OLDEST = 20;
    private static final String NPM_VERSION = "10.9.4";
    private static final String NPM_SHA512 =
            "OnUG836FwboQIbqtefDNlyR0gTHzIfwRfE3DuiNewBvnMnWEpB0VEXwBlFVgqpNzIgYo/MHh3d2Hel/pszapAA==";
    private static final Duration DOWNLOAD_TIMEOUT = Duration.ofMinutes(3);

    private final Path node;
    private final List<String> npm;

    private NodeRuntime(Path node, List<String> npm) {
        this.node = node;
        this.npm = List.copyOf(npm);
    }

    /** The program {@code node}. */
    public Path node() {
        return node;
    }

    /**
     * Finds one; what has to be fetched is kept in {@code cache}.
     *
     * @throws IOException if there is none; the message says what was tried
     */
    public static NodeRuntime find(Path cache) throws IOException, InterruptedException {
        return find(cache, System.getenv().getOrDefault("PATH", ""));
    }

    /** Finds one on a search path, or fetches it. */
    static NodeRuntime find(Path cache, String searchPath) throws IOException, InterruptedException {
        Files.createDirectories(cache);
        Optional<Path> installed = onPath(searchPath, "node");
        Path node = installed.isPresent() && major(installed.get()) >= OLDEST ? installed.get() : bundled(cache);
        Optional<Path> npm = onPath(searchPath, "npm");
        List<String> command = npm.isPresent() && installed.equals(Optional.of(node))
                ? List.of(npm.get().toString())
                : List.of(node.toString(), fetchedNpm(cache).toString());
        return new NodeRuntime(node, command);
    }

    /** Installs exactly what the lock file in {@code project} says. */
    public void installDependencies(Path project) throws IOException, InterruptedException {
        if (Files.exists(project.resolve("node_modules/.package-lock.json"))
                && !Files.getLastModifiedTime(project.resolve("package-lock.json"))
                        .toInstant()
                        .isAfter(Files.getLastModifiedTime(project.resolve("node_modules/.package-lock.json"))
                                .toInstant())) {
            return;
        }
        List<String> command = new ArrayList<>(npm);
        command.addAll(List.of("ci", "--no-audit", "--no-fund", "--ignore-scripts"));
        run(command, project);
    }

    private static Path bundled(Path cache) throws IOException {
        String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
        boolean arm = System.getProperty("os.arch", "").matches("aarch64|arm64");
        boolean windows = system.startsWith("windows");
        String directory = windows ? "win32_x64" : system.startsWith("mac") ? "mac" : "linux";
        String resource = "driver/" + directory + (arm && !windows ? "-arm64" : "") + "/node" + (windows ? ".exe" : "");
        Path node = cache.resolve(windows ? "node.exe" : "node");
        if (Files.exists(node)) {
            return node;
        }
        try (InputStream in = NodeRuntime.class.getClassLoader().getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException(
                        "No Node.js " + OLDEST + " or newer is on the PATH, and no copy of it could be fetched ("
                                + resource + " of Playwright's driver bundle)");
            }
            Path unfinished = cache.resolve("node.unfinished");
            Files.copy(in, unfinished, StandardCopyOption.REPLACE_EXISTING);
            if (!unfinished.toFile().setExecutable(true)) {
                throw new IOException(unfinished + " cannot be made executable");
            }
            return Files.move(unfinished, node, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    private static Path fetchedNpm(Path cache) throws IOException, InterruptedException {
        Path npm = cache.resolve("npm-" + NPM_VERSION).resolve("package/bin/npm-cli.js");
        if (Files.exists(npm)) {
            return npm;
        }
        String registry = Optional.ofNullable(System.getenv("npm_config_registry"))
                .orElse("https://registry.npmjs.org")
                .replaceFirst("/+$", "");
        URI address = URI.create(registry + "/npm/-/npm-" + NPM_VERSION + ".tgz");
        Path archive = cache.resolve("npm.tgz");
        HttpClient http = HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(Duration.ofSeconds(20))
                .build();
        HttpResponse<byte[]> response = http.send(
                HttpRequest.newBuilder(address).timeout(DOWNLOAD_TIMEOUT).build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException("No npm is on the PATH, and " + address + " answers " + response.statusCode());
        }
        if (!sha512(response.body()).equals(NPM_SHA512)) {
            throw new IOException(address + " is not what it was: its checksum differs");
        }
        Files.write(archive, response.body());
        Path unfinished = cache.resolve("npm.unfinished");
        Files.createDirectories(unfinished);
        run(List.of("tar", "-xzf", archive.toString(), "-C", unfinished.toString()), cache);
        Files.move(unfinished, cache.resolve("npm-" + NPM_VERSION), StandardCopyOption.ATOMIC_MOVE);
        return npm;
    }

    private static String sha512(byte[] bytes) {
        try {
            return Base64.getEncoder()
                    .encodeToString(MessageDigest.getInstance("SHA-512").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-512", e);
        }
    }

    private static int major(Path node) throws IOException, InterruptedException {
        Matcher version =
                Pattern.compile("v(\\d+)\\.").matcher(run(List.of(node.toString(), "--version"), Path.of(".")));
        return version.find() ? Integer.parseInt(version.group(1)) : 0;
    }

    private static String run(List<String> command, Path directory) throws IOException, InterruptedException {
        Path output = Files.createTempFile("assent-node", ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(directory.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(output.toFile());
            // npm's own scripts look for node by name.
            Path program = Path.of(command.get(0)).toAbsolutePath().getParent();
            Map<String, String> environment = builder.environment();
            environment.merge("PATH", String.valueOf(program), (path, own) -> own + java.io.File.pathSeparator + path);
            Process process = builder.start();
            process.getOutputStream().close();
            if (!process.waitFor(5, TimeUnit.MINUTES)) {
                process.destroyForcibly();
                throw new IOException(command + " took longer than 5 minutes");
            }
            String text = Files.readString(output, StandardCharsets.UTF_8);
            if (process.exitValue() != 0) {
                throw new IOException(command + " failed:\n" + text);
            }
            return text;
        } finally {
            Files.delete(output);
        }
    }

    private static Optional<Path> onPath(String searchPath, String program) {
        return Pattern.compile(Pattern.quote(java.io.File.pathSeparator))
                .splitAsStream(searchPath)
                .filter(directory -> !directory.isBlank())
                .map(directory -> Path.of(directory, program))
                .filter(Files::isExecutable)
                .findFirst();
    }
}
